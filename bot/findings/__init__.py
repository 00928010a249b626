"""From evidence to kinds with facets (policy.md, section 2); pure.

Most labels mean one kind at one severity (`_MEANING`). What needs more than one piece of evidence
(an accusation wants somebody who is accused, a name wants a class or a story) is a function each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.findings.evidence import Evidence
from bot.findings.scored import LINE, knows_a_school, weighed
from bot.model import Aspect, Finding, Kind, Policy, Severity, Signal, Target

_SERIOUS, _MILD = Severity.SERIOUS, Severity.MILD


@dataclass(frozen=True, slots=True)
class _Meaning:
    kind: Kind
    severity: Severity
    aspects: frozenset[Aspect] = frozenset()
    target: Target | None = None  # None: whoever is spoken of nearby
    child: bool = False


def _means(
    kind: Kind,
    severity: Severity,
    *aspects: Aspect,
    target: Target | None = None,
    child: bool = False,
) -> _Meaning:
    return _Meaning(kind, severity, frozenset(aspects), target, child)


_MEANING: Mapping[str, _Meaning] = {
    "threat.aimed": _means(Kind.THREAT, _SERIOUS),
    "threat.vent": _means(Kind.THREAT, _MILD, target=Target.NONE),
    "threat.self_harm": _means(Kind.THREAT, _SERIOUS, Aspect.SELF_HARM),
    "exploit.contact": _means(Kind.EXPLOITATION, _SERIOUS, target=Target.PUPIL, child=True),
    "welfare.self": _means(Kind.WELFARE, _SERIOUS, target=Target.PUPIL, child=True),
    "hate.phrase": _means(Kind.HATE, _SERIOUS),
    "hate.debate": _means(Kind.HATE, _MILD, target=Target.GROUP),
    "sexual.remark": _means(Kind.SEXUAL, _SERIOUS),
    "sexual.innuendo": _means(Kind.SEXUAL, _MILD),
    "abuse.insult": _means(Kind.ABUSE, _SERIOUS),
    "abuse.putdown": _means(Kind.ABUSE, _MILD),
    "abuse.pupil": _means(Kind.ABUSE, _SERIOUS, target=Target.PUPIL, child=True),
    "dispute.serious": _means(Kind.DISPUTE, _SERIOUS, target=Target.ADULT),
    "dispute.mild": _means(Kind.DISPUTE, _MILD, target=Target.ADULT),
    "dispute.court": _means(Kind.DISPUTE, _MILD, Aspect.COURT, target=Target.ADULT, child=True),
    "security.phish": _means(Kind.SECURITY, _SERIOUS, target=Target.SCHOOL),
    "security.report": _means(Kind.SECURITY, _MILD, target=Target.SCHOOL),
    "spam.scam": _means(Kind.SPAM, _SERIOUS, target=Target.NONE),
    "spam.ad": _means(Kind.SPAM, _MILD, target=Target.NONE),
    "misinfo.emergency": _means(Kind.MISINFORMATION, _MILD, Aspect.EMERGENCY, target=Target.SCHOOL),
    "misinfo.rumour": _means(Kind.MISINFORMATION, _MILD, target=Target.SCHOOL),
    "campaign": _means(Kind.CAMPAIGNING, _MILD, target=Target.NONE),
    "request.data": _means(Kind.REQUEST, _MILD, target=Target.SCHOOL),
    "request.foi": _means(Kind.REQUEST, _MILD, Aspect.FOI, target=Target.SCHOOL),
    "request.contest": _means(Kind.REQUEST, _MILD, Aspect.CONTEST, target=Target.SCHOOL),
    "author.age": _means(Kind.PUPIL_AUTHOR, _MILD, target=Target.NONE, child=True),
    "complaint.formal": _means(Kind.COMPLAINT, _MILD, target=Target.SCHOOL),
    "link.lookalike": _means(Kind.SECURITY, _SERIOUS, target=Target.SCHOOL),
    "link.short": _means(Kind.SPAM, _MILD, target=Target.NONE),
    "link.cheap": _means(Kind.SPAM, _MILD, target=Target.NONE),
    "unread": _means(Kind.UNREAD, _MILD, target=Target.NONE),
}

_GRAVE = ("allegation.crime", "allegation.cover")

_REPORTABLE = frozenset({Kind.THREAT, Kind.HATE, Kind.ABUSE, Kind.SEXUAL})
"""Kinds that are none of the writer's own where the words are told of somebody else's."""

_LABELS: Mapping[str, Kind] = {
    "insult": Kind.ABUSE,
    "identity_attack": Kind.HATE,
    "sexual_explicit": Kind.SEXUAL,
    "self_harm": Kind.WELFARE,
    **{kind.value: kind for kind in Kind},
}
"""Which kind a classifier's label speaks of; `toxicity` speaks of none and counts last."""

