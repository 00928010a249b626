"""Which decisions make sense for this viewer, as things stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

import sqlalchemy as sa

from bot.access import CaseView, Viewer, may_decide
from bot.model import (
    ACTIVE_EFFECTS,
    TOGETHER,
    Capability,
    CapabilityState,
    EffectKind,
    EffectStatus,
    ItemKind,
    Outcome,
)
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


def platforms_cannot(connection: sa.Connection) -> Mapping[str, frozenset[EffectKind]]:
    """By account, what the platform or its token does not allow: it is never asked for."""
    effects = {capability: effect for effect, capability in _NEEDS.items()}
    found: dict[str, frozenset[EffectKind]] = defaultdict(frozenset)
    for row in connection.execute(
        sa.select(t.capability.c.account, t.capability.c.capability).where(
            t.capability.c.capability.in_(effects),
            t.capability.c.state.in_([CapabilityState.DENIED, CapabilityState.IMPOSSIBLE]),
        )
    ):
        found[row.account] |= {effects[Capability(row.capability)]}
    return found


def cannot(
    platforms: Mapping[str, frozenset[EffectKind]], account: str, can_hide: bool | None
) -> frozenset[EffectKind]:
    """The same of one item, which may not be open to hiding where others are."""
    this_one = frozenset({EffectKind.HIDE} if can_hide is False else ())
    return platforms.get(account, frozenset()) | this_one


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


class Asked(Protocol):
    """The newest intention towards the platform, as a line or a page tells it."""

    @property
    def kind(self) -> EffectKind: ...
    @property
    def status(self) -> EffectStatus: ...


def will_be_hidden(hidden: bool | None, latest: Asked | None) -> bool:
    """What is under way counts as done: the next decision is about what will be."""
    if latest is not None and latest.status in ACTIVE_EFFECTS:
        return latest.kind is EffectKind.HIDE
    return bool(hidden)


def fits_together(offered: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Of what one case offers, what several can be given at once: "leave or make visible" is one.

    A deletion is asked about twice, and never given to several.
    """
    visible = {Outcome.ALLOW} if Outcome.UNHIDE in offered else set()
    return tuple(outcome for outcome in TOGETHER if outcome in {*offered, *visible})
