"""The fault table: each fault on real HTTP loses nothing, claims nothing, is said, and passes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox import faults
from adapters.sandbox.cast import SCHOOL_HANDLE
from adapters.sandbox.faults import Fault
from adapters.sandbox.stage import Stage
from adapters.sandbox.world import Platform
from bot import program_log
from bot.bootstrap import App, build_app
from bot.cycle import run_cycle
from bot.model import EffectStatus, PollResult
from bot.settings import load
from tests.house import HIDES

DAY = 24 * 3600

BOTH = {
    "connection reset": faults.connection_reset(),
    "truncated JSON": faults.truncated_json(),
    "502 as HTML": faults.bad_gateway(),
    "HTML with 200": faults.html_in_200(),
}
X = BOTH | {
    "429 with reset": faults.x_rate_limited(60),
    "429 without reset": faults.x_rate_limited(None),
    "429 with a past reset": faults.x_rate_limited(-60),
    "402": faults.x_credits_depleted(),
    "401": faults.x_unauthorized(),
    "403": faults.x_forbidden(),
    "500": faults.x_server_error(),
    "503": faults.x_unavailable(),
    "errors only": faults.x_errors_only(),
}
FACEBOOK = BOTH | {
    "500 JSON": faults.graph_server_error(),
    "500 without error": faults.graph_server_error(with_error=False),
    "throttled": faults.graph_throttled(),
    **{
        f"code {code}/{subcode or 0}": faults.graph_error(code, subcode)
        for code, subcode in [
            (1, None),
            (2, None),
            (4, None),
            (10, None),
            (17, None),
            (32, None),
            (190, 460),
            (190, 463),
            (200, None),
            (368, None),
            (613, None),
        ]
    },
}
TABLE = [("x", name, fault) for name, fault in X.items()] + [
    ("facebook", name, fault) for name, fault in FACEBOOK.items()
]
CASES = [pytest.param(p, fault, id=f"{p}: {name}") for p, name, fault in TABLE]


class Scene:
    """The demo's school and a house beside it, past the baseline."""

    def __init__(self, directory: Path) -> None:
        program_log.configure(directory, console=False)
        self.directory = directory
        self.stage = Stage.open(directory)
        self.world = self.stage.world
        settings = load(None, environ={}, overrides=self.stage.settings())
        self.app: App = build_app(
            settings,
            clock=self.stage.clock,
            data_dir=directory,
            secret=self.stage.secrets().get,
        )
        run_cycle(self.app)

    def harm(self, platform: Platform) -> str:
        """Somebody writes what must be hidden, now."""
        self.stage.advance(60)
        if platform == "x":
            author = self.world.x_user("newaccount1", "New Account")
            post = self.world.x_post(self.world.x_account_id(), "Sports day is on Friday")
            written = self.world.x_post(author, HIDES, reply_to=post)
        else:
            post = self.world.fb_post("Sports day is on Friday")
            written = self.world.fb_comment(post, self.world.fb_user("Stranger"), HIDES)
        self.stage.advance(60)
        return written

    def hidden(self) -> set[str]:
        return self.world.x_hidden() | self.world.fb_hidden()

    def hide_status(self) -> list[str]:
        with self.app.store.read() as uow:
            return list(uow.figures.effects("hide"))

    def stored(self, native_id: str) -> bool:
        with self.app.store.engine.connect() as connection:
            sql = f"SELECT 1 FROM item WHERE native_id = '{native_id}'"
            return connection.exec_driver_sql(sql).first() is not None

    def program_log(self) -> list[dict[str, object]]:
        lines = (self.directory / program_log.FILE).read_text().splitlines()
        return [json.loads(line) for line in lines]

    def time_passes(self) -> None:
        """The fault ends, and everybody has waited long enough."""
        self.world.clear_faults()
        for _ in range(3):
            self.stage.advance(DAY / 3)
            run_cycle(self.app)

    def close(self) -> None:
        self.app.close()
        self.stage.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()
    program_log.configure(None, console=False)


def no_secret_leaked(scene: Scene) -> None:
    text = (scene.directory / program_log.FILE).read_text()
    for secret in scene.stage.secrets().values():
        assert secret not in text
    assert HIDES not in text


