"""The weekly sample: drawn once a week by chance, answered by the officer, a help to calibrate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import cast

import pytest

from bot.access import Viewer
from bot.calibrating import ENOUGH
from bot.cli import agreement as agreement_command
from bot.cli import calibrate as calibrate_command
from bot.errors import NotAllowed, Refused
from bot.model import Action, ItemRef, Kind, Outcome, Role, Scores, Target, Text
from bot.queries.calibration import basis
from bot.queries.sample import SampleLine, count_sample, list_sample
from bot.services.decide import Wish, decide
from bot.services.sample import answer, draw, week_of
from bot.settings import SampleSettings
from bot.store import Store
from bot.store.samples import SampleAnswer
from tests.builders import a_comment
from tests.house import HIDES, QUEUES, House, KeywordClassifier, the_settings

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
HEAD = Viewer("mhartley", frozenset({Role.HEADTEACHER}))
DSL = Viewer("dpenrose", frozenset({Role.DSL}))

RIGHT = SampleAnswer(Action.ALLOW)
AN_INSULT = SampleAnswer(Action.QUEUE, Kind.ABUSE, Target.STAFF)
AN_ACCUSATION = SampleAnswer(Action.HIDE, Kind.ALLEGATION)

FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A school that only observes, on a Friday, past its baseline."""
    settings = replace(the_settings(hide=False), sample=SampleSettings(weekly=5))
    house = House(tmp_path, settings)
    house.past_the_baseline()
    yield house
    house.close()


def some_come(house: House, many: int, begins: str = "Lovely concert") -> list[ItemRef]:
    refs = [house.comes(f"{begins}, thank you all {number}.") for number in range(many)]
    house.cycle()
    return refs


def monday_comes(house: House) -> None:
    house.clock.advance(hours=24 * 3)
    house.cycle()


def shown(house: House, viewer: Viewer = OFFICER) -> tuple[SampleLine, ...]:
    return list_sample(house.store, viewer, house.clock.now())


def says(house: House, line: SampleLine, given: SampleAnswer, viewer: Viewer = OFFICER) -> None:
    answer(house.store, house.clock, house.settings, viewer, line.ref, given)


def written_to(house: House) -> set[str]:
    return {mail.recipient.partition("@")[0] for mail in house.escalations}


# drawing ---------------------------------------------------------------------------------------


def test_on_monday_some_of_what_was_left_up_is_drawn_and_never_more_in_that_week(
    house: House,
) -> None:
    some_come(house, 8)
    assert shown(house) == ()
    monday_comes(house)
    first = [line.ref for line in shown(house)]
    assert len(first) == 5
    for _ in range(6):
        house.clock.advance(hours=24)
        house.cycle()
    assert [line.ref for line in shown(house)] == first


def test_it_is_drawn_by_chance(house: House) -> None:
    some_come(house, 40)
    house.clock.advance(hours=24 * 3)
    draw(house.store, house.clock, house.settings, Random(7))
    texts = {line.text for line in shown(house)}
    assert len(texts) == 5
    assert texts != {f"Lovely concert, thank you all {number}." for number in range(5)}


def test_a_machine_that_was_off_on_monday_draws_when_it_is_back(house: House) -> None:
    some_come(house, 3)
    house.clock.advance(hours=24 * 6)
    house.cycle()
    assert len(shown(house)) == 3


def test_nothing_is_drawn_twice_and_next_week_has_its_own_sample(house: House) -> None:
    some_come(house, 3)
    monday_comes(house)
    some_come(house, 4, "Well done, Year 5")
    house.clock.advance(hours=24 * 7)
    house.cycle()
    texts = [line.text for line in shown(house)]
    assert len(texts) == len(set(texts)) == 7


def test_only_what_was_allowed_and_nobody_looks_at_anyway_is_drawn(house: House) -> None:
    house.comes(QUEUES)
    house.comes(HIDES)
    some_come(house, 1)
    monday_comes(house)
    assert [line.text for line in shown(house)] == ["Lovely concert, thank you all 0."]


def test_what_was_there_before_the_first_start_is_not_drawn(house: House) -> None:
    house.platform.post(a_comment("From last year.", created_at=datetime(2025, 1, 1, tzinfo=UTC)))
    house.cycle()
    monday_comes(house)
    assert shown(house) == ()


def test_a_school_may_switch_it_off(house: House) -> None:
    house.settings = replace(house.settings, sample=SampleSettings(weekly=0))
    some_come(house, 3)
    monday_comes(house)
    assert shown(house) == ()


