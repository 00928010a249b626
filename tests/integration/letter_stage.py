"""What the tests of letters share: a comment in which exactly this is found."""

from __future__ import annotations

from datetime import timedelta
from email import policy
from email.parser import BytesParser
from typing import Any

from bot.model import Assessment, Cursor, Finding, Mail, Page, Stream
from bot.policy import judge
from bot.services.assess import Judged, record
from bot.services.ingest import PollReport, ingest
from tests.builders import a_comment
from tests.house import House

HEAD, CHAIR, LEAD, OFFICER = "mhartley", "ndasgupta", "dpenrose", "jfield"
DPO, TECHNICIAN = "twhitlock", "rokafor"


def found(house: House, *findings: Finding, text: str = "Quartz is a crook", **facts: Any) -> str:
    """A new comment in which exactly this is found; returns its case's reference."""
    report = PollReport("school", Stream.COMMENTS)
    now = house.clock.now()
    comment = a_comment(text, **{"created_at": now, "post_id": "", **facts})
    with house.store.begin() as uow:
        page = Page((comment,), Cursor(), last=True)
        ingest(uow, page, report, now, now, now - timedelta(days=1), True)
        uow.commit()
    with house.store.read() as uow:
        [waiting] = uow.readings.waiting(10)
    assessment = Assessment(findings)
    verdict = judge(assessment, house.settings.policy)
    record(house.store, house.clock, house.settings, [Judged(waiting, assessment, verdict)])
    [(ref,)] = house.rows("SELECT ref FROM moderation_case ORDER BY id DESC LIMIT 1")
    return str(ref)


def plain(mail: Mail) -> str:
    """A letter's plain text, each run of blanks one space."""
    letter = BytesParser(policy=policy.default).parsebytes(mail.mime)
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def sent_to(house: House) -> list[str]:
    """To whom letters went, oldest first, by the part of the address before the @."""
    return [mail.recipient.partition("@")[0] for mail in house.mailer.letters]
