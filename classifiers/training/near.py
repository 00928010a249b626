"""Near-duplicates: texts that share most of their four-word runs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")
_RUN = 4
_COMMON = 40  # a run in more texts than this tells nothing


def _runs(text: str) -> frozenset[int]:
    words = _WORD.findall(text.lower())
    if len(words) <= _RUN:
        return frozenset({hash(tuple(words))})
    return frozenset(hash(tuple(words[i : i + _RUN])) for i in range(len(words) - _RUN + 1))


class Known:
    """Texts to be compared with; `like` says whether a further one is nearly one of them."""

    def __init__(self, texts: Iterable[str] = (), share: float = 0.6) -> None:
        self._share = share
        self._runs: list[frozenset[int]] = []
        self._having: dict[int, list[int]] = defaultdict(list)
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        runs = _runs(text)
        for run in runs:
            self._having[run].append(len(self._runs))
        self._runs.append(runs)

    def like(self, text: str) -> bool:
        """Whether the runs that are shared make up `share` of all runs of the shorter text."""
        runs = _runs(text)
        shared: Counter[int] = Counter()
        for run in runs:
            having = self._having.get(run, ())
            if len(having) <= _COMMON:
                shared.update(having)
        return any(
            n >= self._share * min(len(runs), len(self._runs[i])) for i, n in shared.most_common(5)
        )


def without_duplicates(texts: Sequence[str], known: Known) -> list[int]:
    """Indexes of the texts that are nearly none of `known` and none before them; adds them."""
    kept = []
    for index, text in enumerate(texts):
        if not known.like(text):
            known.add(text)
            kept.append(index)
    return kept