@pytest.mark.parametrize(
    ("at", "began"),
    [
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC)),
        # In summer Monday begins an hour earlier than in UTC; the clocks changed on 29 March.
        (datetime(2026, 7, 5, 23, 30, tzinfo=UTC), datetime(2026, 7, 5, 23, tzinfo=UTC)),
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), datetime(2026, 3, 23, tzinfo=UTC)),
    ],
)
def test_weeks_begin_on_monday_at_midnight_in_the_uk(at: datetime, began: datetime) -> None:
    assert week_of(at) == began


def reading_of(house: House, ref: ItemRef) -> int:
    with house.store.read() as uow:
        return uow.items.find([ref])[ref].reading_id


# what is shown ---------------------------------------------------------------------------------


def test_what_is_gone_was_edited_or_lost_its_words_is_left_out_and_not_counted(
    house: House,
) -> None:
    gone, edited, purged, _ = some_come(house, 4)
    monday_comes(house)
    assert count_sample(house.store, OFFICER, house.clock.now()) == 4
    with house.store.begin() as uow:
        for change in (
            f"UPDATE item SET presence = 'gone' WHERE native_id = '{gone.native_id}'",
            f"UPDATE reading SET text = '' WHERE id = {reading_of(house, purged)}",
            f"UPDATE item SET reading_id = 999 WHERE native_id = '{edited.native_id}'",
        ):
            uow.connection.exec_driver_sql(change)
        uow.commit()
    assert [line.text for line in shown(house)] == ["Lovely concert, thank you all 3."]
    assert count_sample(house.store, OFFICER, house.clock.now()) == 1


def test_only_the_officer_sees_it(house: House) -> None:
    some_come(house, 2)
    monday_comes(house)
    for viewer in (HEAD, DSL):
        assert shown(house, viewer) == ()
        assert count_sample(house.store, viewer, house.clock.now()) == 0


# answering -------------------------------------------------------------------------------------


def test_rightly_left_up_is_remembered_and_opens_no_case(house: House) -> None:
    some_come(house, 1)
    monday_comes(house)
    [line] = shown(house)
    says(house, line, RIGHT)
    [line] = shown(house)
    assert (line.answer, line.case_ref) == (RIGHT, "")
    assert count_sample(house.store, OFFICER, house.clock.now()) == 0
    assert house.events() == []


def test_what_should_have_been_stopped_becomes_a_case_that_can_be_hidden(house: House) -> None:
    [ref] = some_come(house, 1)
    monday_comes(house)
    [line] = shown(house)
    says(house, line, AN_INSULT)
    [line] = shown(house)
    assert house.rows("SELECT role FROM case_audience") == [("headteacher",)]
    decide(
        house.store, house.clock, OFFICER, Wish(line.case_ref, 2, Outcome.HIDE, "It is an insult.")
    )
    house.clock.advance(seconds=6)  # nothing leaves before that: it can be undone
    house.cycle()
    [seen] = house.platform.observe([ref])
    assert seen.hidden
    assert house.events()[:3] == ["judged", "decided", "asked"]
    assert house.verify().ok


def test_the_log_says_who_judged_it(house: House) -> None:
    some_come(house, 1)
    monday_comes(house)
    says(house, shown(house)[0], AN_INSULT)
    with house.store.read() as uow:
        [entry] = uow.log.after(0)
    assert b'"by":"jfield"' in entry.body
    assert b"Lovely concert" not in entry.body


def test_whoever_the_policy_tells_gets_a_letter(house: House) -> None:
    some_come(house, 1)
    monday_comes(house)
    says(house, shown(house)[0], SampleAnswer(Action.HIDE, Kind.EXPLOITATION))
    house.cycle()
    assert written_to(house) == {
        "m.hartley",
        "d.penrose",
        "l.quayle",
    }


def test_answering_twice_changes_the_answer_and_leaves_the_case_to_be_decided(
    house: House,
) -> None:
    some_come(house, 1)
    monday_comes(house)
    says(house, shown(house)[0], AN_INSULT)
    says(house, shown(house)[0], RIGHT)
    [line] = shown(house)
    assert line.answer == RIGHT
    assert line.case_ref
    assert house.rows("SELECT status FROM moderation_case") == [("open",)]


def test_the_same_answer_twice_changes_nothing(house: House) -> None:
    some_come(house, 1)
    monday_comes(house)
    says(house, shown(house)[0], AN_INSULT)
    before = (house.events(), house.rows("SELECT version FROM moderation_case"))
    house.clock.advance(minutes=5)
    says(house, shown(house)[0], AN_INSULT)
    assert (house.events(), house.rows("SELECT version FROM moderation_case")) == before


def test_an_accusation_that_may_mean_the_headteacher_is_kept_from_them(house: House) -> None:
    some_come(house, 1)
    monday_comes(house)
    says(house, shown(house)[0], AN_ACCUSATION)
    assert house.rows("SELECT role FROM case_audience") == [("dsl",)]
    assert house.rows("SELECT person FROM case_exclusion") == [("mhartley",)]
    house.cycle()
    assert "m.hartley" not in written_to(house)


