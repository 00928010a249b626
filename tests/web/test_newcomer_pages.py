"""The pages about newcomers, beside the decision itself: the baseline, counts, reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Cursor, Edge, Page, Stream
from bot.services.ingest import PollReport, ingest
from tests.builders import a_newcomer
from tests.web.pages_stage import CHAIR, DSL, HEAD, OFFICER, School


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    made = School(tmp_path)
    yield made
    made.store.close()


def reads(school: School, page: Page, *, first: bool = False) -> None:
    now = school.clock.now()
    with school.store.begin() as uow:
        ingest(
            uow,
            page,
            PollReport("school", Stream.NEWCOMERS),
            now,
            now,
            school.started_at,
            not first,
        )
        uow.commit()


def followers(*names: str) -> Page:
    people = tuple(a_newcomer(name, native_id=f"9{name}", account="school") for name in names)
    return Page(people, Cursor("1"), last=True)


def test_the_officer_leaves_who_was_there_before_and_the_page_says_who_chose_it(
    school: School,
) -> None:
    reads(school, followers("Ann", "Bob"), first=True)
    officer = school.signed_in(OFFICER)
    before = officer.opens("/newcomers")
    assert "2 people were there already" in before.words
    after = officer.sends("/newcomers/baseline", {"account": "school", "choice": "from_now"})
    assert "chose to decide only about newcomers from then on" in after.words
    assert "Only newcomers from now on" not in after.words
    assert "Ann" not in after.words
    assert "chose to decide only about newcomers" in officer.opens("/log").words
    shown = officer.sends("/newcomers/baseline", {"account": "school", "choice": "review"})
    assert "Ann" in shown.words


def test_a_count_of_followers_is_shown_with_its_change_and_is_no_list(school: School) -> None:
    reads(school, Page((), Cursor("1"), last=True, followers=812))
    school.clock.advance(hours=24)
    reads(school, Page((), Cursor("2"), last=True, followers=809))
    words = school.signed_in(OFFICER).opens("/newcomers").words
    assert "809 followers" in words
    assert "3 fewer than on" in words
    assert "not a list of followers" in words
    assert "809" not in school.signed_in(DSL).opens("/newcomers").words


def test_a_contact_attempt_by_the_headteacher_is_ticked_and_goes_round_her(school: School) -> None:
    teacher = school.signed_in(DSL)
    form = teacher.opens("/report?about=contact")
    assert "Hartley" in form.words
    said: dict[str, str | list[str]] = {
        "about": "contact",
        "where": "other",
        "day": school.clock.now().date().isoformat(),
        "summary": "It was at night.",
        "concerns": [HEAD],
    }
    answer = teacher.sends("/report", said)
    assert "Told is: the chair of governors and the designated safeguarding lead." in answer.words
    assert "headteacher" not in answer.words.split("Thank you")[-1]
    assert "It was at night" not in school.signed_in(HEAD).opens("/").words
    ref = _only_case(school)
    assert school.signed_in(HEAD).opens(f"/cases/{ref}").status == 404
    assert "It was at night" in school.signed_in(CHAIR).opens(f"/cases/{ref}").words


def test_a_restriction_that_ends_is_said_with_its_day(school: School) -> None:
    ref = school.newcomer("Cheap Shoes")
    until = school.clock.now().date() + timedelta(days=30)
    answer = school.signed_in(OFFICER).sends(
        "/newcomers",
        {
            "pick": f"{ref}:1",
            "outcome": "not_suitable",
            "why": "business",
            "then": "remove",
            "until": until.isoformat(),
        },
    )
    assert answer.path == "/restrictions"
    assert f"{until.day} {until:%b}" in answer.words
    assert "To do:" in answer.words


def test_an_approved_follow_request_is_a_task_with_what_to_press_until_somebody_did_it(
    school: School,
) -> None:
    asks = a_newcomer("Ann", native_id="9ann", account="school", edge=Edge.FOLLOW_REQUEST)
    reads(school, Page((asks,), Cursor("1"), last=True))
    officer = school.signed_in(OFFICER)
    approved = {"pick": f"{_only_case(school)}:1", "outcome": "approve"}
    assert "1 task to be done on the platform" in officer.sends("/newcomers", approved).words
    page = officer.opens("/restrictions").words
    assert "Accept the request" in page
    assert "Open the list of requests (or the profile) and press “Accept”" in page
    assert "Somebody lifts it" not in page
    with school.store.engine.connect() as connection:
        [(ref,)] = connection.exec_driver_sql("SELECT ref FROM restriction").all()
    said = officer.sends(f"/restrictions/{ref}/done", {}).words
    assert "Said to be done, not seen yet" in said
    log = officer.opens("/log").words
    assert "asked a person to do it on the platform: follow request accepted." in log
    back = officer.sends(f"/restrictions/{ref}/lift", {}).words
    assert "Taken back" in back
    assert "took this task back: follow request accepted." in officer.opens("/log").words


@pytest.mark.parametrize(
    ("name", "bio", "facts"),
    [
        ("", "", {}),
        ("🦆" * 40, "🦆👩‍👩‍👧" * 40, {"protected": "yes"}),
        ("Alex", "mum of two " * 455, {"joined": "not a day"}),
        ("Gone", "", {"account": "no longer shown by the platform: deleted, suspended or closed"}),
        ("Renamed", "\u202eoib", {"handle before": "@before"}),
    ],
)
def test_an_account_of_any_kind_is_one_item_with_what_is_known(
    school: School, name: str, bio: str, facts: dict[str, str]
) -> None:
    school.newcomer(name, bio=bio, facts=facts)
    page = school.signed_in(OFFICER).opens("/newcomers")
    assert page.status == 200
    assert page.text.count('<article aria-labelledby="who-') == 1
    for value in (name, bio, *facts.values()):
        assert value.strip() in page.text


def test_a_day_on_a_card_is_written_as_people_here_write_it(school: School) -> None:
    school.newcomer("Alex", facts={"joined": "2019-03-04"})
    words = school.signed_in(OFFICER).opens("/newcomers").words
    assert "Joined 4 Mar 2019" in words
    assert "2019-03-04" not in words


def _only_case(school: School) -> str:
    with school.store.engine.connect() as connection:
        [(ref,)] = connection.exec_driver_sql("SELECT ref FROM moderation_case").all()
    return str(ref)
