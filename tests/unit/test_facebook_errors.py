"""Graph's error table: what each code means for the house (platforms.md, Facebook)."""

from __future__ import annotations

import json

import pytest

from adapters.facebook.errors import THROTTLED_FOR, graph_error, not_graph
from adapters.facebook.usage import percent_used, seconds_to_regain_access
from bot.errors import (
    AdapterError,
    Denied,
    Gone,
    SignedOut,
    Throttled,
    Unsupported,
    WritesStopped,
)


def an_error(code: int, subcode: int = 0, *, message: str = "It failed.") -> dict[str, object]:
    """Graph's error object; its `type` is OAuthException whatever happened, as on the wire."""
    error: dict[str, object] = {"message": message, "type": "OAuthException", "code": code}
    return {**error, "error_subcode": subcode} if subcode else error


def business_usage(minutes: object, percent: object = 100) -> dict[str, str]:
    case = {"type": "pages", "call_count": percent, "estimated_time_to_regain_access": minutes}
    return {"X-Business-Use-Case-Usage": json.dumps({"100200300": [case]})}


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (4, 0, Throttled),
        (17, 0, Throttled),
        (32, 0, Throttled),
        (613, 0, Throttled),
        (80001, 0, Throttled),
        (10, 0, Denied),
        (200, 0, Denied),
        (283, 0, Denied),
        (299, 0, Denied),
        (1, 2853006, Denied),
        (12, 0, Unsupported),
        (100, 33, Gone),
        (190, 0, SignedOut),
        (104, 0, SignedOut),
        (190, 458, SignedOut),
        (190, 459, SignedOut),
        (190, 460, SignedOut),
        (190, 463, SignedOut),
        (190, 464, SignedOut),
        (190, 467, SignedOut),
        (190, 492, SignedOut),
        (190, 2069032, SignedOut),
        (368, 0, WritesStopped),
    ],
)
def test_each_code_becomes_its_own_error(
    code: int, subcode: int, expected: type[AdapterError]
) -> None:
    assert type(graph_error(an_error(code, subcode), 400, {})) is expected


@pytest.mark.parametrize(("code", "status"), [(1, 500), (2, 503), (1, 200), (9999, 500)])
def test_trouble_on_facebooks_side_may_pass(code: int, status: int) -> None:
    error = graph_error(an_error(code), status, {})
    assert type(error) is AdapterError
    assert not error.permanent


@pytest.mark.parametrize("code", [100, 9999])
def test_a_wrong_request_is_not_tried_again(code: int) -> None:
    error = graph_error(an_error(code), 400, {})
    assert type(error) is AdapterError
    assert error.permanent


def test_an_unknown_error_that_facebook_calls_transient_may_pass() -> None:
    assert not graph_error({**an_error(9999), "is_transient": True}, 400, {}).permanent


def test_a_code_written_as_text_counts_all_the_same() -> None:
    assert isinstance(graph_error({"code": "190", "error_subcode": "463"}, 400, {}), SignedOut)


def test_an_error_without_a_code_is_still_an_error() -> None:
    assert graph_error({"message": "?"}, 400, {}).permanent


@pytest.mark.parametrize("code", [10, 100, 200])
def test_a_denial_names_the_permission_that_is_missing(code: int) -> None:
    message = f"(#{code}) This endpoint requires the 'pages_manage_engagement' permission."
    error = graph_error(an_error(code, message=message), 403, {})
    assert isinstance(error, Denied)
    assert "The permission pages_manage_engagement is missing" in str(error)


@pytest.mark.parametrize(
    ("subcode", "words"),
    [
        (460, "password"),
        (463, "expired"),
        (492, "no longer has a role"),
        (2069032, "a user's token, not the Page's"),
    ],
)
def test_a_dead_token_says_how_it_died_and_what_to_do(subcode: int, words: str) -> None:
    said = str(graph_error(an_error(190, subcode), 400, {}))
    assert words in said
    assert "Connect the Page again: run `schoolgate connect`" in said


def test_throttling_waits_as_long_as_the_header_says_in_minutes() -> None:
    error = graph_error(an_error(80001), 400, business_usage(7))
    assert error.retry_after == 7 * 60


@pytest.mark.parametrize(
    "headers",
    [
        {},
        business_usage(0),
        {"X-Business-Use-Case-Usage": "{"},
        {"X-App-Usage": '{"call_count":9}'},
    ],
)
def test_throttling_without_a_time_waits_a_quarter_of_an_hour(headers: dict[str, str]) -> None:
    assert graph_error(an_error(32), 400, headers).retry_after == THROTTLED_FOR == 900


def test_after_a_block_for_misuse_all_writes_rest_for_hours() -> None:
    wait = graph_error(an_error(368), 400, {}).retry_after
    assert wait is not None
    assert wait >= 3600


def test_too_much_data_at_once_names_the_setting_to_lower() -> None:
    error = graph_error(
        an_error(1, message="Please reduce the amount of data you're asking"), 500, {}
    )
    assert "page_size" in str(error)


def test_a_wrong_app_secret_is_called_by_its_name() -> None:
    message = "Invalid appsecret_proof provided in the API argument"
    error = graph_error(an_error(100, message=message), 400, {})
    assert isinstance(error, SignedOut)
    assert "FACEBOOK_APP_SECRET" in str(error)


def test_a_version_that_has_ended_names_the_setting_to_raise() -> None:
    error = graph_error(an_error(2635), 400, {})
    assert error.permanent
    assert "version" in str(error)


@pytest.mark.parametrize("code", [1, 4, 10, 12, 100, 190, 200, 368, 9999])
def test_facebooks_own_wording_is_never_repeated(code: int) -> None:
    message = "No answer for https://graph.facebook.com/v26.0/me?access_token=EAAsecret"
    said = str(graph_error(an_error(code, message=message), 400, {}))
    assert "EAAsecret" not in said
    assert "://" not in said


@pytest.mark.parametrize("status", [200, 302, 401, 403, 407, 500, 502])
def test_what_is_no_answer_of_facebooks_may_pass_whatever_its_status(status: int) -> None:
    error = not_graph(status, {})
    assert type(error) is AdapterError
    assert not error.permanent


def test_too_many_requests_without_a_graph_error_is_throttling() -> None:
    error = not_graph(429, {"Retry-After": "120"})
    assert isinstance(error, Throttled)
    assert error.retry_after == 120


@pytest.mark.parametrize("said", ["", "0", "-5", "nan", "9" * 400, "Fri, 20 Nov 2026 09:00:00 GMT"])
def test_a_wait_that_is_no_number_of_seconds_is_a_quarter_of_an_hour(said: str) -> None:
    assert not_graph(429, {"Retry-After": said}).retry_after == THROTTLED_FOR


def test_usage_is_the_fullest_counter_of_both_headers() -> None:
    app = {"X-App-Usage": '{"call_count": 12, "total_time": 81, "total_cputime": 3}'}
    assert percent_used({**app, **business_usage(0, percent=40)}) == 81
    assert percent_used(business_usage(0, percent=90)) == 90


@pytest.mark.parametrize("value", ["", "null", "[]", "{", '{"1": null}', '{"1": ["x"]}'])
def test_a_broken_usage_header_says_nothing(value: str) -> None:
    headers = {"X-Business-Use-Case-Usage": value}
    assert percent_used(headers) is None
    assert seconds_to_regain_access(headers) is None
