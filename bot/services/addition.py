"""Staff add to a case: notes, references elsewhere, contact with parents, links. Never changed."""

from __future__ import annotations

from dataclasses import dataclass

from bot import log
from bot.access import Viewer, may_see, may_see_trail
from bot.errors import NotAllowed, Refused
from bot.log import Event
from bot.ports import Clock
from bot.services.decide import view_of
from bot.store import Store, UnitOfWork
from bot.store.additions import AdditionKind
from bot.store.cases import StoredCase


@dataclass(frozen=True, slots=True)
class Addition:
    """What somebody adds. `linked_ref` names the other case of a link."""

    kind: AdditionKind
    words: str = ""
    linked_ref: str = ""


def add_to_case(store: Store, clock: Clock, viewer: Viewer, ref: str, given: Addition) -> None:
    """Add to a case; a mistake is set right by another addition.

    Raises NotAllowed (also where there is no such case), Refused without words, or where the other
    case is not one that they may read.
    """
    with store.begin() as uow:
        case = _theirs(uow, viewer, ref)
        if case is None:
            raise NotAllowed("There is no such case.")
        linked = None
        if given.kind is AdditionKind.LINK:
            linked = _theirs(uow, viewer, given.linked_ref.strip())
            if linked is None or linked.id == case.id:
                raise Refused("There is no other case with this reference that you may read.")
        elif not given.words.strip():
            raise Refused("Please write something.")
        at, words = clock.now(), given.words.strip()
        salt = uow.additions.add(
            case.id,
            kind=given.kind,
            words=words,
            linked_case_id=linked.id if linked else None,
            by=viewer.person_key,
            at=at,
        )
        if linked is None:
            # A link may be kept from some who see this case: no number may move that they see.
            uow.cases.touch(case.id)
        facts = {
            "case": case.ref,
            "by": viewer.person_key,
            "kind": given.kind,
            "text": log.digest_for_log(salt, words),
            **({"linked": linked.ref} if linked else {}),
        }
        log.append(uow.log, uow.log_key, at=at, event=Event.ADDED, case_id=case.id, facts=facts)
        uow.commit()


def _theirs(uow: UnitOfWork, viewer: Viewer, ref: str) -> StoredCase | None:
    """The case, if its notes and decisions are this viewer's to read."""
    case = uow.cases.find_by_ref(ref)
    if case is None:
        return None
    view = view_of(uow, case, uow.items.get(case.item_id))
    return case if may_see(viewer, view) and may_see_trail(viewer, view) else None
