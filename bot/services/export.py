"""What leaves the log: who may take it, and that it is written down."""

from __future__ import annotations

from dataclasses import dataclass

from bot import log
from bot.access import Viewer, may_see_log, may_see_text, may_take_evidence
from bot.errors import NotAllowed, Refused
from bot.log import Event
from bot.model import Kind, Role
from bot.ports import Clock
from bot.services.decide import view_of
from bot.settings import Settings
from bot.store import Store, UnitOfWork

_NO_CASE = "There is no such case."


@dataclass(frozen=True, slots=True)
class Taken:
    """The head of the log once the export stands in it, and staff's files (ref, type, bytes)."""

    head: str
    files: tuple[tuple[str, str, bytes], ...] = ()


def note_export(store: Store, clock: Clock, viewer: Viewer, form: str) -> Taken:
    """Write down that somebody takes the log out (`form`: csv, json or pdf). Raises NotAllowed.

    How much it was is not written: a total would betray what somebody else may not see.
    """
    if not may_see_log(viewer):
        raise NotAllowed("Your role does not see what was written, so it takes nothing out.")
    with store.begin() as uow:
        facts = {"by": viewer.person_key, "form": form}
        log.append(uow.log, uow.log_key, at=clock.now(), event=Event.EXPORTED, facts=facts)
        head = uow.log.tail()[1]
        uow.commit()
    return Taken(head)


def take_evidence(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, ref: str
) -> Taken:
    """Write down that somebody takes out the evidence of one case, and hand them its files.

    Raises NotAllowed where it is not for them (policy.md, clause 9), Refused where a pupil is
    involved and the safeguarding lead has not decided yet, or where it may hold a picture that
    nobody may copy.
    """
    with store.begin() as uow:
        case = uow.cases.find_by_ref(ref)
        if case is None:
            raise NotAllowed(_NO_CASE)
        view = view_of(uow, case, uow.items.get(case.item_id))
        if not may_see_text(viewer, view):
            raise NotAllowed(_NO_CASE)
        roles = {p.key: p.roles for p in settings.policy.people}
        kept_from = frozenset(role for key in case.excluded for role in roles.get(key, ()))
        if not may_take_evidence(viewer, view, kept_from):
            raise NotAllowed("Evidence leaves the school only through the headteacher.")
        pupil = case.child or bool(case.kinds & {Kind.PUPIL_AUTHOR, Kind.EXPLOITATION})
        if pupil and not _dsl_decided(uow, case.id, roles):
            raise Refused(
                "A pupil is involved, so the designated safeguarding lead decides about this case "
                "first. Nothing was taken out."
            )
        files = tuple(
            (file.ref, file.media_type, uow.uploads.content(file.ref))
            for file in uow.uploads.of_item(case.item_id)
            if not file.purged and Kind.EXPLOITATION not in case.kinds
        )
        facts = {"case": case.ref, "by": viewer.person_key, "form": "pack"}
        log.append(
            uow.log,
            uow.log_key,
            at=clock.now(),
            event=Event.EXPORTED,
            case_id=case.id,
            facts=facts,
        )
        head = uow.log.tail()[1]
        uow.commit()
    return Taken(head, files)


def _dsl_decided(uow: UnitOfWork, case_id: int, roles: dict[str, frozenset[Role]]) -> bool:
    return any(Role.DSL in roles.get(key, ()) for key in uow.decisions.people(case_id))
