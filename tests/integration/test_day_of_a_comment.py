"""From the platform to the log: what is stored, judged, held back, decided and told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.access import Viewer
from bot.errors import AdapterError, Conflict, NotAllowed, Refused, Throttled
from bot.model import Attachment, AttachmentKind, Edge, ItemRef, Outcome, PollResult, Role
from bot.services.decide import Wish, decide, switch_hiding
from tests.builders import a_comment, a_newcomer, an_own_post
from tests.house import HARMLESS, HIDES, QUEUES, House, the_settings

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
TECHNICIAN = Viewer("nobody", frozenset({Role.ICT_TECHNICIAN}))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


def cases(house: House) -> list[tuple[str, ...]]:
    return house.rows("SELECT status, urgency FROM moderation_case ORDER BY id")


def held_back(house: House) -> str:
    return str(house.rows("SELECT held_back FROM verdict ORDER BY id DESC LIMIT 1")[0][0])


def decides(house: House, outcome: Outcome, reason: str = "", who: Viewer = OFFICER) -> None:
    [(ref, version)] = house.rows("SELECT ref, version FROM moderation_case")
    decide(house.store, house.clock, who, Wish(ref, version, outcome, reason))
    house.clock.advance(seconds=6)  # nothing leaves before that: it can be undone


# what comes in


def test_a_harmless_comment_is_stored_and_nobody_is_bothered(house: House) -> None:
    house.comes(HARMLESS)
    house.cycle()
    assert house.rows("SELECT action FROM verdict") == [("allow",)]
    assert cases(house) == []
    assert house.mailer.letters == ()


def test_polling_again_changes_nothing(house: House) -> None:
    house.comes(HIDES)
    house.cycle()
    before = house.rows("SELECT * FROM item"), house.rows("SELECT * FROM reading"), house.events()
    house.cycle()
    after = house.rows("SELECT * FROM item"), house.rows("SELECT * FROM reading"), house.events()
    assert after[1:] == before[1:]
    assert len(after[0]) == len(before[0]) == 1


def test_one_comment_on_two_edges_is_one_item(house: House) -> None:
    ref = house.comes(HARMLESS, edge=Edge.REPLY)
    house.cycle()
    house.platform.post(
        a_comment(
            HARMLESS, native_id=ref.native_id, edge=Edge.MENTION, created_at=house.clock.now()
        )
    )
    house.cycle()
    assert len(house.rows("SELECT id FROM item")) == 1
    assert house.rows("SELECT edge FROM sighting ORDER BY edge") == [("mention",), ("reply",)]


def test_an_edit_is_judged_again(house: House) -> None:
    ref = house.comes(HARMLESS)
    house.cycle()
    house.platform.edit(ref, HIDES)
    house.cycle()
    assert house.platform.is_hidden(ref)
    assert len(house.rows("SELECT id FROM reading")) == 2


def test_an_edit_back_and_forth_keeps_two_readings_and_ends_with_the_current_one(
    house: House,
) -> None:
    ref = house.comes(HARMLESS)
    house.cycle()
    for text in (QUEUES, HARMLESS, QUEUES):
        house.platform.edit(ref, text)
        house.cycle()
    texts = house.rows(
        "SELECT text, item.id IS NOT NULL FROM reading LEFT JOIN item ON item.reading_id = "
        "reading.id ORDER BY reading.id"
    )
    assert texts == [(HARMLESS, 0), (QUEUES, 1)]


def test_the_post_is_the_context_that_the_classifier_is_given(house: House) -> None:
    contexts: list[str] = []
    score = house.classifier.score

    def listening(texts):  # type: ignore[no-untyped-def]  # a spy around a typed method
        contexts.extend(text.context for text in texts)
        return score(texts)

    house.classifier.score = listening  # type: ignore[method-assign]
    house.platform.post(an_own_post("Nativity tickets", native_id="77"))
    house.comes(HARMLESS, post_id="77")
    house.cycle()
    assert contexts == ["Nativity tickets"]


@pytest.mark.parametrize(
    "text", ["", "\ud800 lone", "😀" * 50, "x" * 100_000, "شكرا جزيلا", "a\0b"]
)
def test_any_text_is_stored_and_judged(house: House, text: str) -> None:
    house.comes(text)
    house.cycle()
    assert house.rows("SELECT count(*) FROM verdict") == [(1,)]
    assert house.rows("SELECT count(*) FROM reading WHERE waiting") == [(0,)]


def test_a_picture_goes_to_a_person(house: House) -> None:
    house.comes("", attachments=(Attachment(AttachmentKind.PHOTO, "https://x.example/1.jpg"),))
    house.cycle()
    assert cases(house) == [("open", "routine")]


def test_a_comment_that_two_accounts_see_belongs_to_the_one_that_can_hide_it(house: House) -> None:
    ref = house.comes(HIDES, account="other", can_hide=False)
    house.cycle()
    house.platform.post(
        a_comment(HIDES, native_id=ref.native_id, can_hide=True, created_at=house.clock.now())
    )
    house.cycle()
    assert house.rows("SELECT account, can_hide FROM item") == [("school", 1)]
    house.platform.post(
        a_comment(
            HIDES,
            native_id=ref.native_id,
            account="other",
            can_hide=False,
            created_at=house.clock.now(),
        )
    )
    house.cycle()
    assert house.rows("SELECT account FROM item") == [("school",)]


# reading that fails


def test_a_failed_poll_is_written_down_as_failed(house: House) -> None:
    house.platform.fail("fetch_comments", AdapterError("Facebook cannot be reached."))
    reports = {report.stream.value: report for report in house.cycle()}
    assert reports["comments"].result is PollResult.FAILED
    newest = house.rows("SELECT result, why FROM poll WHERE stream='comments' ORDER BY id DESC")[0]
    assert newest == ("failed", "Facebook cannot be reached.")


def test_a_poll_that_breaks_off_is_partial_and_goes_on_where_it_was(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.past_the_baseline()
    house.platform.page_size = 3
    for number in range(10):
        house.comes(f"{HARMLESS} {number}")
    house.platform.fail_after_page("fetch_comments", 2, AdapterError("cut off"))
    [partial] = [report for report in house.cycle() if report.stream == "comments"]
    assert (partial.result, partial.seen) == (PollResult.PARTIAL, 6)
    house.cycle()
    assert house.rows("SELECT count(*) FROM item") == [(10,)]
    house.close()


def test_one_stream_that_fails_does_not_stop_the_others(house: House) -> None:
    house.platform.fail("fetch_own_posts", AdapterError("no"))
    ref = house.comes(HIDES)
    house.cycle()
    assert house.platform.is_hidden(ref)


def test_a_platform_that_wants_a_pause_is_not_asked_again_before_its_end(house: House) -> None:
    house.platform.fail("fetch_comments", Throttled("X wants a pause.", retry_after=900))
    house.cycle()
    calls = len(house.platform.journal)
    house.clock.advance(minutes=10)
    reports = house.cycle()
    assert len(house.platform.journal) == calls
    assert {report.result for report in reports} == {PollResult.FAILED}
    house.clock.advance(minutes=6)
    assert all(report.complete for report in house.cycle())


# scoring that fails


def test_a_text_that_breaks_the_classifier_is_queued_as_unscored_and_the_rest_unharmed(
    house: House,
) -> None:
    house.classifier.fails_on = {"breaks it"}
    house.comes("breaks it")
    bad = house.comes(HIDES)
    house.cycle()
    assert house.platform.is_hidden(bad)
    kinds = house.rows("SELECT kinds FROM moderation_case ORDER BY id")
    assert ('["unscored"]',) in kinds
    assert house.classifier.asked.count("breaks it") == 4, "once in the batch, three times alone"


# hiding is earned


def test_a_new_installation_only_observes(tmp_path: Path) -> None:
    house = House(tmp_path, the_settings(hide=False))
    house.past_the_baseline()
    ref = house.comes(HIDES)
    house.cycle()
    assert not house.platform.is_hidden(ref)
    assert "only observes" in held_back(house)
    assert cases(house)
    house.close()


def test_what_was_there_before_the_first_start_is_recorded_but_never_hidden_nor_mailed(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    ref = house.comes(HIDES)
    house.clock.advance(hours=1)
    house.platform.post(a_newcomer(account="school"))
    house.cycle()
    house.clock.advance(hours=30)
    house.cycle()
    assert not house.platform.is_hidden(ref)
    assert house.escalations == ()
    assert house.rows("SELECT baseline, status FROM moderation_case") == [(1, "open")]
    house.close()


def test_an_old_comment_that_is_edited_after_the_start_is_no_longer_the_baseline(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    ref = house.comes(HARMLESS)
    house.clock.advance(hours=1)
    house.cycle()
    house.platform.edit(ref, HIDES)
    house.cycle()
    assert house.platform.is_hidden(ref)
    house.close()


def test_the_stop_switch_holds_back_new_hides_and_takes_back_those_that_have_not_left(
    house: House,
) -> None:
    house.platform.fail("hide", AdapterError("busy"))
    first = house.comes(HIDES)
    house.cycle()
    switch_hiding(house.store, house.clock, OFFICER, stop=True)
    second = house.comes(HIDES + " More.")
    house.clock.advance(hours=1)
    house.cycle()
    assert not house.platform.is_hidden(first)
    assert not house.platform.is_hidden(second)
    assert house.rows("SELECT DISTINCT status FROM effect WHERE kind='hide'") == [("cancelled",)]
    assert len(cases(house)) == 2


def test_what_was_let_go_while_hiding_was_stopped_is_a_persons_to_decide(house: House) -> None:
    house.platform.fail("hide", AdapterError("busy"))
    taken_back = house.comes(HIDES)
    house.cycle()
    switch_hiding(house.store, house.clock, OFFICER, stop=True)
    queued = house.comes(HIDES + " More.")
    house.cycle()
    switch_hiding(house.store, house.clock, OFFICER, stop=False)
    house.clock.advance(hours=1)
    house.cycle()
    assert not house.platform.is_hidden(taken_back)
    assert not house.platform.is_hidden(queued)
    assert {status for status, *_ in cases(house)} == {"open"}
    later = house.comes(HIDES + " Once more.")
    house.cycle()
    assert house.platform.is_hidden(later)


def test_somebody_without_the_right_cannot_switch_hiding(house: House) -> None:
    with pytest.raises(NotAllowed):
        switch_hiding(house.store, house.clock, TECHNICIAN, stop=True)


def test_the_breaker_pauses_hiding_when_far_more_than_usual_is_hidden(tmp_path: Path) -> None:
    house = House(tmp_path, the_settings(breaker_per_hour=3))
    house.past_the_baseline()
    refs = [house.comes(f"You are a fat ugly disgusting cow, number {n}") for n in range(6)]
    house.cycle()
    assert [house.platform.is_hidden(ref) for ref in refs].count(True) == 3
    assert "switched" in house.events()
    switch_hiding(house.store, house.clock, OFFICER, stop=False)
    later = house.comes("You are a fat ugly disgusting cow, once more")
    house.cycle()
    assert house.platform.is_hidden(later)
    house.close()


# a person decides


def test_allowing_a_hidden_comment_unhides_it(house: House) -> None:
    ref = house.comes(HIDES)
    house.cycle()
    decides(house, Outcome.UNHIDE, "It was a joke between friends.")
    house.cycle()
    assert not house.platform.is_hidden(ref)
    assert cases(house)[0][0] == "closed"


def test_the_machine_never_hides_again_what_a_person_allowed(house: House) -> None:
    ref = house.comes(HIDES)
    house.cycle()
    decides(house, Outcome.UNHIDE, "Allowed.")
    house.cycle()
    house.platform.edit(ref, HARMLESS)
    house.cycle()
    house.platform.edit(ref, HIDES)
    house.cycle()
    assert not house.platform.is_hidden(ref)
    assert "a person has already decided" in held_back(house)


def test_a_person_can_hide_what_the_machine_queued(house: House) -> None:
    ref = house.comes(QUEUES)
    house.cycle()
    assert not house.platform.is_hidden(ref)
    decides(house, Outcome.HIDE, "Against our policy.")
    house.cycle()
    assert house.platform.is_hidden(ref)


def test_a_person_can_delete(house: House) -> None:
    ref = house.comes("Miss Bramley is a useless ugly cow")
    house.cycle()
    decides(house, Outcome.DELETE, "Agreed with the head.")
    house.cycle()
    assert not house.platform.is_there(ref)
    assert house.events()[-1] == "confirmed"


def test_a_decision_on_a_case_that_changed_meanwhile_is_refused(house: House) -> None:
    ref = house.comes(QUEUES)
    house.cycle()
    [(case, version)] = house.rows("SELECT ref, version FROM moderation_case")
    house.platform.edit(ref, HIDES)
    house.cycle()
    with pytest.raises(Conflict):
        decide(house.store, house.clock, OFFICER, Wish(case, version, Outcome.ALLOW))


def test_the_same_decision_sent_twice_counts_once(house: House) -> None:
    house.comes(QUEUES)
    house.cycle()
    [(case, version)] = house.rows("SELECT ref, version FROM moderation_case")
    decide(house.store, house.clock, OFFICER, Wish(case, version, Outcome.ALLOW))
    with pytest.raises(Conflict):
        decide(house.store, house.clock, OFFICER, Wish(case, version, Outcome.ALLOW))
    assert house.events().count("decided") == 1


def test_a_decision_without_the_reason_it_needs_is_refused_and_leaves_no_trace(
    house: House,
) -> None:
    house.comes(QUEUES)
    house.cycle()
    with pytest.raises(Refused, match="reason"):
        decides(house, Outcome.HIDE)
    assert cases(house)[0][0] == "open"
    assert "decided" not in house.events()


def test_hiding_is_refused_where_the_platform_does_not_allow_it(house: House) -> None:
    house.comes(QUEUES, can_hide=False)
    house.cycle()
    with pytest.raises(Refused, match="does not allow"):
        decides(house, Outcome.HIDE, "please")


def test_whoever_may_not_see_a_case_cannot_tell_that_it_exists(house: House) -> None:
    house.comes(QUEUES)
    house.cycle()
    with pytest.raises(NotAllowed) as hidden:
        decides(house, Outcome.ALLOW, who=TECHNICIAN)
    with pytest.raises(NotAllowed) as missing:
        decide(house.store, house.clock, OFFICER, Wish("nosuchcase", 1, Outcome.ALLOW))
    assert str(hidden.value) == str(missing.value)


# what others do on the platform


def test_a_comment_that_a_person_unhid_on_the_platform_is_left_alone(house: House) -> None:
    ref = house.comes(HIDES)
    house.cycle()
    house.platform.set_hidden(ref, False)
    house.clock.advance(hours=1)
    house.cycle()
    house.cycle()
    assert not house.platform.is_hidden(ref)
    assert house.rows("SELECT outcome, person FROM decision") == [("unhide", "")]
    assert house.events().count("observed") == 1


def test_a_comment_that_its_author_deleted_is_marked_as_gone(house: House) -> None:
    ref: ItemRef = house.comes(QUEUES)
    house.cycle()
    house.platform.withdraw(ref)
    house.clock.advance(hours=1)
    house.cycle()
    assert house.rows("SELECT presence FROM item") == [("gone",)]
    assert house.events().count("gone") == 1


# newcomers


def test_a_newcomer_is_one_item_for_the_officer(house: House) -> None:
    newcomer = a_newcomer(account="school")
    house.platform.post(newcomer)
    house.cycle()
    house.cycle()
    assert house.rows("SELECT count(*) FROM item WHERE kind = 'newcomer'") == [(1,)]
    assert cases(house) == [("open", "routine")]
    decides(house, Outcome.NOT_SUITABLE, "A business.")
    assert cases(house)[0][0] == "closed"
