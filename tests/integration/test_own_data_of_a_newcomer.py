"""What a newcomer gets who asks for their own data, held against the card that people see."""

from __future__ import annotations

import json
from pathlib import Path

from bot.access import Viewer
from bot.documents.own_data import own_data_json
from bot.documents.redacting import Redactor
from bot.model import Role
from bot.queries.newcomers import list_newcomers
from bot.queries.rights import find_person
from tests.builders import a_newcomer
from tests.house import House

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
DPO = Viewer("twhitlock", frozenset({Role.DPO}))


def test_a_newcomers_own_data_is_what_their_card_shows_and_nothing_more(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.past_the_baseline()
    facts = {"followers": "12", "joined": "2019-03-04"}
    house.platform.post(
        a_newcomer("Alex Mercer", account="school", bio="Grandad of two 🦆", facts=facts)
    )
    house.cycle()
    [card] = list_newcomers(house.store, OFFICER, house.settings, house.clock.now())
    held = find_person(house.store, DPO, "Alex Mercer")
    redactor = Redactor(house.settings.people, ())
    [own] = json.loads(own_data_json(held, redactor, "Alex Mercer"))["items"]
    assert own["words"] == [card.bio]
    assert own["platform_tells"] == [f"{name}: {value}" for name, value in card.facts.items()]
    assert own["address"] == [card.permalink]
    assert set(own) == {
        "platform",
        "written_by",
        "written_utc",
        "platform_tells",
        "address",
        "words",
        "may_hold",
        "decided",
    }
    house.close()
