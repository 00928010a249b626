"""Letters go to the right people, say no more than they may, and never reach whom they concern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from bot.errors import AdapterError
from bot.model import (
    Assessment,
    Cursor,
    Finding,
    Kind,
    Mail,
    Page,
    Person,
    Role,
    Severity,
    Stream,
    Target,
)
from bot.policy import judge
from bot.services.assess import Judged, record
from bot.services.ingest import PollReport, ingest
from bot.services.notify import compose
from tests.builders import a_comment
from tests.house import House

HEAD, CHAIR, LEAD, OFFICER = "m.hartley", "n.dasgupta", "d.penrose", "j.field"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


def found(house: House, *findings: Finding, text: str = "Zebedee Quartz is a crook") -> None:
    """A new comment in which exactly this is found."""
    report = PollReport("school", Stream.COMMENTS)
    now = house.clock.now()
    page = Page((a_comment(text, created_at=now),), Cursor(), last=True)
    with house.store.begin() as uow:
        ingest(uow, page, report, now, now, now - timedelta(days=1), True)
        uow.commit()
    with house.store.read() as uow:
        [waiting] = uow.readings.waiting(10)
    assessment = Assessment(findings)
    verdict = judge(assessment, house.settings.policy)
    record(house.store, house.clock, house.settings, [Judged(waiting, assessment, verdict)])


def accuses_after_an_edit(house: House) -> None:
    """The one comment there is turns into an accusation of the headteacher."""
    [(native_id,)] = house.rows("SELECT native_id FROM item")
    report = PollReport("school", Stream.COMMENTS)
    now = house.clock.now()
    edited = a_comment("And the head stole from us", native_id=native_id, created_at=now)
    with house.store.begin() as uow:
        page = Page((edited,), Cursor(), last=True)
        ingest(uow, page, report, now, now, now - timedelta(days=1), True)
        uow.commit()
        waiting = uow.readings.waiting(10)
    assessment = Assessment((finding(Kind.ALLEGATION, Target.HEADTEACHER),))
    judged = Judged(waiting[0], assessment, judge(assessment, house.settings.policy))
    record(house.store, house.clock, house.settings, [judged])


def parsed(mail: Mail) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(mail.mime)


def readers(house: House) -> list[str]:
    """Who got a letter, by the part of the address before the @."""
    return sorted(mail.recipient.partition("@")[0] for mail in house.escalations)


def finding(kind: Kind, target: Target, *, child: bool = False) -> Finding:
    return Finding(kind, Severity.SERIOUS, target, child)


def test_a_threat_against_staff_reaches_the_headteacher_at_once(house: House) -> None:
    found(house, finding(Kind.THREAT, Target.STAFF))
    house.cycle()
    assert readers(house) == [HEAD]


def test_an_accusation_about_the_headteacher_never_reaches_the_headteacher(house: House) -> None:
    found(house, finding(Kind.ALLEGATION, Target.HEADTEACHER, child=True))
    for _ in range(50):
        house.clock.advance(minutes=30)
        house.cycle()
    assert HEAD not in readers(house)
    assert CHAIR in readers(house)
    assert LEAD in readers(house)


def test_a_headteacher_who_is_also_the_safeguarding_lead_is_left_out_of_both_roles(
    house: House,
) -> None:
    people = tuple(
        replace(p, roles=p.roles | {Role.DSL}) if Role.HEADTEACHER in p.roles else p
        for p in house.settings.policy.people
    )
    house.settings = replace(
        house.settings, people=people, policy=replace(house.settings.policy, people=people)
    )
    found(house, finding(Kind.ALLEGATION, Target.HEADTEACHER, child=True))
    house.clock.advance(hours=25)
    house.cycle()
    assert HEAD not in readers(house)
    assert LEAD in readers(house)


def test_an_edit_that_adds_an_accusation_takes_the_letter_back_before_it_is_sent(
    house: House,
) -> None:
    """Urgent news wait for the half-hour; by then the comment accuses the headteacher as well."""
    found(house, finding(Kind.HATE, Target.GROUP))
    assert house.rows("SELECT person FROM notice") == [("mhartley",)]
    accuses_after_an_edit(house)
    house.clock.advance(hours=25)
    house.cycle()
    assert HEAD not in readers(house)
    assert CHAIR in readers(house)


def test_a_letter_that_waits_for_the_mail_server_is_taken_back_when_it_turns_out_to_accuse(
    house: House,
) -> None:
    house.mailer.fail("send", AdapterError("The mail server is away."), times=9)
    found(house, finding(Kind.THREAT, Target.STAFF))
    house.cycle()
    accuses_after_an_edit(house)
    house.mailer.recover()
    house.clock.advance(hours=25)
    house.cycle()
    assert HEAD not in readers(house)
    assert CHAIR in readers(house)


def test_a_letter_holds_neither_the_text_nor_a_name_nor_a_telling_subject(house: House) -> None:
    found(house, finding(Kind.THREAT, Target.STAFF))
    house.cycle()
    [mail] = house.mailer.letters
    letter = parsed(mail)
    body = "".join(part.get_content() for part in letter.iter_parts())
    for secret in ("Zebedee", "Quartz", "crook", "Sam Porter"):
        assert secret not in body
        assert secret.encode() not in mail.mime
    assert letter["Subject"] == "Please look now: Schoolgate has something for you"
    assert b"threat" not in letter["Subject"].encode()


def test_a_letter_says_what_kind_how_urgent_how_many_and_where_to_look(house: House) -> None:
    found(house, finding(Kind.THREAT, Target.STAFF))
    house.cycle()
    [mail] = house.mailer.letters
    plain = parsed(mail).get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    [(ref,)] = house.rows("SELECT ref FROM moderation_case")
    assert "a threat against a member of staff" in text
    assert "How soon: please look now" in text
    assert f"/cases/{ref}" in text
    assert "No person has confirmed it yet" in text
    assert "If you cannot open that page" in text


def test_the_technicians_letter_does_not_promise_what_the_page_will_not_show(
    house: House,
) -> None:
    found(house, finding(Kind.SECURITY, Target.SCHOOL))
    house.clock.advance(minutes=31)
    house.cycle()
    texts = {}
    for mail in house.mailer.letters:
        plain = parsed(mail).get_body(("plain",))
        assert plain is not None
        texts[mail.recipient.partition("@")[0]] = " ".join(plain.get_content().split())
    assert "What was written is not for your role." in texts["ict"]
    assert "To read what was written, sign in: http" in texts[OFFICER]


def test_a_letter_never_claims_hidden_before_that_is_confirmed(house: House) -> None:
    found(house, finding(Kind.THREAT, Target.STAFF))
    compose(house.store, house.clock, house.settings)
    [(mime,)] = house.rows("SELECT mime FROM letter")
    text = parsed(Mail("", "", "", mime)).get_body(("plain",))
    assert text is not None
    assert "not yet confirmed" in text.get_content()


def test_a_letter_is_marked_as_written_by_a_machine_and_has_one_message_id(house: House) -> None:
    found(house, finding(Kind.THREAT, Target.STAFF))
    house.cycle()
    [mail] = house.mailer.letters
    letter = parsed(mail)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == mail.message_id
    assert letter.get_all("Message-ID") == [mail.message_id]
    assert {part.get_content_type() for part in letter.iter_parts()} == {
        "text/plain",
        "text/html",
    }


def test_urgent_news_of_half_an_hour_are_one_letter_with_a_count(house: House) -> None:
    for number in range(7):
        found(house, finding(Kind.ABUSE, Target.STAFF), text=f"Number {number}")
    house.cycle()
    assert readers(house) == []
    house.clock.advance(minutes=31)
    house.cycle()
    assert readers(house) == [HEAD]
    text = parsed(house.mailer.letters[0]).get_body(("plain",))
    assert text is not None
    assert "found 7 comments" in text.get_content()
    assert "7 x insults or bullying aimed at a member of staff" in text.get_content()


def test_without_a_mail_section_the_notices_wait(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.settings = replace(house.settings, mail=None)
    house.past_the_baseline()
    found(house, finding(Kind.THREAT, Target.STAFF))
    house.cycle()
    assert house.rows("SELECT count(*) FROM notice WHERE letter_id IS NULL") == [(1,)]
    house.close()


def test_somebody_who_has_left_the_settings_gets_no_letter(house: House) -> None:
    found(house, finding(Kind.HATE, Target.GROUP))
    people: tuple[Person, ...] = ()
    house.settings = replace(house.settings, policy=replace(house.settings.policy, people=people))
    house.clock.advance(hours=1)
    house.cycle()
    assert readers(house) == []
