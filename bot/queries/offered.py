"""Which decisions make sense for this viewer, as things stand."""

from __future__ import annotations

import sqlalchemy as sa

from bot.access import CaseView, Viewer, may_decide
from bot.model import Capability, CapabilityState, EffectKind, ItemKind, Outcome
from bot.store import tables as t

_NEEDS = {
    EffectKind.HIDE: Capability.HIDE,
    EffectKind.UNHIDE: Capability.UNHIDE,
    EffectKind.DELETE: Capability.DELETE,
}
_EFFECT_OF = {
    Outcome.HIDE: EffectKind.HIDE,
    Outcome.UNHIDE: EffectKind.UNHIDE,
    Outcome.DELETE: EffectKind.DELETE,
}


def platform_cannot(
    connection: sa.Connection, account: str, can_hide: bool | None
) -> frozenset[EffectKind]:
    """What the platform, its token or this very item does not allow: it is never asked for."""
    impossible = set(
        connection.scalars(
            sa.select(t.capability.c.capability).where(
                t.capability.c.account == account,
                t.capability.c.state.in_([CapabilityState.DENIED, CapabilityState.IMPOSSIBLE]),
            )
        )
    )
    cannot = {kind for kind, capability in _NEEDS.items() if capability in impossible}
    return frozenset(cannot | ({EffectKind.HIDE} if can_hide is False else set()))


def offered_to(
    viewer: Viewer, view: CaseView, *, hidden: bool, gone: bool, cannot: frozenset[EffectKind]
) -> tuple[Outcome, ...]:
    """The outcomes to choose from, mildest first: what is hidden can be shown, and the reverse."""
    if view.item_kind is ItemKind.NEWCOMER:
        offered = [Outcome.APPROVE, Outcome.NOT_SUITABLE]
    elif view.item_kind is ItemKind.REPORT:
        offered = [Outcome.ALLOW, Outcome.CLEARED]
    elif gone:
        offered = [Outcome.ALLOW, Outcome.CLEARED, Outcome.ANSWERED]
    elif hidden:
        offered = [Outcome.HIDE, Outcome.UNHIDE, Outcome.CLEARED, Outcome.DELETE]
    else:
        offered = [
            Outcome.ALLOW,
            Outcome.ANSWERED,
            Outcome.HIDE,
            Outcome.CLEARED,
            Outcome.DELETE,
        ]
    if hidden:
        cannot -= {EffectKind.HIDE}  # it stays hidden: nothing is asked of the platform
    return tuple(
        outcome
        for outcome in offered
        if may_decide(viewer, view, outcome) and _EFFECT_OF.get(outcome) not in cannot
    )
