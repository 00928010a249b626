"""Letters are rare, answered or chased, and their refusal is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from adapters.memory import MemoryMailer
from bot.access import Viewer
from bot.errors import AdapterError, NotAllowed
from bot.model import Finding, Kind, Role, Severity, Target
from bot.outbox import deliver_letters
from bot.queries.mail import last_drill, told_of, undelivered
from bot.services.alarming import write_alarms
from bot.services.answering import NOBODY_ANSWERS, acknowledge, told_by_telephone
from bot.services.drill import start_drill
from bot.services.notify import compose
from bot.settings import MailSettings
from tests.builders import an_author
from tests.house import House
from tests.integration.letter_stage import (
    CHAIR,
    DPO,
    HEAD,
    LEAD,
    OFFICER,
    TECHNICIAN,
    found,
    plain,
    sent_to,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


def finding(kind: Kind, target: Target = Target.STAFF, *, child: bool = False) -> Finding:
    return Finding(kind, Severity.SERIOUS, target, child)


def viewer(house: House, key: str) -> Viewer:
    person = next(p for p in house.settings.people if p.key == key)
    return Viewer(key, person.roles)


def later(house: House, *, minutes: float = 0, hours: float = 0) -> list[str]:
    """Time passes; to whom letters went meanwhile."""
    before = len(house.mailer.letters)
    house.clock.advance(minutes=minutes, hours=hours)
    house.cycle()
    return sent_to(house)[before:]


# rare -------------------------------------------------------------------------------------------


def test_an_author_with_an_open_case_brings_no_second_letter(house: House) -> None:
    sam = an_author("sam")
    found(house, finding(Kind.THREAT), author=sam)
    assert later(house) == ["m.hartley"]
    found(house, finding(Kind.THREAT), author=sam, text="Again")
    assert later(house, minutes=10) == []


def test_a_conversation_with_an_open_case_brings_no_second_letter(house: House) -> None:
    found(house, finding(Kind.THREAT), post_id="7")
    assert later(house) == ["m.hartley"]
    found(house, finding(Kind.THREAT), post_id="7", text="Me too")
    assert later(house, minutes=10) == []
    found(house, finding(Kind.THREAT), post_id="8", text="Elsewhere")
    assert later(house, minutes=10) == ["m.hartley"]


def test_a_harasser_who_turns_to_threats_is_heard_at_once(house: House) -> None:
    sam = an_author("sam")
    found(house, finding(Kind.ABUSE), author=sam)
    assert later(house, minutes=31) == ["m.hartley"]
    found(house, finding(Kind.THREAT), author=sam, text="Wait for me")
    assert later(house, minutes=1) == ["m.hartley"]


def test_what_was_put_off_is_told_with_the_digest_once_the_first_case_is_decided(
    house: House,
) -> None:
    sam = an_author("sam")
    first = found(house, finding(Kind.THREAT), author=sam)
    house.cycle()
    found(house, finding(Kind.THREAT), author=sam, text="Again")
    house.cycle()
    with house.store.begin() as uow:
        case = uow.cases.find_by_ref(first)
        assert case is not None
        uow.cases.change(case.id, case.version, closed_at=house.clock.now())
        uow.commit()
    assert "m.hartley" in later(house, hours=4)


def test_a_pile_on_of_200_is_one_letter_with_a_count(house: House) -> None:
    for number in range(200):
        found(house, finding(Kind.ABUSE), text=f"Number {number}", post_id="7")
    assert later(house, minutes=31) == ["m.hartley"]
    assert "found 200 comments" in plain(house.mailer.letters[-1])


# answered ---------------------------------------------------------------------------------------


def test_opening_the_case_answers_the_letter_and_nobody_else_is_told(house: House) -> None:
    ref = found(house, finding(Kind.THREAT))
    house.cycle()
    assert acknowledge(house.store, house.clock, viewer(house, HEAD), case_ref=ref)
    assert not acknowledge(house.store, house.clock, viewer(house, HEAD), case_ref=ref)
    assert later(house, hours=3) == []
    assert house.events().count("acknowledged") == 1


def test_who_was_not_written_to_answers_nothing(house: House) -> None:
    ref = found(house, finding(Kind.THREAT))
    house.cycle()
    assert not acknowledge(house.store, house.clock, viewer(house, OFFICER), case_ref=ref)
    assert "n.dasgupta" in later(house, minutes=61)


def test_unanswered_it_goes_up_the_ladder_step_by_step_and_then_alarms(house: House) -> None:
    ref = found(house, finding(Kind.THREAT))
    assert later(house) == ["m.hartley"]
    assert later(house, minutes=59) == []
    assert later(house, minutes=2) == ["n.dasgupta"]
    text = plain(house.mailer.letters[-1])
    assert "You are told in place of the headteacher." in text
    assert "the headteacher was written to on Friday 20 November, 12:10" in text
    assert later(house, minutes=61) == ["d.penrose"]
    assert "l.quayle" in later(house, minutes=61)
    later(house, hours=72)
    [(alarm,)] = house.rows(f"SELECT alarm FROM moderation_case WHERE ref = '{ref}'")
    assert NOBODY_ANSWERS in alarm
    assert house.events().count("chased") == 3


def test_the_next_on_the_ladder_may_open_what_they_were_told_of(house: House) -> None:
    ref = found(house, finding(Kind.ABUSE))
    chair = viewer(house, CHAIR)
    assert told_of(house.store, chair, ref) is None
    later(house, minutes=31)
    later(house, hours=80)
    later(house, minutes=1)
    seen = told_of(house.store, chair, ref)
    assert seen is not None
    assert [one.person for one in seen.lines] == [HEAD, CHAIR]
    assert acknowledge(house.store, house.clock, chair, case_ref=ref)


def test_nobody_is_chased_while_the_link_cannot_be_reached(house: House) -> None:
    house.clock.advance(hours=4.5)  # Friday, 16:40
    found(house, finding(Kind.THREAT))
    assert "m.hartley" in later(house)
    assert "n.dasgupta" not in later(house, hours=48)
    assert "n.dasgupta" in later(house, hours=16)


def test_a_chase_never_reaches_whom_the_case_accuses(house: House) -> None:
    found(house, finding(Kind.ALLEGATION, Target.HEADTEACHER, child=True))
    for _ in range(30):
        later(house, hours=3)
    reached = set(sent_to(house))
    assert {"n.dasgupta", "d.penrose", "l.quayle"} <= reached
    about_it = [mail for mail in house.mailer.letters if b"accusation" in mail.mime]
    assert about_it
    assert not any(mail.recipient.startswith("m.hartley") for mail in about_it)


def test_the_officer_writes_down_that_somebody_was_told_by_telephone(house: House) -> None:
    ref = found(house, finding(Kind.THREAT))
    house.cycle()
    told_by_telephone(house.store, house.clock, viewer(house, OFFICER), case_ref=ref, person=HEAD)
    assert later(house, hours=3) == []
    seen = told_of(house.store, viewer(house, OFFICER), ref)
    assert seen is not None
    [line] = seen.lines
    assert (line.how, line.acknowledged_by) == ("telephone", OFFICER)
    with pytest.raises(NotAllowed):
        told_by_telephone(house.store, house.clock, viewer(house, HEAD), case_ref=ref, person=HEAD)


def test_an_absent_headteachers_letter_goes_to_the_chair_who_may_open_it(house: House) -> None:
    today = date(2026, 11, 20)
    people = tuple(
        replace(p, away=((today, today),)) if p.key == HEAD else p for p in house.settings.people
    )
    house.settings = replace(
        house.settings, people=people, policy=replace(house.settings.policy, people=people)
    )
    ref = found(house, finding(Kind.THREAT))
    assert later(house) == ["n.dasgupta"]
    assert acknowledge(house.store, house.clock, viewer(house, CHAIR), case_ref=ref)
    assert told_of(house.store, viewer(house, CHAIR), ref) is not None


def test_the_data_protection_officer_is_reminded_three_times(house: House) -> None:
    ref = found(house, finding(Kind.PERSONAL_DATA, Target.ADULT))
    later(house, minutes=31)
    acknowledge(house.store, house.clock, viewer(house, DPO), case_ref=ref)
    told = [later(house, hours=1).count("dpo") for _ in range(75)]
    assert [hours for hours, count in enumerate(told) if count] == [23, 47, 65]
    reminder = plain([m for m in house.mailer.letters if m.recipient.startswith("dpo")][-1])
    assert "66 hours have passed" in reminder
    assert "by Monday 23 November, 12:10" in reminder


# delivered --------------------------------------------------------------------------------------


def alarmed(house: House) -> MemoryMailer:
    """The first way is barred, the second is open."""
    house.settings = replace(
        house.settings, alarm_mail=MailSettings("memory", "alarm@other.example", {})
    )
    refusal = AdapterError("The mail server refuses the recipient (answer 550).", permanent=True)
    house.mailer.fail("send", refusal, times=1)
    return MemoryMailer()


def test_what_cannot_be_delivered_alarms_by_the_second_way_without_a_word_of_the_case(
    house: House,
) -> None:
    second = alarmed(house)
    found(house, finding(Kind.THREAT))
    house.cycle()
    for _ in range(2):
        write_alarms(house.store, house.clock, house.settings)
        deliver_letters(house.store, house.clock, second, alarms=True)
    assert sorted(m.recipient.partition("@")[0] for m in second.letters) == ["ict", "j.field"]
    for mail in second.letters:
        assert "a letter of Schoolgate" in plain(mail)
        assert b"threat" not in mail.mime
        assert b"hartley" not in mail.mime
    [lost] = undelivered(house.store, viewer(house, OFFICER))
    assert (lost.person, lost.refused) == (HEAD, True)
    assert undelivered(house.store, viewer(house, HEAD)) == ()


def test_a_refused_letter_goes_up_the_ladder_at_once(house: House) -> None:
    alarmed(house)
    found(house, finding(Kind.THREAT))
    house.cycle()
    assert later(house, minutes=1) == ["n.dasgupta"]


def test_whoever_a_case_accuses_learns_nothing_from_an_alarm(house: House) -> None:
    about = frozenset({OFFICER})
    accusation = Finding(Kind.ALLEGATION, Severity.SERIOUS, Target.STAFF, True, about=about)
    second = alarmed(house)
    house.mailer.recover()
    house.mailer.fail("send", AdapterError("No.", permanent=True), times=3)
    found(house, accusation)
    house.cycle()
    write_alarms(house.store, house.clock, house.settings)
    deliver_letters(house.store, house.clock, second, alarms=True)
    assert undelivered(house.store, viewer(house, TECHNICIAN)) != ()
    assert undelivered(house.store, viewer(house, OFFICER)) in ((), [])
    assert [m.recipient.partition("@")[0] for m in second.letters] == ["ict"]


def test_killed_between_send_and_confirm_it_is_sent_again_under_the_same_message_id(
    house: House,
) -> None:
    found(house, finding(Kind.THREAT))
    compose(house.store, house.clock, house.settings)

    class Killed(BaseException):
        pass

    def send_and_die(mail: object) -> None:
        house.mailer.send(mail)  # type: ignore[arg-type]  # it is the letter
        raise Killed

    dying = MemoryMailer()
    dying.send = send_and_die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        deliver_letters(house.store, house.clock, dying)
    with house.store.begin() as uow:
        uow.effects.release_leases()
        uow.commit()
    deliver_letters(house.store, house.clock, house.mailer)
    first, second = house.mailer.letters
    assert first == second


# every day --------------------------------------------------------------------------------------


def test_the_officer_gets_one_letter_a_school_day_and_none_at_weekends(house: House) -> None:
    days = []
    for _ in range(4 * 24 * 2):
        house.clock.advance(minutes=30)
        before = len(house.mailer.letters)
        house.cycle()
        for mail in house.mailer.letters[before:]:
            if b"Your day at the school gate" in mail.mime:
                assert mail.recipient.startswith("j.field")
                days.append(house.clock.now().date())
    assert days == [date(2026, 11, 20), date(2026, 11, 23)]


def test_the_headteachers_week_counts_what_was_hidden_but_nothing_that_accuses_them(
    house: House,
) -> None:
    house.comes("I am going to smash Miss Bramley's face in.")
    house.cycle()
    house.comes("The head, Mrs Hartley, stole the trip money and she hits children.")
    house.cycle()
    house.clock.advance(hours=76)  # Monday, 16:10
    house.cycle()
    [week] = [m for m in house.mailer.letters if b"Your week at the school gate" in m.mime]
    assert week.recipient.startswith("m.hartley")
    text = plain(week)
    assert "1 x a threat against a member of staff (hidden)" in text
    assert "accusation" not in text
    with house.store.read() as uow:
        heads = {entry.mac for entry in uow.log.after(0)}
    assert text.split("taken out of the log. ")[1].split()[0] in heads


def test_a_day_on_which_not_everything_was_read_says_so_in_its_subject(house: House) -> None:
    from bot.settings import AccountSettings

    house.settings = replace(house.settings, accounts=(AccountSettings("gone", "x", 10),))
    house.clock.advance(hours=4)
    house.cycle()
    [day] = [m for m in house.mailer.letters if b"Your day" in m.mime]
    assert b"not everything could be read" in day.mime
    assert "gone, the school's own posts, comments and newcomers: never read yet" in plain(day)


def test_a_drill_writes_to_every_role_once_each_person_and_shows_who_answered(
    house: House,
) -> None:
    told = start_drill(house.store, house.clock, house.settings)
    assert {one.role for one in told} == set(Role)
    house.cycle()
    people = [p.key for p in house.settings.people if p.roles]
    assert sorted(one.person for one in last_drill(house.store)) == sorted(people)
    assert all(b"TEST ONLY" in mail.mime for mail in house.mailer.letters)
    assert not any(one.acknowledged_at for one in last_drill(house.store))
    later(house, hours=30)
    assert "chased" not in house.events()
    assert LEAD in people


def test_the_letters_of_one_case_are_one_thread(house: House) -> None:
    found(house, finding(Kind.THREAT))
    house.cycle()
    later(house, minutes=61)
    threads = {
        line
        for mail in house.mailer.letters
        for line in mail.mime.split(b"\r\n")
        if line.startswith(b"References:")
    }
    assert len(house.mailer.letters) == 2
    assert len(threads) == 1
