"""One tree of errors. A message tells a non-programmer what happened and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class SchoolgateError(Exception):
    """Anything that Schoolgate itself raises."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a setting: where it stands, and what to write instead."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question after the known word that is nearest; "" where none is near."""
    near = get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""


def meant_or_known(word: str, known: Sequence[str]) -> str:
    """The same, or else all the known words: for the message of a `Problem`."""
    return did_you_mean(word, known) or f"known are {', '.join(known)}"


class SettingsError(SchoolgateError):
    """The settings cannot be used; holds every problem at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PluginError(SchoolgateError):
    """A plug-in could not be loaded; names it and says why."""


class AlreadyRunning(SchoolgateError):
    """Another Schoolgate works on the same data directory."""


class DataError(SchoolgateError):
    """The data directory or the database cannot be used as it is."""


class NotAllowed(SchoolgateError):
    """This person may not see or do that; says nothing about what it was."""


class Conflict(SchoolgateError):
    """Somebody else changed the case first; what was typed is kept."""


class Refused(SchoolgateError):
    """The request makes no sense as it stands, such as a decision without the reason it needs."""


class AdapterError(SchoolgateError):
    """A platform, a classifier or a mail server did not do what was asked.

    `permanent`: the same call will fail again until a person changes something.
    `retry_after`: seconds to wait before the next try, where the other side named them.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class Gone(AdapterError):
    """The item is no longer on the platform. For a hide or a deletion this counts as done."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class Unsupported(AdapterError):
    """The platform never allows this for this item; the message says it in plain words."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class Denied(AdapterError):
    """The token may not do this; the message names the permission that is missing."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class SignedOut(AdapterError):
    """The account must be connected again: nothing works until a person does it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class Throttled(AdapterError):
    """The platform wants to be left alone for `retry_after` seconds; calling prolongs it.

    `whole_account` is False where it means this one capability, and all others may be called.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, whole_account: bool = True
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.whole_account = whole_account


class BudgetSpent(Throttled):
    """The school's own limit on spending is reached: no call was made. See `[budget]`."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after, whole_account=False)


class WritesStopped(AdapterError):
    """The platform refuses every write for `retry_after` seconds: misuse, or no credit."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
