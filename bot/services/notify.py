"""Gather what people are to be told into one letter each (transaction T4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from secrets import token_hex

from bot.access import NO_CONTENT
from bot.letters import Line
from bot.model import EffectStatus, Kind, Person, Role, Target, Urgency
from bot.ports import Clock
from bot.services.posting import ESCALATION, moment, post
from bot.services.telling import tell
from bot.services.told import answer_by, due_at
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.letters import DueNotice, Heard
from bot.wording import plain_name, role_name


def compose(store: Store, clock: Clock, settings: Settings) -> int:
    """Write one letter to each person for whom notices are due; returns how many.

    The letter is stored byte for byte with its Message-ID before anything is sent, so that however
    often it must be sent again, it is the same letter. Without `[mail]` in settings nothing is
    written and the notices go on waiting. What adds nothing to a letter about the same author or
    conversation waits for the next letter: it has to be of another kind, or more urgent.
    """
    if settings.mail is None:
        return 0
    people = {p.key: p for p in settings.policy.people if p.email and (p.roles or p.deputy_for)}
    at = clock.now()
    with store.begin() as uow:
        letters = 0
        for key, group in groupby(uow.letters.due(at), key=lambda notice: notice.person):
            notices = list(group)
            if key not in people:
                _tell_others(uow, settings, notices, at)
            elif news := _news(uow, settings, people[key], notices, at):
                _write(uow, settings, people[key], news, at)
                letters += 1
        uow.commit()
    return letters


def _news(
    uow: UnitOfWork, settings: Settings, person: Person, notices: list[DueNotice], at: datetime
) -> list[DueNotice]:
    """What is worth a letter; the rest is put off to this person's next digest."""
    heard = _Heard(uow.letters.heard(person.key))
    news = [one for one in notices if one.rung or not heard.covers(one)]
    old = [one.id for one in notices if not one.rung and heard.covers(one)]
    if news:
        return notices  # a letter goes anyway, so it counts everything
    digest = due_at(Urgency.ROUTINE, at, settings.letters, settings.calendar, person.digest_at)
    uow.letters.put_off(old, digest)
    return []


class _Heard:
    """What somebody knows of authors and of conversations whose cases are open."""

    def __init__(self, told: Sequence[Heard]) -> None:
        self._known: dict[str, tuple[set[str], int]] = {}
        for one in told:
            for about in _about(one.author, one.thread):
                kinds, rank = self._known.get(about, (set(), 0))
                self._known[about] = (kinds | one.kinds, max(rank, one.urgency.rank))

    def covers(self, notice: DueNotice) -> bool:
        """Whether it is neither of another kind nor more urgent."""
        return any(
            set(notice.kinds) <= self._known[about][0]
            and notice.urgency.rank <= self._known[about][1]
            for about in _about(notice.author, notice.thread)
            if about in self._known
        )


def _about(author: str, thread: str) -> list[str]:
    return [f"{what}:{which}" for what, which in (("by", author), ("in", thread)) if which]


def _write(
    uow: UnitOfWork,
    settings: Settings,
    person: Person,
    notices: Sequence[DueNotice],
    at: datetime,
) -> None:
    urgency = max((notice.urgency for notice in notices), key=lambda urgency: urgency.rank)
    until = answer_by(urgency, at, settings.letters, settings.calendar)
    cases = {notice.case_ref for notice in notices}
    alone = next(iter(cases)) if len(cases) == 1 else ""
    ref = token_hex(8)
    may_read = bool(person.roles - NO_CONTENT) or bool(_stood_in_for(person, notices))
    page = f"/cases/{alone}" if alone and may_read else f"/letters/{ref}"
    post(
        uow,
        settings,
        person,
        ESCALATION,
        {
            **_facts(uow, person, notices),
            "urgency": urgency,
            "link": settings.web.public_url.rstrip("/") + page,
            "may_read": may_read,
            "answer_by": moment(until) if until else "",
        },
        urgency=urgency,
        at=at,
        notice_ids=[notice.id for notice in notices],
        case_ref=alone,
        ref=ref,
        answer_by=until,
    )


def _facts(uow: UnitOfWork, person: Person, notices: Sequence[DueNotice]) -> Mapping[str, object]:
    names = Counter((_what(notice), _done(notice), notice.confirmed) for notice in notices)
    chased = [notice.case_id for notice in notices if notice.rung]
    tried = uow.answers.tried(chased) if chased else []
    return {
        "count": len(notices),
        "lines": tuple(
            Line(count, what, done, sure) for (what, done, sure), count in names.items()
        ),
        "confirmed": all(notice.confirmed for notice in notices),
        "in_place_of": [role_name(role) for role in _stood_in_for(person, notices)],
        "tried": [
            f"{role_name(Role(role))} was written to on {moment(when)}" for role, when in tried
        ],
    }


def _stood_in_for(person: Person, notices: Sequence[DueNotice]) -> list[Role]:
    roles = {Role(notice.role) for notice in notices if notice.role}
    return sorted(roles - person.roles)


def _what(notice: DueNotice) -> str:
    if not notice.kinds and not notice.findings:
        return "a person to look at"
    names = [
        plain_name(Kind(str(f["kind"])), Target(str(f["target"]))) for f in notice.findings
    ] or [plain_name(kind) for kind in notice.kinds]
    return " and ".join(dict.fromkeys(names))


def _done(notice: DueNotice) -> str:
    """What was done about it already, in words that claim no more than is known."""
    if notice.gone:
        return "no longer on the platform"
    if notice.hidden:
        return "hidden"
    return {
        EffectStatus.PENDING: "hiding asked for, not yet confirmed",
        EffectStatus.CLAIMED: "hiding asked for, not yet confirmed",
        EffectStatus.ACCEPTED: "hiding asked for, not yet confirmed",
        EffectStatus.UNSUPPORTED: "visible: it cannot be hidden on that platform",
        EffectStatus.FAILED: "visible: it could not be hidden",
    }.get(notice.hide or EffectStatus.CANCELLED, "visible to the public")


def _tell_others(
    uow: UnitOfWork, settings: Settings, notices: Sequence[DueNotice], at: datetime
) -> None:
    """Somebody was to be told who has left, or has no address or role any more."""
    uow.letters.drop([notice.id for notice in notices])
    for notice in notices:
        case = uow.cases.get(notice.case_id)
        roles = {Role(notice.role)} if notice.role else case.audience
        tell(uow, settings, case, roles, notice.urgency, at, now=True)
