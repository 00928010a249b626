"""What may befall one comment, or one reading, between two calls: as docs/weather.md says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.sandbox import faults
from adapters.sandbox.cast import SCHOOL_HANDLE
from adapters.sandbox.faults import Fault
from adapters.sandbox.world import Platform
from bot import cycle, program_log
from bot.cycle import run_cycle
from bot.model import PollResult
from bot.services import ingest
from bot.services.ingest import PollReport
from tests.e2e.weather_stage import WRITE, Scene, clean, holds_row, roles
from tests.house import HARMLESS

_ANONYMOUS = "it comes without “from”"
_EDITED = "its author edits it before the hide"
_BLIND = "the case, no alarm: X does not say of a reply whether it is hidden"
HEADING = "## Between two calls"
ON: dict[Platform, str] = {"x": "X", "facebook": "Facebook"}
PLATFORMS: tuple[Platform, ...] = ("x", "facebook")
Befalls = Callable[[Scene, Platform, str, pytest.MonkeyPatch], None]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()
    program_log.configure(None, console=False)


# --- one comment ---------------------------------------------------------------------------------


def judged(scene: Scene, platform: Platform) -> None:
    cycle.read_account(scene.app, platform)


def accepted_but_not_visible(
    scene: Scene, platform: Platform, harm: str, _: pytest.MonkeyPatch
) -> None:
    answers = {"x": {"data": {"hidden": True}}, "facebook": {"success": True}}
    path, method = ("/hidden", "PUT") if platform == "x" else (harm, "POST")
    lie = Fault("lie", body=json.dumps(answers[platform]))
    scene.world.fault(platform, lie, path_contains=path, method=method, times=None)
    for _minutes in range(0, 80, 10):
        run_cycle(scene.app)
        scene.stage.advance(600)


def refused(scene: Scene, platform: Platform, harm: str, _: pytest.MonkeyPatch) -> None:
    path, method = ("/hidden", "PUT") if platform == "x" else (harm, "POST")
    body = {"title": "Conflict", "detail": "Conflict", "type": "about:blank", "status": 409}
    never = {"x": Fault("no", status=409, body=json.dumps(body)), "facebook": _wrong_request()}
    scene.world.fault(platform, never[platform], path_contains=path, method=method, times=None)
    run_cycle(scene.app)


def _wrong_request() -> Fault:
    return faults.graph_error(100, None)


def gone_between(scene: Scene, platform: Platform, harm: str, _: pytest.MonkeyPatch) -> None:
    judged(scene, platform)
    _deletes(scene, platform, harm)
    run_cycle(scene.app)


def gone_afterwards(scene: Scene, platform: Platform, harm: str, _: pytest.MonkeyPatch) -> None:
    run_cycle(scene.app)
    _deletes(scene, platform, harm)
    _a_while_later(scene)


def _deletes(scene: Scene, platform: Platform, harm: str) -> None:
    (scene.world.x_delete if platform == "x" else scene.world.fb_delete)(harm)


def edited_between(scene: Scene, platform: Platform, harm: str, _: pytest.MonkeyPatch) -> None:
    judged(scene, platform)
    (scene.world.x_edit if platform == "x" else scene.world.fb_edit)(harm, HARMLESS)
    _a_while_later(scene)


def unhidden_by_a_person(
    scene: Scene, platform: Platform, harm: str, _: pytest.MonkeyPatch
) -> None:
    run_cycle(scene.app)
    world = scene.world
    (world.x_unhide_by_person if platform == "x" else world.fb_unhide_by_person)(harm)
    _a_while_later(scene)


def hidden_by_the_platform(
    scene: Scene, platform: Platform, harm: str, _: pytest.MonkeyPatch
) -> None:
    world = scene.world
    judged(scene, platform)
    (world.x_hide_by_person if platform == "x" else world.fb_hide_by_platform)(harm)
    _a_while_later(scene)


def _a_while_later(scene: Scene) -> None:
    for _ in range(2):
        scene.stage.advance(600)
        run_cycle(scene.app)


def without_from(scene: Scene, _: Platform, harm: str, __: pytest.MonkeyPatch) -> None:
    scene.world.write("UPDATE fb_objects SET from_missing = 1 WHERE id = ?", harm)
    run_cycle(scene.app)


COMMENTS: dict[str, Befalls] = {
    "the hide is accepted, and it stays visible": accepted_but_not_visible,
    "the hide is refused for good": refused,
    "its author deletes it before the hide": gone_between,
    "its author deletes it after the hide": gone_afterwards,
    _EDITED: edited_between,
    "a person shows it again there": unhidden_by_a_person,
    "the platform hides it first": hidden_by_the_platform,
    _ANONYMOUS: without_from,
}
ROWS = [(name, on) for name in COMMENTS for on in PLATFORMS if (name, on) != (_ANONYMOUS, "x")]


@pytest.mark.parametrize(("name", "platform"), ROWS)
def test_what_befalls_a_comment_is_as_the_table_in_docs_says(
    scene: Scene, platform: Platform, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    harm, before = scene.harm(platform), scene.letters_written()
    COMMENTS[name](scene, platform, harm, monkeypatch)
    run_cycle(scene.app)
    status, _, alarm = scene.hide_of(harm)
    presence, believed = scene.believes(harm)
    there = harm in scene.world.x_posts() | scene.world.fb_objects()
    if there:
        assert presence == "present"
        knows = believed == (harm in scene.hidden())
        assert knows or platform == "x", "it is not shown as what it is"
        harmless = name == _EDITED
        assert harm in scene.hidden() or alarm or harmless or not knows, "nobody is told"
        alarm = alarm if knows else _BLIND
    stored = f"the hide: {status}; the comment: {presence}{', hidden' if believed else ''}"
    told = roles(scene.letters_written() - before, "escalation")
    says(platform, name, stored, clean(alarm) or "the case, no alarm", told)


# --- one reading ---------------------------------------------------------------------------------


def many(scene: Scene, number: int) -> None:
    post = scene.world.fb_post("Sports day")
    for each in range(number):
        scene.world.fb_comment(post, scene.world.fb_user(f"Parent {each}"), f"Lovely {each}")
        author = scene.world.x_user(f"parent{each}", f"Parent {each}")
        scene.world.x_post(author, f"@{SCHOOL_HANDLE} lovely {each}")
    scene.stage.advance(60)


def a_cursor_that_repeats(scene: Scene, platform: Platform, _: str, __: pytest.MonkeyPatch) -> None:
    scene.world.fault(platform, faults.repeated_cursor(), times=None)


def pages_without_end(_: Scene, __: Platform, ___: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "_MOST_PAGES", 1)


def token_revoked_in_mid_sweep(
    scene: Scene, platform: Platform, _: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = {"x": faults.x_unauthorized(), "facebook": faults.graph_error(190, 460)}
    real, met = requests.adapters.HTTPAdapter.send, [False]

    def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        further = "pagination_token=" in request.url or "after=" in request.url
        if further and not met[0]:
            met[0] = True
            scene.world.fault(platform, dead[platform], times=None)
        return real(self, request, *args, **kwargs)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)


READINGS: dict[str, Befalls] = {
    "a cursor that leads to the same page again": a_cursor_that_repeats,
    "pages without end": pages_without_end,
    "the token is revoked between two pages": token_revoked_in_mid_sweep,
}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", READINGS)
def test_what_befalls_a_reading_is_as_the_table_in_docs_says(
    scene: Scene, platform: Platform, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    harm, most = scene.harm(platform), ingest._MOST_PAGES
    many(scene, 120)
    with monkeypatch.context() as patch:
        READINGS[name](scene, platform, harm, patch)
        report = comments_of(cycle.read_account(scene.app, platform))
        assert report.result is not PollResult.COMPLETE
        assert any(report.why in words for words in scene.troubles())
        told = scene.letters_about_it(patch)
    scene.time_passes()
    assert harm in scene.hidden()
    with scene.app.store.read() as uow:
        assert uow.figures.items()["comment"] >= 120, "something was lost"
    stored = f"{report.result}; in the end every comment"
    says(platform, name, stored, clean(report.why.replace(" 1 pages", f" {most} pages")), told)


def comments_of(reports: list[PollReport]) -> PollReport:
    return next(report for report in reports if report.stream == "comments")


def says(platform: Platform, name: str, stored: str, shown: str, told: str) -> None:
    row = f"{name}, on {ON[platform]}"
    assert holds_row(HEADING, row, f"| {row} | {stored} | {shown} | {told} |"), (
        f"docs/weather.md says otherwise: set {WRITE}=1 and run this once more, then read it"
    )


def test_the_document_holds_every_encounter_and_no_other() -> None:
    encounters = [*ROWS, *((name, on) for name in READINGS for on in PLATFORMS)]
    names = Counter(f"{name}, on {ON[on]}" for name, on in encounters)
    rest = Scene.document().split(HEADING)[1].splitlines()
    rows = [line.split(" | ")[0].removeprefix("| ") for line in rest if line.startswith("| ")]
    assert Counter(rows[1:]) == names