_NOTHING_ELSE = "toxicity"
_SAYS_SOMETHING = 0.3  # scores below carry no finding
_DEFAULTS: Mapping[str, tuple[float, float]] = {
    _NOTHING_ELSE: (0.6, 1.1),  # by itself never enough to hide
    "self_harm": (0.5, 1.1),  # whether a child speaks is for the rules to say
}


def findings(
    signals: Sequence[Signal],
    scores: Mapping[str, float],
    policy: Policy,
    *,
    around: Sequence[Signal] = (),
) -> tuple[Finding, ...]:
    """What signals and scores amount to: one Finding for each kind and target, worst first.

    `around` are the signals of what the text answers: they tell who "she" is.
    """
    seen = Evidence(signals, policy.people, around)
    drafts = [
        *_by_meaning(seen),
        *_accusations(seen),
        *_character(seen),
        *_harm(seen),
        *_private_details(seen),
        *_impersonation(seen),
        *_by_score(seen, scores, policy.thresholds),
    ]
    if knows_a_school(scores):
        drafts = weighed(drafts, seen, scores, policy.thresholds)
    return _merged(drafts)


def carrying(found: Sequence[Finding], scores: Mapping[str, float]) -> tuple[str, ...]:
    """The labels whose scores stand behind findings, of those that were scored."""
    return tuple(
        label
        for finding in found
        for label in (
            f"serious.{finding.kind}" if finding.severity is _SERIOUS else "",
            f"kind.{finding.kind}",
            *(label for label, kind in _LABELS.items() if kind is finding.kind),
        )
        if scores.get(label, 0.0) >= _SAYS_SOMETHING
    )


def _by_meaning(seen: Evidence) -> Iterator[Finding]:
    for signal in seen.signals:
        meaning = _MEANING.get(signal.label)
        if meaning is None:
            continue
        kind, severity, child = meaning.kind, meaning.severity, meaning.child
        target = meaning.target or seen.target_near(signal)
        if kind is Kind.SEXUAL and seen.near(signal, "who.pupil"):
            yield Finding(Kind.EXPLOITATION, _SERIOUS, Target.PUPIL, child=True)
            continue
        if kind is Kind.HATE and target in (Target.SCHOOL, Target.NONE):
            target = Target.GROUP
        if Aspect.COURT in meaning.aspects and seen.by_the_head(signal):
            yield seen.unclear(_MILD, child=True)
        if kind in _REPORTABLE and seen.reported(signal):
            yield Finding(Kind.WELFARE, _MILD, seen.victim, child=seen.has("who.child"))
            severity = _MILD
            if kind is Kind.ABUSE:
                continue
        if kind is Kind.COMPLAINT and seen.has("request.contest"):
            continue
        if kind is Kind.PUPIL_AUTHOR and seen.has("who.adult_author"):
            continue
        child = child or target is Target.PUPIL
        yield Finding(kind, severity, target, child, meaning.aspects)


def _accusations(seen: Evidence) -> Iterator[Finding]:
    """Somebody is accused; who, decides where it goes. A child beside it makes it more urgent."""
    for label, severity in (
        ("allegation.crime", _SERIOUS),
        ("allegation.cover", _SERIOUS),
        ("allegation.manner", _MILD),
        ("allegation.hint", _MILD),
    ):
        for signal in seen.labelled(label):
            accused = seen.accused(signal)
            if seen.near(signal, "hate.phrase", 0):
                continue  # a whole group is meant
            asked = seen.near(signal, "say.question", 0)
            child = seen.has("who.child") and label in _GRAVE
            if accused is None:
                if label in _GRAVE:
                    yield seen.unclear(_MILD, child=child)
                continue
            yield accused.finding(_MILD if asked else severity, child=child)