def test_whoever_an_accusation_names_is_kept_out(house: House) -> None:
    house.comes("Everybody at the gate was chatting with Mr Penrose today.")
    house.cycle()
    monday_comes(house)
    [line] = shown(house)
    says(house, line, SampleAnswer(Action.HIDE, Kind.ALLEGATION, Target.STAFF))
    assert ("dpenrose",) in house.rows("SELECT person FROM case_exclusion")


def test_an_accusation_of_the_headteacher_goes_to_the_chair(house: House) -> None:
    some_come(house, 1)
    monday_comes(house)
    says(house, shown(house)[0], SampleAnswer(Action.QUEUE, Kind.ALLEGATION, Target.HEADTEACHER))
    assert house.rows("SELECT role FROM case_audience") == [("chair_of_governors",)]
    assert house.rows("SELECT person FROM case_exclusion") == [("mhartley",)]


def test_nobody_else_may_answer(house: House) -> None:
    some_come(house, 1)
    monday_comes(house)
    [line] = shown(house)
    for viewer in (HEAD, DSL):
        with pytest.raises(NotAllowed):
            says(house, line, RIGHT, viewer)
    with pytest.raises(NotAllowed):
        says(house, replace(line, ref="0123456789ab"), RIGHT)
    assert shown(house) == (line,)


def test_a_case_that_is_kept_from_an_officer_is_not_in_their_sample(house: House) -> None:
    some_come(house, 2)
    monday_comes(house)
    kept, other = shown(house)
    says(house, kept, AN_INSULT)
    with house.store.begin() as uow:
        uow.connection.exec_driver_sql(
            "INSERT INTO case_exclusion SELECT id, 'jfield' FROM moderation_case"
        )
        uow.commit()
    assert shown(house) == (other,)
    with pytest.raises(NotAllowed):
        says(house, kept, RIGHT)


def test_what_it_holds_has_to_be_said(house: House) -> None:
    some_come(house, 1)
    monday_comes(house)
    [line] = shown(house)
    for kind in (None, Kind.UNSCORED):
        with pytest.raises(Refused, match="choose what it holds"):
            says(house, line, SampleAnswer(Action.QUEUE, kind))
    assert shown(house) == (line,)


def test_words_that_were_changed_since_cannot_be_answered(house: House) -> None:
    [ref] = some_come(house, 1)
    monday_comes(house)
    [line] = shown(house)
    house.platform.edit(ref, "Other words altogether.")
    house.cycle()
    with pytest.raises(Refused, match="was changed"):
        says(house, line, AN_INSULT)
    assert house.rows("SELECT count(*) FROM moderation_case") == [(0,)]


# calibrating -----------------------------------------------------------------------------------


class Scale:
    """A school model that is as sure of an advert as its text says: "Shoes 0.62 0.41"."""

    name = "school"

    def __init__(self, version: str = "1") -> None:
        self.version = version

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        return [self._one(text.words) for text in texts]

    @staticmethod
    def _one(words: str) -> Scores:
        said = re.fullmatch(r"Shoes ([0-9.]+) ([0-9.]+)!*", words)
        kind, serious = map(float, said.groups()) if said else (0.0, 0.0)
        nothing = {"kind.abuse": 0.0, "serious.abuse": 0.0}
        return {**nothing, "kind.spam": kind, "serious.spam": serious}


