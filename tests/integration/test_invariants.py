"""Whatever happens in whatever order, what is remembered ends as what is there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import cycle
from bot.access import Viewer
from bot.errors import AdapterError, Conflict, NotAllowed, Refused, Throttled
from bot.model import ItemRef, Outcome, Role, Stream
from bot.services.assess import assess_waiting
from bot.services.decide import Wish, decide
from bot.services.ingest import poll
from tests.house import HARMLESS, HIDES, QUEUES, House

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
TEXTS = (HARMLESS, QUEUES, HIDES)
OUTCOMES = (Outcome.ALLOW, Outcome.HIDE, Outcome.UNHIDE, Outcome.DELETE, Outcome.CLEARED)

Step = tuple[str, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("comes", "edit", "withdraw", "show", "conceal", "decide"),
                *("poll", "assess", "act", "look", "letters", "outage", "pause", "retain"),
            ]
        ),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    min_size=5,
    max_size=40,
)


class Day:
    """Performs steps; each is small and may come at any moment."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.refs: list[ItemRef] = []

    def perform(self, step: Step) -> None:
        name, which, what = step
        self.house.clock.advance(seconds=90)
        there = [ref for ref in self.refs if self.house.platform.is_there(ref)]
        chosen = there[which % len(there)] if there else None
        self._turns(what, chosen)[name]()

    def _turns(self, what: int, chosen: ItemRef | None) -> dict[str, Callable[[], object]]:
        house, platform, app = self.house, self.house.platform, self.house.app

        def on_it(act: Callable[[ItemRef], object]) -> Callable[[], object]:
            return lambda: act(chosen) if chosen else None

        return {
            "comes": lambda: self.refs.append(house.comes(TEXTS[what % 3])),
            "retain": lambda: cycle.let_go(app),
            "edit": on_it(lambda ref: platform.edit(ref, TEXTS[what % 3])),
            "withdraw": on_it(platform.withdraw),
            "show": on_it(lambda ref: platform.set_hidden(ref, False)),
            "conceal": on_it(lambda ref: platform.set_hidden(ref, True)),
            "decide": on_it(lambda ref: self._decide(ref, OUTCOMES[what % 5])),
            "poll": lambda: poll(app.store, app.clock, app.adapters["school"], Stream.COMMENTS),
            "assess": lambda: assess_waiting(app.store, app.clock, app.settings, app.classifiers),
            "act": lambda: cycle.act(app, "school"),
            "look": lambda: cycle.look(app, "school"),
            "letters": lambda: cycle.send_letters(app),
            "outage": lambda: platform.fail("hide", AdapterError("no answer"), times=what),
            "pause": lambda: platform.fail("unhide", Throttled("wait", retry_after=600)),
        }

    def _decide(self, ref: ItemRef, outcome: Outcome) -> None:
        rows = self.house.rows(
            "SELECT ref, version FROM moderation_case JOIN item ON item.id = item_id "
            f"WHERE native_id = '{ref.native_id}'"
        )
        for case, version in rows:
            try:
                wish = Wish(case, version, outcome, "because")
                decide(self.house.store, self.house.clock, OFFICER, wish)
            except (NotAllowed, Conflict, Refused):
                continue


def settled(house: House) -> None:
    house.platform.recover()
    for _ in range(4):
        house.clock.advance(hours=2)
        house.cycle()


def every_hide_has_a_case(house: House) -> None:
    assert house.rows("SELECT * FROM effect WHERE item_id IS NOT NULL AND case_id IS NULL") == []


def what_is_remembered_is_what_is_there(house: House, refs: list[ItemRef]) -> None:
    stored = {
        native_id: (presence, hidden)
        for native_id, presence, hidden in house.rows(
            "SELECT native_id, presence, hidden FROM item WHERE id IN "
            "(SELECT item_id FROM moderation_case)"
        )
    }
    for ref in refs:
        if ref.native_id in stored:
            presence, hidden = stored[ref.native_id]
            assert (presence == "present") == house.platform.is_there(ref)
            if presence == "present":
                assert bool(hidden) == house.platform.is_hidden(ref)


def nothing_is_left_undone(house: House) -> None:
    unfinished = "'pending', 'claimed', 'accepted'"
    assert (
        house.rows(
            f"SELECT kind, status, why FROM effect WHERE status IN ({unfinished}) "
            "AND kind != 'letter'"
        )
        == []
    )


def the_machine_never_went_against_a_decision(house: House) -> None:
    """No hide of the machine's was asked for where it had already noted a person's decision."""
    against = house.rows(
        "SELECT effect.id FROM effect JOIN verdict ON verdict.at = effect.asked_at "
        "JOIN reading ON reading.id = verdict.reading_id AND reading.item_id = effect.item_id "
        "JOIN decision ON decision.reading_id = reading.id AND decision.at < effect.asked_at "
        "WHERE effect.kind = 'hide' AND effect.asked_by = 'machine'"
    )
    assert against == []


@given(steps)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_of_events_ends_with_the_log_whole_and_the_state_true(day: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        house = House(Path(directory))
        house.past_the_baseline()
        acts = Day(house)
        for step in day:
            acts.perform(step)
        settled(house)
        assert house.verify().ok
        every_hide_has_a_case(house)
        what_is_remembered_is_what_is_there(house, acts.refs)
        nothing_is_left_undone(house)
        the_machine_never_went_against_a_decision(house)
        house.close()