def _character(seen: Evidence) -> Iterator[Finding]:
    """ "Liar" is abuse; said of the headteacher it may be a concern too, and none for them."""
    for signal in seen.labelled("allegation.character"):
        accused = seen.accused(signal)
        if accused is not None and seen.may_be_the_head(accused):
            yield accused.finding(_MILD, child=False)


def _harm(seen: Evidence) -> Iterator[Finding]:
    """A child was hurt: by staff it is an accusation, by another child or whoever, a worry."""
    for signal in seen.labelled("harm.done"):
        accused = None if seen.by_a_child(signal) else seen.accused(signal)
        if accused is not None:
            yield accused.finding(_SERIOUS, child=True)
        elif not seen.by_a_child(signal):
            yield seen.unclear(_MILD, child=True)
        if accused is None or accused.target in (Target.NONE, Target.ADULT):
            yield Finding(Kind.WELFARE, seen.exposure, Target.PUPIL, child=True)
    for signal in seen.labelled("abuse.exclude"):
        if seen.near(signal, "name.first") or seen.near(signal, "who.pupil"):
            yield Finding(Kind.ABUSE, _SERIOUS, Target.PUPIL, child=True)
    for signal in seen.labelled("harm.verb"):
        accused = seen.accused(signal)
        if accused is not None and seen.followed(signal, "name.first", "name.own", "name.full"):
            yield accused.finding(_SERIOUS, child=True)
    for signal in seen.labelled("welfare.other"):
        child = seen.has("who.child") or seen.has("name.first")
        court = frozenset({Aspect.COURT} if seen.near(signal, "dispute.court") else ())
        yield Finding(Kind.WELFARE, seen.exposure, seen.victim, child, court)
        if seen.by_the_head(signal):
            yield seen.unclear(_MILD, child=child)
    if seen.has("welfare.distress"):
        young = seen.has("author.age") or seen.has("welfare.self")
        severity = _SERIOUS if young else _MILD
        target = Target.PUPIL if young else Target.NONE
        yield Finding(Kind.WELFARE, severity, target, young, frozenset({Aspect.SELF_HARM}))


def _private_details(seen: Evidence) -> Iterator[Finding]:
    """Names with what goes with them, contact details, whereabouts, pictures."""
    kind = Kind.PERSONAL_DATA
    pupil = seen.about_a_child
    whose = Target.PUPIL if pupil else Target.ADULT
    for label, severity, aspects in (
        ("data.phone", _SERIOUS, ()),
        ("data.email", _SERIOUS, ()),
        ("data.vehicle", _SERIOUS, ()),
        ("data.home", _SERIOUS, (Aspect.WHEREABOUTS,)),
        ("data.place", _MILD, ()),
    ):
        if seen.has(label):
            yield Finding(kind, severity, whose, pupil, frozenset(aspects))
    if seen.has("data.whereabouts") and not seen.has("who.own_child"):
        yield Finding(kind, _SERIOUS, whose, pupil, frozenset({Aspect.WHEREABOUTS}))
    if seen.has("data.picture"):
        named = seen.has("name.full") or seen.has("name.first")
        shown = frozenset({Aspect.PICTURE, Aspect.PRIVATE} if named else {Aspect.PICTURE})
        yield Finding(kind, _MILD, Target.PUPIL, True, shown)
    yield from _names(seen)


def _names(seen: Evidence) -> Iterator[Finding]:
    kind = Kind.PERSONAL_DATA
    private, unkind = seen.has("data.private"), seen.has("say.unkind")
    health = frozenset({Aspect.PRIVATE} if private else ())
    kindly = frozenset({Aspect.PRAISE} if not (private or unkind) else ())
    own, in_class = seen.has("name.own"), seen.has("who.class")
    if seen.has("name.full"):
        if seen.full_name_of_a_child:
            yield Finding(kind, _SERIOUS, Target.PUPIL, True, health)
        elif private or unkind:
            yield Finding(kind, _MILD, Target.ADULT, False, health)
        elif seen.has("say.praise"):
            yield Finding(kind, _MILD, Target.PUPIL, True, kindly)
    elif (seen.has("name.first") and in_class) or own:
        exposed = private or (unkind and not own)
        yield Finding(kind, _SERIOUS if exposed else _MILD, Target.PUPIL, True, health | kindly)
    elif private and not seen.has("who.own_child"):
        recognisable = seen.has("name.first") or (seen.has("who.pupil") and in_class)
        if recognisable:
            yield Finding(kind, _SERIOUS, Target.PUPIL, True, health)