@pytest.fixture
def scaled(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The same school with such a model, and commands that run at its time."""
    house.classifier = cast(KeywordClassifier, Scale())
    for command in (agreement_command, calibrate_command):
        monkeypatch.setattr(command, "SystemClock", lambda: house.clock)
        monkeypatch.setattr(command, "load_settings", lambda _: house.settings)
        monkeypatch.setattr(command, "open_store", lambda *_: house.store)
    monkeypatch.setattr(Store, "close", lambda _: None)
    return house


def decided(house: House, text: str, outcome: Outcome, many: int) -> None:
    """So many comments come, and the officer decides all of them alike."""
    for number in range(many):
        house.comes(text + "!" * number)
    house.cycle()
    for ref, version in house.rows(
        "SELECT ref, version FROM moderation_case WHERE status = 'open'"
    ):
        decide(house.store, house.clock, OFFICER, Wish(ref, version, outcome, "Because."))


def calibrated(house: House, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    calibrate_command.calibrate(data=house.directory, settings=None, days=90)
    return capsys.readouterr().out


def test_calibrate_proposes_the_line_that_would_have_cost_less_and_changes_nothing(
    scaled: House, capsys: pytest.CaptureFixture[str]
) -> None:
    decided(scaled, "Shoes 0.9 0.7", Outcome.HIDE, ENOUGH)
    decided(scaled, "Shoes 0.9 0.4", Outcome.ALLOW, 3)
    before = scaled.rows("SELECT count(*), max(id) FROM verdict")
    said = calibrated(scaled, capsys)
    assert "\nspam = [0.5, 0.7]\n" in said
    assert (
        "# Advertising or a scam (spam): 23 decisions. "
        "Of 23 verdicts 20 would change: 0 newly found, 0 no longer; " in said
    )
    assert "20 newly grave, 0 no longer." in said
    assert "Nothing was changed." in said
    assert "# Insults or bullying (abuse): not enough decisions yet" in said
    assert scaled.rows("SELECT count(*), max(id) FROM verdict") == before


def test_calibrate_says_where_there_are_not_enough_decisions_and_where_all_is_right(
    scaled: House, capsys: pytest.CaptureFixture[str]
) -> None:
    decided(scaled, "Shoes 0.9 0.7", Outcome.HIDE, ENOUGH - 1)
    assert "# Advertising or a scam (spam): not enough decisions yet" in calibrated(scaled, capsys)
    decided(scaled, "Shoes 0.9 0.9", Outcome.HIDE, 20)
    decided(scaled, "Shoes 0.9 0.75", Outcome.ALLOW, 30)
    said = calibrated(scaled, capsys)
    assert (
        "# Advertising or a scam (spam): 69 decisions. Its thresholds are right as they are."
        in said
    )
    assert "spam = [" not in said


def test_what_the_sample_shows_counts_for_its_kind_and_what_holds_nothing_against_all(
    scaled: House,
) -> None:
    decided(scaled, "Shoes 0.9 0.9", Outcome.HIDE, 2)
    scaled.comes("Shoes 0.3 0.1")
    scaled.comes("Lovely concert.")
    scaled.cycle()
    monday_comes(scaled)
    for line in shown(scaled):
        missed = line.text.startswith("Shoes")
        says(scaled, line, SampleAnswer(Action.QUEUE, Kind.SPAM) if missed else RIGHT)
    known = basis(scaled.store, scaled.settings.policy, FRIDAY)[Kind.SPAM]
    assert known.decided == 3
    assert sorted((one.kind, one.should) for one in known.examples) == [
        (0.0, Action.ALLOW),
        (0.3, Action.QUEUE),
        (0.9, Action.HIDE),
        (0.9, Action.HIDE),
    ]


def test_scores_of_an_earlier_model_are_left_out(scaled: House) -> None:
    decided(scaled, "Shoes 0.9 0.9", Outcome.HIDE, 2)
    scaled.classifier = cast(KeywordClassifier, Scale(version="2"))
    scaled.clock.advance(minutes=5)
    decided(scaled, "Shoes 0.8 0.8", Outcome.HIDE, 1)
    known = basis(scaled.store, scaled.settings.policy, FRIDAY)[Kind.SPAM]
    assert [one.kind for one in known.examples] == [0.8]


def test_a_case_that_keeps_anybody_out_is_in_no_figure_of_the_command_line(
    scaled: House, capsys: pytest.CaptureFixture[str]
) -> None:
    decided(scaled, "Shoes 0.9 0.7", Outcome.HIDE, ENOUGH)
    with scaled.store.begin() as uow:
        uow.connection.exec_driver_sql(
            "INSERT INTO case_exclusion SELECT id, 'mhartley' FROM moderation_case"
        )
        uow.commit()
    assert basis(scaled.store, scaled.settings.policy, FRIDAY) == {}
    assert "spam = [" not in calibrated(scaled, capsys)
    agreement_command.agreement(data=scaled.directory, settings=None, days=90)
    printed = capsys.readouterr().out
    assert "Left out: every comment that accuses somebody" in printed
    assert "advertising" not in printed


def test_the_agreement_command_prints_figures_and_no_small_ones(
    scaled: House, capsys: pytest.CaptureFixture[str]
) -> None:
    decided(scaled, "Shoes 0.9 0.9", Outcome.HIDE, 4)
    capsys.readouterr()
    agreement_command.agreement(data=scaled.directory, settings=None, days=90)
    few = capsys.readouterr().out
    assert "fewer than 5 decisions" in few
    assert "100%" not in few
    decided(scaled, "Shoes 0.9 0.8", Outcome.HIDE, ENOUGH)
    capsys.readouterr()
    agreement_command.agreement(data=scaled.directory, settings=None, days=90)
    many = capsys.readouterr().out
    assert re.search(r"advertising or a scam .* Hiding .* 100% \(86% to 100%\)", many)
    assert 'spam = "hide" could be written' in many
    assert "under [hiding.kinds] in settings.toml" in many
