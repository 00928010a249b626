"""From a school model's scores to kinds with facets: the labels `kind.…`, `serious.…`, `target.…`.

A model scores so that its own lines read 0.5 (`kind.…`: found) and 0.8 (`serious.…`); settings may
move them kind by kind. Whom a kind means is asked of the model where it is sure and of the rules'
evidence where it is not; an accusation that may mean the headteacher is treated as one that does
(policy.md, section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.findings.evidence import Evidence
from bot.model import Aspect, Finding, Kind, Severity, Target

LINE = (0.5, 0.8)
"""From which `kind.…` and `serious.…` count, where settings say nothing."""

_P, _S, _H, _A, _G, _SCHOOL, _N = (
    Target.PUPIL,
    Target.STAFF,
    Target.HEADTEACHER,
    Target.ADULT,
    Target.GROUP,
    Target.SCHOOL,
    Target.NONE,
)
_SOMEBODY = (_P, _S, _H, _A, _G, _SCHOOL, _N)
_MEANT: Mapping[Kind, tuple[Target, ...]] = {
    Kind.THREAT: _SOMEBODY,
    Kind.EXPLOITATION: (_P,),
    Kind.WELFARE: (_P, _S, _A, _N),
    Kind.HATE: (_G, _P, _S, _H, _A),
    Kind.SEXUAL: (_S, _H, _A, _G, _N),
    Kind.ABUSE: (_P, _S, _H, _A, _G, _SCHOOL),
    Kind.ALLEGATION: (_S, _H, _A, _SCHOOL, _N),
    Kind.PERSONAL_DATA: (_P, _S, _A, _H),
    Kind.DISPUTE: (_A,),
    Kind.SECURITY: (_SCHOOL, _S, _H),
    Kind.SPAM: (_N,),
    Kind.MISINFORMATION: (_SCHOOL,),
    Kind.CAMPAIGNING: (_N,),
    Kind.PROFANITY: (_N, _S, _H, _A, _G, _SCHOOL),
    Kind.REQUEST: (_SCHOOL,),
    Kind.PUPIL_AUTHOR: (_N,),
    Kind.COMPLAINT: (_SCHOOL,),
}
"""Whom a kind can mean; the first is taken where nothing is known."""

_ASPECTS: Mapping[Kind, tuple[Aspect, ...]] = {
    Kind.THREAT: (Aspect.SELF_HARM,),
    Kind.WELFARE: (Aspect.SELF_HARM, Aspect.COURT),
    Kind.PERSONAL_DATA: (Aspect.WHEREABOUTS, Aspect.PRIVATE, Aspect.PICTURE, Aspect.PRAISE),
    Kind.DISPUTE: (Aspect.COURT,),
    Kind.SECURITY: (Aspect.IMPERSONATION,),
    Kind.MISINFORMATION: (Aspect.EMERGENCY,),
    Kind.REQUEST: (Aspect.FOI, Aspect.CONTEST),
    Kind.ALLEGATION: (Aspect.UNCLEAR,),
}

_SURE = 0.5
_HEAD_PERHAPS = 0.06  # of "it means the headteacher", from which an accusation is kept from them
_ACCUSES_PERHAPS = 0.08  # of "it accuses", from which words at the headteacher are kept from them


def knows_a_school(scores: Mapping[str, float]) -> bool:
    """Whether a model has answered in our own kinds."""
    return f"kind.{Kind.ABUSE}" in scores


def from_scores(
    seen: Evidence, scores: Mapping[str, float], thresholds: Mapping[str, tuple[float, float]]
) -> Iterator[Finding]:
    """One finding for each kind that scores above its line."""
    for kind, possible in _MEANT.items():
        severity = severity_of(kind, scores, thresholds)
        if severity is None:
            continue
        target = _whom(possible, seen, scores)
        if kind is Kind.ALLEGATION:
            yield _accusation(target, severity, seen, scores)
            continue
        if kind is Kind.ABUSE and target is _P and severity is Severity.MILD:
            # Anything at a pupil is hidden, so it has to be sure that it is at one.
            sure = scores.get(HIDE, 1.0) >= LINE[1]
            severity, target = (Severity.SERIOUS, _P) if sure else (severity, _N)
        aspects = frozenset(a for a in _ASPECTS.get(kind, ()) if _score(scores, a) >= _SURE)
        child = target is _P or kind is Kind.PUPIL_AUTHOR or scores.get("child", 0.0) >= _SURE
        yield Finding(kind, severity, target, child, _fitting(kind, severity, aspects))


def weighed(
    drafts: Sequence[Finding],
    seen: Evidence,
    scores: Mapping[str, float],
    thresholds: Mapping[str, tuple[float, float]],
) -> list[Finding]:
    """What rules and a school's model find together; where something is found beside what may be an
    accusation of the headteacher, that is said as well, or they would be told.
    """
    found = [*settled(drafts, seen, scores), *from_scores(seen, scores, thresholds)]
    # An accusation that a rule saw is never dropped: it may be one of the headteacher.
    by_rule = any(draft.kind is Kind.ALLEGATION for draft in drafts)
    ruled = [one for one in found if by_rule and one.kind is Kind.ALLEGATION]
    found = _as_a_whole(found, seen, scores) or ruled
    accused = any(one.kind is Kind.ALLEGATION for one in found)
    if found and not accused and _perhaps_about_the_head(seen, scores):
        found.append(seen.unclear(Severity.MILD, child=scores.get("child", 0.0) >= _SURE))
    return found


HIDE, ACT = "action.hide", "action.act"
"""What a model makes of a text as a whole: to be hidden; to be hidden or looked at by a person."""


def _as_a_whole(found: list[Finding], seen: Evidence, scores: Mapping[str, float]) -> list[Finding]:
    """What was found kind by kind, held against what the model makes of the whole text.

    Below its lower line the whole speaks against: what is serious is for a person to see, what is
    mild is left alone. Above its upper line it speaks for: the likeliest kind is taken to be there,
    or to be serious. Contact details are facts: whose they are is for a person to see. A model
    without such labels changes nothing.
    """
    hide, act = scores.get(HIDE), scores.get(ACT)
    if hide is None or act is None:
        return found
    lower, upper = LINE
    if any(one.severity is Severity.SERIOUS for one in found):
        # A threat that a rule saw aimed at somebody, and the model saw too, is no matter of doubt.
        plain = any(map(seen.has, _AIMED))
        return [
            one if hide >= lower or (plain and one.kind is Kind.THREAT) else _softened(one)
            for one in found
        ]
    if hide >= upper:
        return [*found, _likeliest(seen, scores, Severity.SERIOUS)]
    if act < lower and not any(map(seen.has, _CERTAIN)):
        return []
    return found or ([_likeliest(seen, scores, Severity.MILD)] if act >= upper else [])


def _softened(found: Finding) -> Finding:
    """The same in doubt. Anything at a pupil would be hidden, so in doubt it is not at one."""
    at_a_pupil = found.kind is Kind.ABUSE and found.target is _P
    return replace(found, severity=Severity.MILD, target=_N if at_a_pupil else found.target)


def _likeliest(seen: Evidence, scores: Mapping[str, float], severity: Severity) -> Finding:
    """The kind that scores highest, whatever its line."""
    part = "serious" if severity is Severity.SERIOUS else "kind"
    kind = max(_MEANT, key=lambda kind: scores.get(f"{part}.{kind}", 0.0))
    certain = {f"kind.{kind}": 1.0, f"serious.{kind}": float(severity is Severity.SERIOUS)}
    others = {label: score for label, score in scores.items() if not label.startswith(_KINDS)}
    return next(from_scores(seen, others | certain, {}))


_KINDS = ("kind.", "serious.")
_CERTAIN = frozenset({"data.phone", "data.email", "data.vehicle", "data.home"})
_AIMED = frozenset({"threat.aimed", "threat.self_harm"})
_NO_CHANCE = 0.1
_LITTLE_CHANCE = 0.25


def settled(
    drafts: Iterable[Finding], seen: Evidence, scores: Mapping[str, float]
) -> Iterator[Finding]:
    """What rules and word lists found, as far as a model that reads sentences sees a chance of it:
    where it sees none it is dropped, where it sees little it is for a person. Where the model finds
    the kind itself, how grave it is may be the rule's to say. Contact details are facts and stand;
    an accusation is never dropped: it may be one of the headteacher, who must not be told.
    """
    certain = any(map(seen.has, _CERTAIN))
    for draft in drafts:
        chance = scores.get(f"kind.{draft.kind}", 1.0)
        grave = scores.get(f"serious.{draft.kind}", 1.0)
        if draft.kind is Kind.PERSONAL_DATA and certain:
            yield draft
        elif max(chance, grave) < _NO_CHANCE:
            if draft.kind is Kind.ALLEGATION:
                yield replace(draft, severity=Severity.MILD)
        elif draft.severity is Severity.SERIOUS and chance < LINE[0] and grave < _LITTLE_CHANCE:
            yield replace(draft, severity=Severity.MILD)
        else:
            yield draft


def severity_of(
    kind: Kind, scores: Mapping[str, float], thresholds: Mapping[str, tuple[float, float]]
) -> Severity | None:
    """How grave the model holds a kind to be; None where it is not there. A serious score alone
    is enough: it is never the case that doubt about the kind makes a grave thing pass.
    """
    mild, serious = thresholds.get(kind, LINE)
    if scores.get(f"serious.{kind}", 0.0) >= serious:
        return Severity.SERIOUS
    return Severity.MILD if scores.get(f"kind.{kind}", 0.0) >= mild else None


def _score(scores: Mapping[str, float], aspect: Aspect) -> float:
    return scores.get(f"aspect.{aspect}", 0.0)


def _whom(possible: tuple[Target, ...], seen: Evidence, scores: Mapping[str, float]) -> Target:
    if len(possible) == 1:
        return possible[0]
    best = max(possible, key=lambda target: scores.get(f"target.{target}", 0.0))
    if scores.get(f"target.{best}", 0.0) >= _SURE:
        return best
    return seen.target if seen.target in possible else best


def _accusation(
    target: Target, severity: Severity, seen: Evidence, scores: Mapping[str, float]
) -> Finding:
    """An accusation, with whoever of the settings it names; doubt whom it means is said."""
    about = seen.people
    child = scores.get("child", 0.0) >= _SURE
    head = scores.get(f"target.{_H}", 0.0)
    # "She", "that one in the big office": whoever is meant, it may be the headteacher.
    nobody_named = not seen.names_staff and (
        target is _S or (target is _A and seen.has("who.third"))
    )
    unclear = _score(scores, Aspect.UNCLEAR) >= _SURE or target is _N or nobody_named
    if target is _H or (about & seen.heads):
        return Finding(Kind.ALLEGATION, severity, _H, child, about=about | seen.heads)
    if unclear or head >= _HEAD_PERHAPS or seen.head_in_sight:
        aspects = frozenset({Aspect.UNCLEAR})
        return Finding(Kind.ALLEGATION, severity, target, child, aspects, about)
    return Finding(Kind.ALLEGATION, severity, target, child, about=about)


def _perhaps_about_the_head(seen: Evidence, scores: Mapping[str, float]) -> bool:
    """Whether it may accuse the headteacher: in sight, a "she" without a name, or unreadable."""
    accuses = scores.get(f"kind.{Kind.ALLEGATION}", 0.0) >= _ACCUSES_PERHAPS
    nameless = seen.has("who.third") and not seen.names_staff
    head = seen.head_in_sight or scores.get(f"target.{_H}", 0.0) >= _HEAD_PERHAPS
    return seen.has("unread") or (accuses and (head or nameless))


def _fitting(kind: Kind, severity: Severity, aspects: frozenset[Aspect]) -> frozenset[Aspect]:
    """Praise is never serious; what is serious is not only praise."""
    if kind is Kind.PERSONAL_DATA and severity is Severity.SERIOUS:
        return aspects - {Aspect.PRAISE}
    return aspects