def _impersonation(seen: Evidence) -> Iterator[Finding]:
    for signal in seen.labelled("security.impersonation"):
        of_staff = seen.target_near(signal) in (Target.STAFF, Target.HEADTEACHER)
        severity = _SERIOUS if seen.has("security.phish") else _MILD
        target = Target.STAFF if of_staff else Target.SCHOOL
        yield Finding(Kind.SECURITY, severity, target, aspects=frozenset({Aspect.IMPERSONATION}))


def _by_score(
    seen: Evidence, scores: Mapping[str, float], thresholds: Mapping[str, tuple[float, float]]
) -> Iterator[Finding]:
    found = False
    for label, score in scores.items():
        kind = _LABELS.get(label)
        severity = _severity(score, label, kind, thresholds) if kind else None
        if kind is None or severity is None:
            continue
        found = True
        if kind is Kind.WELFARE and label == "self_harm" and seen.has("threat.self_harm"):
            continue  # it is urged, not told of
        target = Target.NONE if kind in (Kind.SPAM, Kind.WELFARE) else seen.target
        if kind is Kind.SEXUAL and target is Target.PUPIL:
            yield Finding(Kind.EXPLOITATION, severity, Target.PUPIL, child=True)
            continue
        if target is Target.PUPIL and severity is _MILD:
            target = Target.NONE  # a score does not say whom it is about: doubt is for a person
        yield Finding(kind, severity, target, child=target is Target.PUPIL)
    if not found:
        severity = _severity(scores.get(_NOTHING_ELSE, 0.0), _NOTHING_ELSE, Kind.ABUSE, thresholds)
        if severity is not None:
            yield Finding(Kind.ABUSE, severity)


def _severity(
    score: float, label: str, kind: Kind, thresholds: Mapping[str, tuple[float, float]]
) -> Severity | None:
    fallback = _DEFAULTS.get(label) or thresholds.get(kind.value, LINE)
    mild, serious = thresholds.get(label, fallback)
    if score >= serious:
        return _SERIOUS
    return _MILD if score >= mild else None


def _merged(drafts: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each kind and target; who is meant nowhere drops out where it is known."""
    by_facet: dict[tuple[Kind, Target], Finding] = {}
    for draft in drafts:
        key = (draft.kind, draft.target)
        known = by_facet.setdefault(key, draft)
        aspects = known.aspects | draft.aspects
        if Aspect.PRAISE in aspects and not (known.aspects & draft.aspects & {Aspect.PRAISE}):
            aspects -= {Aspect.PRAISE}  # kind words do not soften what else is told
        by_facet[key] = replace(
            known,
            severity=_SERIOUS if _SERIOUS in (known.severity, draft.severity) else _MILD,
            child=known.child or draft.child,
            aspects=aspects,
            about=known.about | draft.about,
        )
    for (kind, target), finding in list(by_facet.items()):
        others = [f for (k, t), f in by_facet.items() if k is kind and t is not target]
        # "You" is the school only where nobody else is meant; a threat to all of it stays one.
        vague = target is Target.NONE or (target is Target.SCHOOL and kind is Kind.ABUSE)
        if vague and others and Aspect.UNCLEAR not in finding.aspects:
            del by_facet[kind, target]
            into = others[0]
            severe = _SERIOUS in (into.severity, finding.severity)
            by_facet[kind, into.target] = replace(
                into,
                severity=_SERIOUS if severe else _MILD,
                aspects=into.aspects | finding.aspects,
            )
    order = list(Kind)
    return tuple(
        sorted(
            by_facet.values(),
            key=lambda f: (f.severity is not _SERIOUS, order.index(f.kind), f.target),
        )
    )
