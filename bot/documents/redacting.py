"""Takes other people out of words that leave the house."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.model import Person
from bot.settings import Settings
from bot.text import normalise

SOMEBODY = "[somebody else]"
_HANDLE = re.compile(r"@[A-Za-z0-9_.]{2,}")


class Redactor:
    """Knows the school's staff, its own accounts, and the pupils' names that it has listed."""

    def __init__(
        self,
        people: Iterable[Person] = (),
        pupils: Iterable[str] = (),
        handles: Iterable[str] = (),
    ) -> None:
        staff = [word for one in people for word in (one.name, *one.spoken_of)]
        self._school = frozenset(f"@{handle}".casefold() for handle in handles)
        self._pupils = _any_of(pupils)
        self._everybody = _any_of([*pupils, *(normalise(word).plain for word in staff)])

    @classmethod
    def of(cls, settings: Settings) -> Redactor:
        """The one of this school."""
        handles = (str(one.options.get("handle", "")) for one in settings.accounts)
        return cls(settings.policy.people, settings.policy.names, filter(None, handles))

    def of_others(self, text: str, own: str = "") -> str:
        """Without pupils' names and others' handles. Staff stay: an entry is about what was said
        to them. `own` is the author's handle.
        """
        return self._without(text, own, self._pupils)

    def for_its_author(self, text: str, own: str) -> str:
        """The same without the staff's names too, for somebody who asks for their own data."""
        return self._without(text, own, self._everybody)

    def _without(self, text: str, own: str, names: re.Pattern[str] | None) -> str:
        known = self._school | {f"@{own}".casefold()}
        text = _HANDLE.sub(lambda m: m[0] if m[0].casefold() in known else SOMEBODY, text)
        if names is None:
            return text
        plain = normalise(text)
        for match in reversed(list(names.finditer(plain.plain))):
            start, end = plain.span(*match.span())
            text = text[:start] + SOMEBODY + text[end:]
        return text


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    chosen = sorted({word.casefold() for word in words if len(word) > 1}, key=len, reverse=True)
    if not chosen:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, chosen))})(?!\w)")
