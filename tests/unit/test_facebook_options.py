"""A Page's table of settings.toml: what is taken, and what each mistake is told."""

from __future__ import annotations

import pytest

from adapters.facebook.options import read_options
from bot.errors import SettingsError
from bot.ports import Context

PAGE = "100200300"


@pytest.fixture
def secrets() -> dict[str, str]:
    return {"FACEBOOK_PAGE_TOKEN": "EAAmadeup\n"}


def problems_of(options: dict[str, object], context: Context) -> dict[str, str]:
    with pytest.raises(SettingsError) as wrong:
        read_options(options, context)
    return {problem.path: problem.message for problem in wrong.value.problems}


def test_a_page_id_and_a_token_are_enough(context: Context) -> None:
    read = read_options({"page_id": PAGE}, context)
    assert (read.page_id, read.token, read.app_secret) == (PAGE, "EAAmadeup", "")
    assert (read.base_url, read.version) == ("https://graph.facebook.com", "v26.0")


def test_secrets_stay_out_of_the_repr(context: Context, secrets: dict[str, str]) -> None:
    secrets["FACEBOOK_APP_SECRET"] = "s3cret"
    read = read_options({"page_id": PAGE}, context)
    assert read.app_secret == "s3cret"
    assert "EAAmadeup" not in repr(read)
    assert "s3cret" not in repr(read)


def test_a_second_page_has_secrets_of_its_own(context: Context, secrets: dict[str, str]) -> None:
    secrets["SIXTH_FORM_PAGE_TOKEN"] = "EAAother"
    read = read_options({"page_id": PAGE, "secret_prefix": "SIXTH_FORM"}, context)
    assert read.token == "EAAother"


def test_every_problem_is_told_at_once(context: Context, secrets: dict[str, str]) -> None:
    secrets.clear()
    wrong: dict[str, object] = {
        "page_id": "rossmead",
        "base_url": "ftp://graph.facebook.com",
        "version": "26",
        "page_size": 0,
        "recent_days": "many",
        "full_sweep_minutes": True,
    }
    assert set(problems_of(wrong, context)) == {*wrong, ""}


def test_a_missing_token_is_called_by_its_name(context: Context, secrets: dict[str, str]) -> None:
    secrets.clear()
    said = problems_of({"page_id": PAGE, "secret_prefix": "SIXTH_FORM"}, context)[""]
    assert "set the secret SIXTH_FORM_PAGE_TOKEN" in said


def test_an_unknown_option_names_its_nearest_relative(context: Context) -> None:
    said = problems_of({"page_id": PAGE, "recent_day": 3}, context)
    assert said == {"recent_day": "there is no such option for Facebook; did you mean recent_days?"}


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("https://graph.facebook.com", True),
        ("http://127.0.0.1:8123", True),
        ("http://[::1]:8123", True),
        ("http://graph.facebook.com", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_the_token_goes_unencrypted_to_this_machine_only(
    context: Context, url: object, is_taken: bool
) -> None:
    options = {"page_id": PAGE, "base_url": url}
    if is_taken:
        assert read_options(options, context).base_url == url
    else:
        assert set(problems_of(options, context)) == {"base_url"}
