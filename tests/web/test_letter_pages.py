"""A letter's page, who was told, the telephone, and the drill, as people see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import Finding, Kind, Severity, Target
from bot.services.answering import chase
from bot.services.drill import start_drill
from bot.services.notify import compose
from bot.settings import MailSettings
from tests.web.pages_stage import CHAIR, DSL, HEAD, OFFICER, TECHNICIAN, School

A_THREAT = Finding(Kind.THREAT, Severity.SERIOUS, Target.STAFF)
A_CRY = Finding(Kind.WELFARE, Severity.SERIOUS, Target.PUPIL, True)
ABOUT_THE_HEAD = Finding(Kind.ALLEGATION, Severity.SERIOUS, Target.HEADTEACHER, True)


def with_mail(school: School) -> School:
    school.settings = replace(
        school.settings, mail=MailSettings("memory", "gate@rossmore.example", {})
    )
    return school


def letters_of(school: School, person: str) -> list[str]:
    with school.store.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT ref FROM letter WHERE person = ? ORDER BY id", (person,)
        )
        return [row[0] for row in rows]


def test_opening_the_case_is_the_answer_and_the_officer_sees_it(school: School) -> None:
    ref = with_mail(school).comes("I will get you", A_THREAT)
    compose(school.store, school.clock, school.settings)
    officer = school.signed_in(OFFICER)
    before = officer.opens(f"/cases/{ref}").words
    assert "Miriam Hartley , as the headteacher: letter waiting to be sent" in before
    assert "no answer yet, expected by" in before
    school.signed_in(HEAD).opens(f"/cases/{ref}")
    assert (
        "Miriam Hartley , as the headteacher: has seen it" in officer.opens(f"/cases/{ref}").words
    )


def test_the_officer_notes_a_telephone_call(school: School) -> None:
    ref = with_mail(school).comes("I will get you", A_THREAT)
    compose(school.store, school.clock, school.settings)
    officer = school.signed_in(OFFICER)
    page = officer.sends(f"/cases/{ref}/told", {"person": HEAD})
    assert "was told by telephone" in page.words
    assert "noted by Jo Field" in page.words
    refused = school.signed_in(CHAIR).sends(f"/cases/{ref}/told", {"person": HEAD})
    assert refused.status == 403


def test_the_officer_reads_whom_to_ring_each_once_and_by_name(school: School) -> None:
    ref = with_mail(school).comes("My dad hits me", A_CRY)
    compose(school.store, school.clock, school.settings)
    officer = school.signed_in(OFFICER)
    page = officer.opens(f"/cases/{ref}").words
    assert "Who has not answered yet" in page
    for name in ("Daniel Penrose", "Lorna Quayle"):
        assert page.count(f"{name} , as the designated safeguarding lead: letter") == 1
    assert f"Told by telephone : {name}" in page
    after = officer.sends(f"/cases/{ref}/told", {"person": DSL}).words
    assert "Daniel Penrose ," not in after
    assert "Lorna Quayle ," in after


def test_the_technician_answers_by_a_button_and_sees_no_content(school: School) -> None:
    danger = Finding(Kind.SECURITY, Severity.SERIOUS, Target.SCHOOL)
    with_mail(school).comes("Secret words: send me the password", danger)
    school.clock.advance(minutes=31)
    compose(school.store, school.clock, school.settings)
    [letter] = letters_of(school, TECHNICIAN)
    technician = school.signed_in(TECHNICIAN)
    page = technician.opens(f"/letters/{letter}")
    assert "I know of it" in page.words
    assert "Secret words" not in page.text
    assert "Noted: you know of it" in technician.sends(f"/letters/{letter}/known", {}).words


def test_a_letter_is_its_readers_alone(school: School) -> None:
    with_mail(school).comes("I will get you", A_THREAT)
    compose(school.store, school.clock, school.settings)
    [letter] = letters_of(school, HEAD)
    for other in (OFFICER, DSL, TECHNICIAN):
        assert school.signed_in(other).opens(f"/letters/{letter}").status == 404
    assert school.signed_in(HEAD).opens(f"/letters/{letter}").status == 200


def test_nothing_of_a_case_that_accuses_the_headteacher_is_on_any_page_of_theirs(
    school: School,
) -> None:
    ref = with_mail(school).comes("The head stole it", ABOUT_THE_HEAD)
    compose(school.store, school.clock, school.settings)
    school.clock.advance(hours=30)
    chase(school.store, school.clock, school.settings)
    compose(school.store, school.clock, school.settings)
    head = school.signed_in(HEAD)
    assert letters_of(school, HEAD) == []
    assert head.opens(f"/cases/{ref}").status == 404
    assert head.sends(f"/cases/{ref}/told", {"person": CHAIR}).status == 403
    for path in ("/", "/log", "/drill", "/reading"):
        assert ref not in head.opens(path).text
    for [letter] in [letters_of(school, CHAIR)[:1]]:
        assert head.opens(f"/letters/{letter}").status == 404


def test_the_drills_page_shows_who_has_answered(school: School) -> None:
    start_drill(school.store, school.clock, with_mail(school).settings)
    head = school.signed_in(HEAD)
    [letter] = letters_of(school, HEAD)
    assert "0 of 7 people have answered" in head.opens("/drill").words
    assert "This was a test" in head.opens(f"/letters/{letter}").words
    assert "0 of 7" in head.opens("/drill").words
    head.sends(f"/letters/{letter}/known", {})
    assert "1 of 7 people have answered" in school.signed_in(TECHNICIAN).opens("/drill").words


def test_undelivered_letters_are_for_the_officer_and_the_technician(school: School) -> None:
    assert "Every letter has left" in school.signed_in(OFFICER).opens("/undelivered").words
    assert school.signed_in(HEAD).opens("/undelivered").status == 403


def test_the_72_hours_stand_on_the_case(school: School) -> None:
    details = Finding(Kind.PERSONAL_DATA, Severity.SERIOUS, Target.ADULT)
    ref = with_mail(school).comes("She lives at 4 Elm Road", details)
    until = school.clock.now() + timedelta(hours=72)
    page = school.signed_in("twhitlock").opens(f"/cases/{ref}")
    assert "72 hours after Schoolgate first saw it" in page.words
    assert until.isoformat() in page.text
