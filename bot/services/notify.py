"""Gather what people are to be told into one letter each (transaction T4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import uuid4

from bot.access import NO_CONTENT
from bot.letters import LetterFacts, Line, render
from bot.model import EffectKind, EffectStatus, Kind, Person, Target
from bot.ports import Clock
from bot.services.told import NOBODY_TOLD, people_told
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.effects import MAIL
from bot.store.letters import DueNotice
from bot.wording import plain_name


def compose(store: Store, clock: Clock, settings: Settings) -> int:
    """Write one letter to each person for whom notices are due; returns how many.

    The letter is stored byte for byte with its Message-ID before anything is sent, so that however
    often it must be sent again, it is the same letter. Without `[mail]` in settings nothing is
    written and the notices go on waiting.
    """
    if settings.mail is None:
        return 0
    people = {p.key: p for p in settings.policy.people if p.email and p.roles}
    at = clock.now()
    with store.begin() as uow:
        letters = 0
        for key, group in groupby(uow.letters.due(at), key=lambda notice: notice.person):
            notices = list(group)
            if key not in people:
                _tell_others(uow, settings, notices, at)
                continue
            facts = _facts(people[key], notices, settings)
            domain = settings.mail.sender.rpartition("@")[2].rstrip(">") or "schoolgate.invalid"
            mail = render(
                "escalation",
                facts,
                sender=settings.mail.sender,
                recipient=people[key].email,
                message_id=f"<{uuid4().hex}@{domain}>",
                at=at,
            )
            ids = [notice.id for notice in notices]
            letter_id = uow.letters.keep(mail, person=key, notice_ids=ids, at=at)
            uow.effects.ask(
                EffectKind.LETTER,
                channel=MAIL,
                asked_by="machine",
                at=at,
                urgency=facts.urgency,
                letter_id=letter_id,
            )
            letters += 1
        uow.commit()
    return letters


def _facts(person: Person, notices: Sequence[DueNotice], settings: Settings) -> LetterFacts:
    urgency = max((notice.urgency for notice in notices), key=lambda urgency: urgency.rank)
    names = Counter[tuple[str, str]]()
    for notice in notices:
        names[_what(notice), _done(notice)] += 1
    base = settings.web.public_url.rstrip("/")
    only = f"/cases/{notices[0].case_ref}" if len(notices) == 1 else "/"
    return LetterFacts(
        name=person.name,
        school=settings.school.name,
        urgency=urgency,
        count=len(notices),
        lines=tuple(Line(count, what, done) for (what, done), count in names.items()),
        link=base + only,
        may_read=bool(person.roles - NO_CONTENT),
    )


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
        others = people_told(case.audience, case.excluded, settings.policy.people)
        if not others:
            uow.cases.sound_alarm(case.id, NOBODY_TOLD)
        for person in others:
            uow.letters.notify(
                case_id=case.id,
                reading_id=case.reading_id,
                person=person.key,
                urgency=notice.urgency,
                due_at=at,
            )
