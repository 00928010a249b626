"""Undo what a wrong version of the machine hid (policy.md, "Hiding is earned")."""

from __future__ import annotations

from secrets import token_hex

from bot import log
from bot.intentions import ask_for, take_back
from bot.log import Event
from bot.model import EffectKind, EffectStatus, Outcome
from bot.ports import Clock
from bot.store import Store, UnitOfWork
from bot.store.effects import UnconfirmedHide

UNDONE = (
    "Its hide was undone: the version of Schoolgate that wanted it was wrong. "
    "Please decide it yourself."
)


def count_hidden_under(store: Store) -> dict[tuple[str, str], int]:
    """How many comments each version (name, version) hid, or is about to hide, that no person
    has decided on.
    """
    counts: dict[tuple[str, str], int] = {}
    with store.read() as uow:
        hides = uow.effects.unconfirmed_hides()
    for hide in hides:
        for version in hide.versions.items():
            counts[version] = counts.get(version, 0) + 1
    return counts


def undo_version(store: Store, clock: Clock, name: str, version: str, *, by: str) -> int:
    """Make visible again what the machine hid under this version and no person confirmed.

    Returns how many comments that were. Their cases stay open, with an alarm. What a person decided
    is left alone. It is written down as a decision on the reading that was judged, so that the
    same verdict never hides it again. Idempotent.
    """
    with store.begin() as uow:
        hides = [h for h in uow.effects.unconfirmed_hides() if h.versions.get(name) == version]
        for hide in hides:
            reason = f"Undone: {name} {version} hid it, and no person had confirmed that."
            _undo(uow, clock, hide, by, reason)
        uow.commit()
    return len(hides)


def _undo(uow: UnitOfWork, clock: Clock, hide: UnconfirmedHide, by: str, reason: str) -> None:
    effect, at = hide.effect, clock.now()
    assert effect.case_id is not None
    case = uow.cases.get(effect.case_id)
    salt = token_hex(16)
    uow.decisions.keep(
        case_id=case.id,
        reading_id=hide.reading_id,
        person=by,
        outcome=Outcome.UNHIDE,
        reason=reason,
        salt=salt,
        at=at,
    )
    facts = {
        "case": case.ref,
        "by": by,
        "outcome": Outcome.UNHIDE,
        "reason": log.digest_for_log(salt, reason),
    }
    log.append(uow.log, uow.log_key, at=at, event=Event.DECIDED, case_id=case.id, facts=facts)
    if effect.status is EffectStatus.PENDING and effect.attempts == 0:
        take_back(uow, case=case, at=at)
    else:  # it was hidden, or a call that got no answer may have hidden it
        ask_for(uow, EffectKind.UNHIDE, case=case, channel=effect.channel, by=by, at=at)
    uow.cases.sound_alarm(case.id, UNDONE)
