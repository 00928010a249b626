"""The evidence of one text, asked by meaning: who is spoken of, and what stands near what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.model import Aspect, Finding, Kind, Person, Role, Severity, Signal, Target

_NEAR = 45  # characters: about a short sentence
_WITHIN = 90  # characters: the sentence before or after
_SUBJECT = 12  # characters between who did something and what was done

_BY_NAME = (Target.HEADTEACHER, Target.STAFF)
_STAFF = ("person", "who.titled", "who.staff", "who.one_staff")
_NAMED = (*_STAFF, "who.some_adult", "name.full")

_WHOSE = {
    "who.pupil": Target.PUPIL,
    "who.head": Target.HEADTEACHER,
    "who.staff": Target.STAFF,
    "who.titled": Target.STAFF,
    "who.adult": Target.ADULT,
    "who.school": Target.SCHOOL,
}
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
        self._by_label: dict[str, list[Signal]] = defaultdict(list)
        for signal in signals:
            self._by_label[signal.label].append(signal)
        self.heads = frozenset(p.key for p in people if Role.HEADTEACHER in p.roles)

    def has(self, label: str) -> bool:
        return label in self._by_label

    def labelled(self, label: str) -> Sequence[Signal]:
        return self._by_label.get(label, ())

    @property
    def people(self) -> frozenset[str]:
        """The keys of everybody of the settings whom the text speaks of."""
        return frozenset(signal.value for signal in self.labelled("person"))

    @property
    def names_staff(self) -> bool:
        """Whether the text itself says which member of staff it means, or at least their post."""
        return any(map(self.has, _STAFF))

    def near(self, signal: Signal, label: str, within: int = _NEAR) -> bool:
        return any(_distance(signal, other) <= within for other in self.labelled(label))

    def followed(self, signal: Signal, *labels: str) -> bool:
        """Whether any of these comes right after it: "smacked our Riley"."""
        return any(
            0 <= other.start - signal.end <= 5 for label in labels for other in self.labelled(label)
        )

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
        candidates = [
            (_distance(signal, other) if signal else rank, rank, target)
            for other, rank, target in self._meant_here
        ]
        if self.has("who.you") and (signal is None or self.near(signal, "who.you", 12)):
            nearest = min((distance for distance, _, _ in candidates), default=_NEAR)
            if signal is None and candidates:
                return min(candidates, key=lambda c: c[1])[2]
            if nearest > 3 or (nearest and signal and self.near(signal, "who.you", 0)):
                return self._addressed(candidates)
        if candidates:
            return min(candidates)[2]
        if self.has("who.third"):
            return next(filter(None, map(self._meant, self._around)), Target.ADULT)
        return Target.NONE

    def _addressed(self, candidates: list[tuple[int, int, Target]]) -> Target:
        """Who "you" is: somebody named beside it, else the post's author, the school that is."""
        named = [c for c in candidates if c[0] <= _NEAR and c[2] in _BY_NAME]
        return min(named)[2] if named and not self.has("who.school") else Target.SCHOOL

    @cached_property
    def _meant_here(self) -> list[tuple[Signal, int, Target]]:
        """Whoever is spoken of, with how early a doubt is decided for them."""
        ranks = list(_WHOSE.values())
        meant = ((other, self._meant(other)) for other in self.signals)
        return [(other, ranks.index(target), target) for other, target in meant if target]

    def _meant(self, signal: Signal) -> Target | None:
        if signal.label.startswith("person"):
            return Target.HEADTEACHER if signal.value in self.heads else Target.STAFF
        return _WHOSE.get(signal.label)

    def accused(self, signal: Signal) -> Accused | None:
        """Whom an accusation means; None where nobody is in sight.

        Where it may mean the headteacher it is unclear whom (policy.md, section 3).
        """
        people = [other for other in self.labelled("person") if _distance(signal, other) <= _WITHIN]
        about = frozenset(person.value for person in people)
        heads = self.near(signal, "who.head", _WITHIN)
        if about & self.heads or (heads and not people):
            return Accused(Target.HEADTEACHER, about | self.heads)
        if self._named_in(signal) or not self.head_in_sight:
            if people:
                return Accused(Target.STAFF, about)
            for label, target in self._sayable(signal):
                if self.near(signal, label, _WITHIN):
                    return Accused(target)
        elif people:
            return Accused(Target.STAFF, about, unclear=True)
        if self.has("who.third") or self.has("who.adult") or self.head_in_sight:
            unsaid = signal.label == "allegation.cover"
            return Accused(Target.NONE, unclear=True) if unsaid else self._from_around()
        if self.has("who.school") or self.has("who.you"):
            return Accused(Target.SCHOOL, unclear=self.has("who.you"))
        return None

    def _named_in(self, signal: Signal) -> bool:
        """Whether the accusation itself says whom it means, and not "she".

        Where the headteacher is in sight, "her husband" may be a word about the headteacher.
        """
        labels = _STAFF if self.head_in_sight else _NAMED
        nearest = min(
            (_before(signal, other) for label in labels for other in self.labelled(label)),
            default=_NEAR,
        )
        if not nearest:
            return True
        return nearest <= _SUBJECT and not self.near(signal, "who.he", 4)

    def _sayable(self, signal: Signal) -> Iterator[tuple[str, Target]]:
        """Whom it may mean beside people of the settings. "She" is none of many, nor a parent."""
        yield ("who.titled", Target.STAFF)
        yield ("who.one_staff", Target.STAFF)
        if not self.near(signal, "who.he", 4) or self._named_in(signal):
            yield ("who.staff", Target.STAFF)
            yield ("name.full", Target.ADULT)
            yield ("who.some_adult", Target.ADULT)

    @cached_property
    def head_in_sight(self) -> bool:
        """Whether the headteacher is spoken of at all, be it in what the text answers."""
        return any(
            signal.label in ("who.head", "who.leader", "person.maybe")
            or (signal.label.startswith("person") and signal.value in self.heads)
            for signal in (*self.signals, *self._around)
            if signal.label.startswith(("who.", "person"))
        )

    def by_the_head(self, signal: Signal) -> bool:
        """Whether a harm may be told of the headteacher: spoken of before it, and not kindly."""
        heads = [o for o in self.labelled("person") if o.value in self.heads]
        return any(
            _before(signal, other) < _WITHIN and not self.near(other, "say.praise", 30)
            for other in (*heads, *self.labelled("who.head"))
        )

    def may_be_the_head(self, accused: Accused) -> bool:
        return accused.target is Target.HEADTEACHER or (accused.unclear and self.head_in_sight)

    def _from_around(self) -> Accused:
        """A mere "she" is whoever the post above speaks of; else it is not clear who."""
        keys = frozenset(signal.value for signal in self._around if signal.label == "person")
        if keys & self.heads or any(signal.label == "who.head" for signal in self._around):
            return Accused(Target.HEADTEACHER, keys | self.heads)
        if keys and not self.head_in_sight:
            return Accused(Target.STAFF, keys)
        return Accused(Target.NONE, unclear=True)

    def unclear(self, severity: Severity, *, child: bool) -> Finding:
        """An accusation of whoever it may be."""
        return Accused(Target.NONE, unclear=True).finding(severity, child=child)


def _before(one: Signal, other: Signal) -> int:
    """Characters from `other` to `one` where it stands before or in it; many where after it."""
    return _distance(one, other) if other.start < one.end else _WITHIN


def _distance(one: Signal, other: Signal) -> int:
    """Characters between two spans; 0 where they touch or overlap."""
    return max(0, one.start - other.end, other.start - one.end)
