"""The fault table: each fault on real HTTP loses nothing, claims nothing, is said, and passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from adapters.sandbox import faults
from adapters.sandbox.cast import SCHOOL_HANDLE
from adapters.sandbox.stage import Stage
from adapters.sandbox.world import Platform
from bot import program_log
from bot.bootstrap import build_app
from bot.cycle import run_cycle, watch
from bot.model import EffectStatus, PollResult
from bot.settings import load
from tests.e2e.weather_stage import WRITE, Scene, clean, holds_row
from tests.e2e.weather_table import TABLE, Weather, failing_sends
from tests.house import HIDES

CASES = [pytest.param(row, id=f"{row.platform}: {row.name}") for row in TABLE]


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


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One school through all weathers, one after the other: each must leave no trace behind."""
    scene = Scene(tmp_path_factory.mktemp("year"))
    yield scene
    scene.close()
    program_log.configure(None, console=False)


@pytest.mark.parametrize("row", CASES)
def test_the_weather_is_as_the_table_in_docs_says(
    year: Scene, row: Weather, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, told, read_again = while_reading(year, row, monkeypatch)
    hidden, hidden_after = while_hiding(year, row, monkeypatch) if row.hides else ("–", "–")
    no_secret_leaked(year)
    seen = f"| {row.name} | {read} | {read_again} | {hidden} | {hidden_after} | {told} |"
    assert holds_row(f"## {'X' if row.platform == 'x' else 'Facebook'}", row.name, seen), (
        f"docs/weather.md says otherwise: set {WRITE}=1 and run this once more, then read it"
    )


@contextmanager
def falls(
    scene: Scene, row: Weather, monkeypatch: pytest.MonkeyPatch, path: str = "", method: str = ""
) -> Iterator[None]:
    """This weather, for all calls or for those to a path."""
    with monkeypatch.context() as patch:
        if row.fault is not None:
            scene.world.fault(
                row.platform, row.fault, path_contains=path, method=method, times=None
            )
        else:
            assert row.raises is not None
            base = scene.stage.settings()["accounts"][row.platform]["base_url"]  # type: ignore[index]

            def ours(verb: str, url: str) -> bool:
                return url.startswith(base) and path in url and method in ("", verb)

            send = failing_sends(row.raises, ours)
            patch.setattr(requests.adapters.HTTPAdapter, "send", send)
        yield
    scene.world.clear_faults()


def while_reading(
    scene: Scene, row: Weather, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str, str]:
    """It is never "nothing found": what is shown, who gets a letter, and how soon it is read."""
    harm = scene.harm(row.platform)
    with falls(scene, row, monkeypatch):
        reports = [each for each in run_cycle(scene.app) if each.account == row.platform]
        comments = next(report for report in reports if report.stream == "comments")
        assert comments.result is not PollResult.COMPLETE
        assert comments.why
        assert not scene.stored(harm)
        assert any(comments.why in words for words in scene.troubles()), "nobody is shown it"
        told = scene.letters_about_it(monkeypatch)
    after = scene.recovers(harm)
    assert after, "it was lost"
    assert scene.stored(harm)
    scene.stage.advance(8 * 3600)
    run_cycle(scene.app)
    on_it = f"On {row.platform}, "
    assert not [words for words in scene.troubles() if words.startswith(on_it)], "still said"
    watch(scene.app)  # it is over: the next one is a trouble of its own
    return clean(comments.why), told, after


def while_hiding(scene: Scene, row: Weather, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """It is never shown as hidden unless it is: the sentence, and how soon it is hidden."""
    harm = scene.harm(row.platform)
    path, method = ("/hidden", "PUT") if row.platform == "x" else (harm, "POST")
    with falls(scene, row, monkeypatch, path, method):
        run_cycle(scene.app)
        status, why, _ = scene.hide_of(harm)
        if status == EffectStatus.CONFIRMED:
            assert harm in scene.hidden(), "confirmed only because it was read back"
            return "Read back: it is hidden.", "at once"
        assert why
    after = scene.recovers(harm)
    status, _, alarm = scene.hide_of(harm)
    if after:
        assert status == EffectStatus.CONFIRMED
        return clean(why), after
    assert alarm, "neither hidden nor said"
    return clean(why), "a person is asked"


def test_the_document_holds_each_weather_once_and_no_other() -> None:
    lines = Scene.document().split("## Between two calls")[0].splitlines()
    rows = [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")]
    assert [name for name in rows if name != "What comes"] == [row.name for row in TABLE]


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