@pytest.mark.parametrize(("platform", "fault"), CASES)
def test_a_fault_while_reading_is_never_nothing_found(
    scene: Scene, platform: Platform, fault: Fault
) -> None:
    harm = scene.harm(platform)
    scene.world.fault(platform, fault, times=None)
    reports = [report for report in run_cycle(scene.app) if report.account == platform]
    comments = next(report for report in reports if report.stream == "comments")
    assert comments.result is not PollResult.COMPLETE
    assert comments.why
    assert not scene.stored(harm)
    lines = [line for line in scene.program_log() if line["event"] == "could_not_read_all"]
    assert any(line["account"] == platform and line["why"] for line in lines)
    scene.time_passes()
    assert scene.stored(harm)
    assert harm in scene.hidden()
    no_secret_leaked(scene)


@pytest.mark.parametrize(("platform", "fault"), CASES)
def test_a_fault_while_hiding_is_never_shown_as_hidden(
    scene: Scene, platform: Platform, fault: Fault
) -> None:
    harm = scene.harm(platform)
    path, method = ("/hidden", "PUT") if platform == "x" else (harm, "POST")
    scene.world.fault(platform, fault, path_contains=path, method=method, times=None)
    run_cycle(scene.app)
    assert scene.stored(harm)
    if EffectStatus.CONFIRMED in scene.hide_status():
        assert harm in scene.hidden(), "confirmed only because it was read back"
    else:
        lines = [line for line in scene.program_log() if line["event"] == "effect_not_confirmed"]
        assert any(line["channel"] == platform and line["why"] for line in lines)
    scene.time_passes()
    assert harm in scene.hidden()
    assert EffectStatus.CONFIRMED in scene.hide_status()
    no_secret_leaked(scene)


def test_a_slow_answer_is_waited_for(scene: Scene) -> None:
    scene.world.fault("x", faults.slow(0.2), times=2)
    assert all(report.complete for report in run_cycle(scene.app))


def test_an_answer_without_a_content_type_is_read_all_the_same(scene: Scene) -> None:
    harm = scene.harm("facebook")
    scene.world.fault("facebook", faults.missing_content_type(), times=None)
    assert all(report.complete for report in run_cycle(scene.app))
    assert harm in scene.hidden()


@pytest.mark.parametrize("platform", ["x", "facebook"])
def test_a_cursor_that_repeats_ends_the_run_as_unfinished(scene: Scene, platform: Platform) -> None:
    post = scene.world.fb_post("Sports day")
    for number in range(120):
        scene.world.fb_comment(post, scene.world.fb_user(f"Parent {number}"), f"Lovely {number}")
        author = scene.world.x_user(f"parent{number}", f"Parent {number}")
        scene.world.x_post(author, f"@{SCHOOL_HANDLE} lovely {number}")
    scene.stage.advance(60)
    scene.world.fault(platform, faults.repeated_cursor(), times=None)
    [report] = [r for r in run_cycle(scene.app) if r.account == platform and r.stream == "comments"]
    assert report.result is not PollResult.COMPLETE
    scene.time_passes()
    with scene.app.store.read() as uow:
        assert uow.figures.items()["comment"] >= 240


def test_a_part_that_x_leaves_out_makes_no_gap(scene: Scene) -> None:
    harm = scene.harm("x")
    scene.world.fault("x", faults.x_partial(), path_contains="/mentions")
    run_cycle(scene.app)
    scene.time_passes()
    assert scene.stored(harm)
    assert harm in scene.hidden()


def test_a_users_token_in_place_of_the_pages_is_not_taken_for_nothing_found(
    tmp_path: Path,
) -> None:
    stage = Stage.open(tmp_path)
    secrets = {**stage.secrets(), "FACEBOOK_PAGE_TOKEN": stage.world.fb_token("user")}
    settings = load(None, environ={}, overrides=stage.settings())
    app = build_app(settings, clock=stage.clock, data_dir=tmp_path, secret=secrets.get)
    try:
        reports = [r for r in run_cycle(app) if r.account == "facebook" and r.stream == "comments"]
        assert reports[0].result is PollResult.FAILED
        assert "user" in reports[0].why
    finally:
        app.close()
        stage.close()
