"""What both twins share: a journal of calls, failures on command, and reading their options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import RLock

from bot.errors import AdapterError, Problem, did_you_mean
from bot.model import ItemRef
from bot.ports import Options


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the journal: which method of the port was called, and with what."""

    name: str
    refs: tuple[ItemRef, ...] = ()


class OnCommand:
    """A journal of calls, and failures that happen when told to."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._journal: list[Call] = []
        self._failures: list[tuple[str, int, AdapterError]] = []

    @property
    def journal(self) -> tuple[Call, ...]:
        """Every call since the start, in order, failed ones too."""
        with self._lock:
            return tuple(self._journal)

    def fail(self, call: str, error: AdapterError, times: int = 1) -> None:
        """Let the next `times` calls of this method raise `error` and do nothing."""
        self.fail_after_page(call, 0, error, times)

    def fail_after_page(self, call: str, pages: int, error: AdapterError, times: int = 1) -> None:
        """Let the next `times` runs of this fetch give so many pages and then raise `error`."""
        with self._lock:
            self._failures += [(call, pages, error)] * times

    def recover(self) -> None:
        """Forget every failure that is still to come."""
        with self._lock:
            self._failures.clear()

    def _enter(self, call: str, *refs: ItemRef) -> None:
        with self._lock:
            self._journal.append(Call(call, refs))
        self._stumble(call, 0)

    def _stumble(self, call: str, pages: int) -> None:
        with self._lock:
            for failure in self._failures:
                if failure[:2] == (call, pages):
                    self._failures.remove(failure)
                    raise failure[2]


def unknown_keys(options: Options, known: Sequence[str], what: str) -> list[Problem]:
    """What is said of options that the memory `what` does not have."""
    problems = []
    for key in (key for key in options if key not in known):
        hint = did_you_mean(key, known)
        said = f"is not a setting of the memory {what}"
        problems.append(Problem(key, f"{said}; {hint}" if hint else said))
    return problems
