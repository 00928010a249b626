"""The log and the trail of a case as sentences in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.hiding import KIND_SWITCH
from bot.log import Event
from bot.model import (
    REQUEST_ANSWERS,
    DayOutcome,
    EffectKind,
    Kind,
    Outcome,
    Restriction,
    Role,
    Step,
    Target,
)
from bot.services.user_changes import Change
from bot.web import evidence_words
from bot.web.decision_words import DECIDED, STEPS
from bot.web.people_words import LADDER, RESTRICTIONS
from bot.web.words import EFFECTS, HOW, SIGNED, day_name
from bot.wording import plain_name, role_name


def sentence(event: Event, facts: Mapping[str, Any], name_of: Mapping[str, str]) -> str:
    """One entry of the log in words. `name_of` knows every key of a person that occurs."""
    by = name_of[str(facts.get("by", ""))]
    effect = _effect_name(facts)
    because = f" ({facts['why']})" if facts.get("why") else ""
    match event:
        case Event.JUDGED:
            return _judged(facts, by if facts.get("by") else "Schoolgate")
        case Event.DECIDED:
            return f"{by} decided: {DECIDED[Outcome(facts['outcome'])]}."
        case Event.ASKED:
            return f"{effect} was asked for by {by}."
        case Event.ACCEPTED:
            return f"{effect}: the platform accepted it. Not confirmed yet{because}."
        case Event.CONFIRMED if facts.get("restriction"):
            return f"Seen on the platform: {_restriction(facts)}."
        case Event.OBSERVED if facts.get("restriction"):
            how = "" if facts.get("standing") else "no longer "
            return f"Seen on the platform: {how}{_restriction(facts)}. Nobody here did it."
        case Event.CONFIRMED:
            return f"{effect}: confirmed by looking again{because}."
        case Event.GONE:
            return f"It is no longer on the platform{because}."
        case Event.UNSUPPORTED:
            return f"{effect}: the platform does not do that{because}."
        case Event.FAILED:
            return f"{effect}: failed{because}."
        case Event.CANCELLED:
            return f"Taken back before it was done: {effect}."
        case Event.SUPERSEDED:
            return f"{effect}: replaced by a later wish."
        case Event.EDITED:
            return "Its author changed the words. They are judged again."
        case Event.OBSERVED:
            now = "hidden" if facts.get("hidden") else "visible again"
            return f"It is {now}, and Schoolgate did not do it: somebody on the platform did."
        case Event.TOLD:
            return f"A letter about it went to {name_of[str(facts['person'])]}."
        case Event.NOT_TOLD:
            return f"A letter about it could not be sent to {name_of[str(facts['person'])]}."
        case Event.SWITCHED:
            return _switched(facts, by)
        case Event.ACKNOWLEDGED:
            return f"{name_of[str(facts['person'])]} {HOW[str(facts['how'])]}."
        case Event.CHASED:
            return f"{name_of[str(facts['person'])]} was told too: nobody had answered in time."
        case Event.REMINDED:
            return f"{name_of[str(facts['person'])]} was reminded after {facts['hours']} hours."
        case Event.WITHDRAWN:
            return f"{by} took that back: {DECIDED[Outcome(facts['outcome'])]}."
        case Event.NOTED | Event.ADDED:
            return f"{by} {STEPS[Step(facts.get('kind', Step.NOTE))]}."
        case Event.ROUTED | Event.FORWARDED:
            as_what = " as a complaint" if event is Event.FORWARDED else ""
            return f"{by} handed it on to {role_name(Role(facts['role']))}{as_what}."
        case Event.CONTESTED:
            return f"{by} noted that the decision is contested. Somebody else looks at it."
        case Event.PICTURE:
            return f"{by} suspected an indecent picture of a child and told the safeguarding lead."
        case Event.SIGNED:
            signed = SIGNED[DayOutcome(facts["outcome"])].lower()
            return f"{by} signed for {day_name(facts['day'])}: {signed}."
        case Event.RENAMED:
            return "This person has another handle now."
        case Event.RETURNED:
            return "This person had left, and is there again."
        case Event.SAID_DONE:
            return f"{by} says that it was done on the platform: {_restriction(facts)}."
        case Event.RESTRICTED:
            return f"{by} asked a person to do it on the platform: {_restriction(facts)}."
        case Event.LIFTED if facts["restriction"] in REQUEST_ANSWERS:
            return f"{by} took this task back: {_restriction(facts)}."
        case Event.LIFTED:
            return f"{by} ended it: {_restriction(facts)}."
        case Event.FROM_NOW:
            return f"{by} chose to decide only about newcomers from now on ({facts['account']})."
        case Event.STEP:
            return f"{by} noted a step of the policy: {LADDER[str(facts['step'])]}."
        case Event.USER_CHANGED:
            return _sign_in(facts, by, name_of[str(facts["person"])])
        case _:
            return evidence_words.sentence(event, facts, by)


_SIGN_INS = {
    Change.INVITED: "sent a link to sign in to",
    Change.ELSEWHERE: "sent to another address than before a link to sign in as",
    Change.RESET: "took password and second factor away from",
    Change.DISABLED: "switched off the sign-in of",
}


def _sign_in(facts: Mapping[str, Any], by: str, person: str) -> str:
    change = Change(facts["change"])
    if change is Change.PASSWORD:
        return f"{by} chose a new password."
    if change is Change.TELEPHONE:
        return f"{by} set up a telephone as the second factor."
    login = f" (signed in there as “{facts['login']}”)" if facts.get("login") else ""
    return f"{by}{login} {_SIGN_INS[change]} {person}."


def _restriction(facts: Mapping[str, Any]) -> str:
    return RESTRICTIONS[Restriction(facts["restriction"])]


def _effect_name(facts: Mapping[str, Any]) -> str:
    return EFFECTS[EffectKind(facts["effect"])] if facts.get("effect") else "It"


def _judged(facts: Mapping[str, Any], who: str) -> str:
    kinds = list(
        dict.fromkeys(plain_name(Kind(f["kind"]), Target(f["target"])) for f in facts["findings"])
    )
    found = f"may hold {' and '.join(kinds)}" if kinds else "holds nothing that it knows of"
    then = {
        "allow": "Nothing needs doing.",
        "queue": "A person should look.",
        "hide": f"It was not hidden: {facts['held_back']}."
        if facts.get("held_back")
        else "It should be hidden.",
    }[facts["action"]]
    return f"{who} judged that a comment {found}. {then}"


def _switched(facts: Mapping[str, Any], by: str) -> str:
    if facts["switch"] == "breaker_open":
        return "Hiding was paused: far more than usual was being hidden."
    if facts["switch"].startswith(KIND_SWITCH):
        name = plain_name(Kind(facts["switch"].removeprefix(KIND_SWITCH)))
        return f"{by} {'let Schoolgate hide' if facts['on'] else 'stopped hiding'}: {name}."
    return f"{by} {'stopped all hiding' if facts['on'] else 'let hiding go on'}."
