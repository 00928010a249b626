"""What a daily or weekly letter says, as far as its reader may know it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bot.access import Viewer
from bot.letters import Line
from bot.model import EffectKind, EffectStatus, Role, Stream
from bot.queries.cases import found_in, knows_what_was_found, safeguarding_beside
from bot.queries.mail import undelivered
from bot.queries.narrow import Tab, on_tab
from bot.queries.restrictions import undone_tasks
from bot.queries.seen import VIEW_COLUMNS, cases_with_items, looking, may_see, views_of
from bot.queries.state import AccountState, Reach, hiding_state, reading_state
from bot.settings import Settings
from bot.store import Store
from bot.store import tables as t
from bot.wording import plain_name, role_name

_ENOUGH_DISK = 500_000_000  # bytes
_DONE = {EffectKind.HIDE: "hidden", EffectKind.DELETE: "deleted"}
_STREAMS = {
    Stream.OWN_POSTS: "the school's own posts",
    Stream.COMMENTS: "comments",
    Stream.NEWCOMERS: "newcomers",
    Stream.FOLLOWERS: "the whole list of followers",
}


def bulletin(
    store: Store, settings: Settings, viewer: Viewer, *, since: datetime, now: datetime
) -> Mapping[str, object]:
    """The facts of the templates `daily` and `weekly`, but for those that every letter has.

    Everything about cases goes by what this viewer may see; counts of what was read are of all.
    """
    accounts = reading_state(store, settings, now)
    return {
        "read": [one for account in accounts for one in _read(account)],
        "unread": [one for account in accounts for one in _unread(account)]
        or ([] if accounts else ["no account is set up"]),
        "acted": _acted(store, viewer, since),
        **_waiting(store, viewer),
        "health": _health(store, settings, viewer, accounts),
        "head": _head(store),
    }


def _read(account: AccountState) -> list[str]:
    return [
        f"{account.name}, {_STREAMS[one.stream]}: read to the end"
        for one in account.streams
        if one.reach is Reach.READ
    ]


def _unread(account: AccountState) -> list[str]:
    said = {
        Reach.LATE: "not read for too long",
        Reach.PARTIAL: "read in part only",
        Reach.FAILED: "could not be read",
        Reach.NEVER: "never read yet",
    }
    together: dict[tuple[Reach, str], list[str]] = {}
    for one in account.streams:
        if one.reach is not Reach.READ:
            together.setdefault((one.reach, one.why), []).append(_STREAMS[one.stream])
    return [
        f"{account.name}, {_listed(streams)}: {said[reach]}. {why}".strip()
        for (reach, why), streams in together.items()
    ]


def _listed(names: Sequence[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def _acted(store: Store, viewer: Viewer, since: datetime) -> list[Line]:
    newest = (
        sa.select(t.verdict.c.findings)
        .where(t.verdict.c.reading_id == t.case.c.reading_id)
        .order_by(t.verdict.c.id.desc())
        .limit(1)
        .correlate(t.case)
        .scalar_subquery()
    )
    query = (
        sa.select(*VIEW_COLUMNS, t.effect.c.kind.label("effect"), newest.label("findings"))
        .select_from(cases_with_items().join(t.effect, t.effect.c.case_id == t.case.c.id))
        .where(
            t.effect.c.kind.in_(list(_DONE)),
            t.effect.c.status == EffectStatus.CONFIRMED,
            t.effect.c.confirmed_at > since,
            may_see(viewer),
        )
    )
    with looking(store) as connection:
        rows = connection.execute(query).all()
        views = views_of(connection, rows)
    counts = Counter[tuple[str, str]]()
    for row in rows:
        view = views[row.id]
        names = [plain_name(one.kind, one.target) for one in found_in(row.findings)]
        if not knows_what_was_found(viewer, view):
            names = [f"with {role_name(role)}" for role in safeguarding_beside(viewer, view)]
        what = " and ".join(dict.fromkeys(names)) or "by a person's decision"
        counts[what, _DONE[EffectKind(row.effect)]] += 1
    return [Line(count, what, done) for (what, done), count in sorted(counts.items())]


def _waiting(store: Store, viewer: Viewer) -> dict[str, object]:
    query = (
        sa.select(sa.func.count(), sa.func.min(t.case.c.opened_at))
        .select_from(cases_with_items())
        .where(on_tab(Tab.YOURS, viewer))
    )
    with looking(store) as connection:
        count, oldest = connection.execute(query).one()
    undone = undone_tasks(store, viewer).tasks if Role.COMMUNICATIONS_OFFICER in viewer.roles else 0
    return {"waiting": count, "oldest": oldest, "tasks": undone}


def _health(
    store: Store, settings: Settings, viewer: Viewer, accounts: tuple[AccountState, ...]
) -> list[str]:
    found = []
    for account in accounts:
        parked = filter(None, (account.reading_parked, account.writing_parked))
        found += [f"{account.name} is left alone for now. {one.why}" for one in parked]
    hiding = hiding_state(store, settings)
    if hiding.stopped.on or hiding.breaker.on:
        found.append("Hiding is stopped or paused: nothing is hidden by itself.")
    if lost := len(undelivered(store, viewer)):
        found.append(f"Letters that could not be delivered: {lost}.")
    if not settings.calendar.holidays:
        found.append("settings.toml names no holidays: letters do not know when school is out.")
    free = shutil.disk_usage(_folder(store)).free
    if free < _ENOUGH_DISK:
        found.append(f"Only {free // 1_000_000} MB are free where Schoolgate keeps its data.")
    return found


def _folder(store: Store) -> Path:
    return store.path.parent


def _head(store: Store) -> str:
    with store.read() as uow:
        return uow.log.tail()[1]
