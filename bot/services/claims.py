"""Two people at once: opening a case claims it for a while, so that a second one is told."""

from __future__ import annotations

from datetime import timedelta

from bot.access import Viewer, may_decide, may_see, may_see_trail
from bot.model import CaseStatus, ItemKind, Outcome
from bot.ports import Clock
from bot.services.decide import view_of
from bot.store import Store
from bot.store.steps import Claim


def look_at(
    store: Store, clock: Clock, viewer: Viewer, ref: str, *, lasts: timedelta
) -> Claim | None:
    """Claim an open case that the viewer may settle; returns who else has it open, if anybody.

    A claim stops nobody: it only tells. It runs out by itself, and who looks again after half of
    its time renews it. Whoever may not read the trail is told of nobody. Idempotent.
    """
    now = clock.now()
    with store.read() as uow:
        case = uow.cases.find_by_ref(ref)
        if case is None or case.status is not CaseStatus.OPEN:
            return None
        item = uow.items.get(case.item_id)
        view = view_of(uow, case, item)
        if not may_see(viewer, view) or not may_see_trail(viewer, view):
            return None
        claim = uow.steps.claim_of(case.id)
    standing = claim if claim is not None and claim.until > now else None
    if standing is not None and standing.person != viewer.person_key:
        return standing
    settling = Outcome.APPROVE if item.ref.kind is ItemKind.NEWCOMER else Outcome.ALLOW
    if not may_decide(viewer, view, settling):
        return None
    if standing is not None and standing.until - now > lasts / 2:
        return None
    with store.begin() as uow:
        latest = uow.steps.claim_of(case.id)
        if latest and latest.until > now and latest.person != viewer.person_key:
            return latest
        since = standing.since if standing else now
        uow.steps.claim(case.id, viewer.person_key, since=since, until=now + lasts)
        uow.commit()
    return None
