"""The evidence of one text, asked by meaning: who is spoken of, and what stands near what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.model import Aspect, Finding, Kind, Person, Role, Severity, Signal, Target

_NEAR = 45  # characters: about a short sentence
_WITHIN = 90  # characters: the sentence before or after

_WHOSE = (
    ("who.pupil", Target.PUPIL),
    ("who.head", Target.HEADTEACHER),
    ("who.staff", Target.STAFF),
    ("who.titled", Target.STAFF),
    ("who.adult", Target.ADULT),
    ("who.school", Target.SCHOOL),
)
"""Who is spoken of, in the order in which a doubt is decided."""


_CHILDISH = ("who.class", "who.child", "who.own_child", "who.pupil", "name.own")


@dataclass(frozen=True, slots=True)
class Accused:
    """Whom an accusation means."""

    target: Target
    about: frozenset[str] = frozenset()
    unclear: bool = False

    def finding(self, severity: Severity, *, child: bool) -> Finding:
        """Serious only where somebody identifiable is meant."""
        if self.unclear or self.target in (Target.ADULT, Target.SCHOOL):
            severity = Severity.MILD
        aspects = frozenset({Aspect.UNCLEAR} if self.unclear else ())
        return Finding(Kind.ALLEGATION, severity, self.target, child, aspects, self.about)


class Evidence:
    """Signals of one text, of the people it may mean, and of what it answers."""

    def __init__(
        self, signals: Sequence[Signal], people: Sequence[Person], around: Sequence[Signal]
    ) -> None:
        self.signals = signals
        self._around = around
        self._labels = {signal.label for signal in signals}
        self._heads = frozenset(p.key for p in people if Role.HEADTEACHER in p.roles)

    def has(self, label: str) -> bool:
        return label in self._labels

    def labelled(self, label: str) -> Iterator[Signal]:
        return (signal for signal in self.signals if signal.label == label)

    def near(self, signal: Signal, label: str, within: int = _NEAR) -> bool:
        return any(_distance(signal, other) <= within for other in self.labelled(label))

    def reported(self, signal: Signal) -> bool:
        """Whether the words are told of somebody else's: "he was told to …"."""
        return any(
            other.start <= signal.start and _distance(signal, other) <= _NEAR
            for other in self.labelled("say.reported")
        )

    def by_a_child(self, signal: Signal) -> bool:
        """Whether another child seems to have done it."""
        adults = ("person", "who.head", "who.staff", "who.titled")
        if self.has("who.peer"):
            return not any(self.near(signal, label, 12) for label in adults)
        return self.near(signal, "who.pupil") and not any(map(self.has, adults))

    @property
    def full_name_of_a_child(self) -> bool:
        """Whether a full name stands beside what only a child has: a class, a parent's "my"."""
        return any(
            self.near(name, label) for name in self.labelled("name.full") for label in _CHILDISH
        )

    @property
    def about_a_child(self) -> bool:
        """Whether names and numbers are likely a child's."""
        return any(map(self.has, _CHILDISH))

    @property
    def victim(self) -> Target:
        return Target.PUPIL if self.has("who.child") or self.has("name.first") else Target.NONE

    @property
    def exposure(self) -> Severity:
        """Serious where the words make a child recognisable, other than a writer's own."""
        if self.has("name.full"):
            return Severity.SERIOUS
        own = self.has("who.own_child") or self.has("name.own")
        named = self.has("name.first") or (self.has("who.class") and self.has("who.pupil"))
        return Severity.SERIOUS if named and not own else Severity.MILD

    @property
    def target(self) -> Target:
        """Who a text as a whole is aimed at."""
        return self._target(None)

    def target_near(self, signal: Signal) -> Target:
        """Who a phrase is aimed at: whoever stands nearest, else whoever the text is about."""
        return self._target(signal)

    def _target(self, signal: Signal | None) -> Target:
        candidates: list[tuple[int, int, Target]] = []
        for other in self.signals:
            target = self._meant(other)
            if target is None:
                continue
            rank = [t for _, t in _WHOSE].index(target)
            candidates.append((_distance(signal, other) if signal else rank, rank, target))
        if self.has("who.you") and (signal is None or self.near(signal, "who.you", 12)):
            nearest = min((distance for distance, _, _ in candidates), default=_NEAR)
            if signal is None and candidates:
                return min(candidates, key=lambda c: c[1])[2]
            if nearest > 3 or (nearest and signal and self.near(signal, "who.you", 0)):
                return Target.SCHOOL  # the post's author, that is
        if candidates:
            return min(candidates)[2]
        if self.has("who.third"):
            return next(filter(None, map(self._meant, self._around)), Target.ADULT)
        return Target.NONE

    def _meant(self, signal: Signal) -> Target | None:
        if signal.label.startswith("person"):
            return Target.HEADTEACHER if signal.value in self._heads else Target.STAFF
        return dict(_WHOSE).get(signal.label)

    def accused(self, signal: Signal) -> Accused | None:
        """Whom an accusation means; None where nobody is in sight."""
        people = [other for other in self.labelled("person") if _distance(signal, other) <= _WITHIN]
        heads = [o for o in self.labelled("who.head") if _distance(signal, o) <= _WITHIN]
        about = frozenset(person.value for person in people)
        if about & self._heads or (heads and not people):
            return Accused(Target.HEADTEACHER, about | self._heads)
        if people:
            return Accused(Target.STAFF, about)
        for label, target in (
            ("who.titled", Target.STAFF),
            ("who.staff", Target.STAFF),
            ("name.full", Target.ADULT),
            ("who.adult", Target.ADULT),
        ):
            if self.near(signal, label, _WITHIN):
                return Accused(target)
        if self.has("who.third"):
            return self._from_around()
        if self.has("who.school") or self.has("who.you"):
            return Accused(Target.SCHOOL, unclear=self.has("who.you"))
        return None

    def _from_around(self) -> Accused | None:
        """A mere "she" is whoever the post above speaks of; else it is not clear who."""
        keys = frozenset(signal.value for signal in self._around if signal.label == "person")
        if keys & self._heads:
            return Accused(Target.HEADTEACHER, keys)
        if keys:
            return Accused(Target.STAFF, keys)
        return Accused(Target.NONE, unclear=True)

    def unclear(self, severity: Severity, *, child: bool) -> Finding:
        """An accusation of whoever it may be."""
        return Accused(Target.NONE, unclear=True).finding(severity, child=child)


def _distance(one: Signal, other: Signal) -> int:
    """Characters between two spans; 0 where they touch or overlap."""
    return max(0, one.start - other.end, other.start - one.end)
