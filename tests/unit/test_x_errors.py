"""The error table of X: every fault becomes the right one of bot.errors, and no token leaves."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import pytest
import requests
import responses
from oauthlib.oauth1 import (  # type: ignore[import-untyped]  # it ships no types
    RequestValidator,
    SignatureOnlyEndpoint,
)

from adapters.http import ApiSession, guard_logs, redact
from adapters.x.client import XClient
from adapters.x.errors import RATE_WINDOW, BadRequest, Forbidden
from adapters.x.options import Credentials
from bot.errors import AdapterError, Denied, Gone, SignedOut, Throttled, WritesStopped
from bot.ports import Context
from tests.builders import NOON, FixedClock

MENTIONS = "https://api.x.com/2/users/7/mentions"
PROBLEMS = "https://api.x.com/2/problems"
SECRETS = ("konsumer-key", "konsumer-secret", "7-aksess-token", "aksess-token-secret")
QUERY = "since_id"


def beside(clock: FixedClock) -> Context:
    return Context(clock=clock, secret=lambda _: None, data_dir=Path())


@pytest.fixture
def x() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client(clock: FixedClock) -> XClient:
    return XClient(Credentials(SECRETS), "https://api.x.com", beside(clock))


def failure_of(call: Callable[[], object]) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        call()
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__, (
        "an SDK's exception text must not reach a log"
    )
    for forbidden in (*SECRETS, QUERY, "oauth_"):
        assert forbidden not in str(error)
    return error


def mentions(client: XClient) -> AdapterError:
    return failure_of(lambda: client.mentions("7", since_id="5"))


@pytest.mark.parametrize(
    ("status", "body", "kind", "permanent"),
    [
        (
            400,
            {"title": "Invalid Request", "type": f"{PROBLEMS}/invalid-request"},
            BadRequest,
            True,
        ),
        (401, {"title": "Unauthorized", "type": "about:blank"}, SignedOut, True),
        (402, {"title": "CreditsDepleted", "type": f"{PROBLEMS}/credits"}, WritesStopped, False),
        (403, {"title": "Forbidden", "type": f"{PROBLEMS}/oauth1-permissions"}, Denied, True),
        (403, {"title": "Forbidden", "type": f"{PROBLEMS}/client-forbidden"}, Denied, True),
        (403, {"title": "Forbidden", "type": "about:blank"}, Forbidden, True),
        (404, {"title": "Not Found", "type": "about:blank"}, Gone, True),
        (408, {}, AdapterError, False),
        (422, {"title": "Unprocessable"}, AdapterError, True),
        (429, {"title": "Too Many Requests", "type": "about:blank"}, Throttled, False),
        (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, Throttled, False),
        (429, {"title": "UsageCapExceeded", "type": f"{PROBLEMS}/usage-capped"}, Throttled, False),
        (500, {"errors": [{"code": 131, "message": "Internal error"}]}, AdapterError, False),
        (503, {"title": "Service Unavailable"}, AdapterError, False),
    ],
)
def test_each_status_has_its_error(
    x: responses.RequestsMock,
    client: XClient,
    status: int,
    body: dict[str, object],
    kind: type[AdapterError],
    permanent: bool,
) -> None:
    x.get(MENTIONS, json=body, status=status)
    error = mentions(client)
    assert type(error) is kind
    assert error.permanent is permanent


def test_a_sign_in_that_ended_says_how_to_sign_in_again(
    x: responses.RequestsMock, client: XClient
) -> None:
    x.get(MENTIONS, json={"title": "Unauthorized"}, status=401)
    said = str(mentions(client))
    assert "schoolgate connect" in said
    assert "settings" not in said, "settings.toml refuses whatever looks like a secret"


@pytest.mark.parametrize(
    "answer",
    [
        {"body": "<html>502 Bad Gateway</html>", "status": 502, "content_type": "text/html"},
        {"body": "<html>Sign in to the network</html>", "status": 200},
        {"body": '{"data": [{"id": "1", "te', "status": 200},
        {"body": "", "status": 200},
        {"json": [], "status": 200},
        {"json": None, "status": 200},
        {"body": '{"errors": null}', "status": 403},
        {"body": '{"errors": null}', "status": 429, "headers": {"x-rate-limit-reset": "1"}},
        {"json": ["unheard of"], "status": 403},
        {"json": {"title": "Too Many"}, "status": 429, "headers": {"x-rate-limit-reset": "soon"}},
        {"body": requests.ConnectionError("url: /2/users/7/mentions?since_id=5")},
        {"body": requests.ReadTimeout("Read timed out. (read timeout=30)")},
        {"body": requests.ConnectTimeout("HTTPSConnectionPool: /2/users/7?since_id=5")},
        {"body": requests.exceptions.SSLError("certificate verify failed")},
        {"body": requests.exceptions.ChunkedEncodingError("IncompleteRead(7 bytes read)")},
        {"body": requests.exceptions.ContentDecodingError("not gzip")},
    ],
)
def test_faults_of_the_way_and_of_x_are_tried_again(
    x: responses.RequestsMock, client: XClient, answer: dict[str, Any]
) -> None:
    x.get(MENTIONS, **answer)
    error = mentions(client)
    assert not error.permanent
    assert type(error) is AdapterError


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"x-rate-limit-reset": str(int(NOON.timestamp()) + 120)}, 120),
        ({}, RATE_WINDOW),
        ({"x-rate-limit-reset": str(int(NOON.timestamp()) - 5)}, RATE_WINDOW),
        ({"x-rate-limit-reset": str(int(NOON.timestamp()))}, RATE_WINDOW),
        ({"x-rate-limit-reset": str(int(NOON.timestamp()) * 1000)}, RATE_WINDOW),
    ],
)
def test_a_rate_limit_never_means_at_once(
    x: responses.RequestsMock, client: XClient, header: dict[str, str], seconds: float
) -> None:
    x.get(MENTIONS, json={"title": "Too Many Requests"}, status=429, headers=header)
    assert mentions(client).retry_after == seconds
    assert len(x.calls) == 1


def test_the_reset_is_counted_from_our_clock_and_not_from_the_real_one(
    x: responses.RequestsMock, client: XClient, clock: FixedClock
) -> None:
    clock.at = NOON + timedelta(days=400)
    reset = {"x-rate-limit-reset": str(int(clock.at.timestamp()) + 60)}
    x.get(MENTIONS, json={}, status=429, headers=reset)
    assert mentions(client).retry_after == 60


@pytest.mark.parametrize(("status", "kind"), [(402, "credits"), (429, "usage-capped")])
def test_without_credit_or_allowance_all_rests_until_the_next_day_in_utc(
    x: responses.RequestsMock, client: XClient, status: int, kind: str
) -> None:
    x.get(MENTIONS, json={"type": f"{PROBLEMS}/{kind}"}, status=status)
    assert mentions(client).retry_after == 12 * 3600


def test_a_redirect_is_not_followed_so_the_token_goes_nowhere_else(
    x: responses.RequestsMock, client: XClient
) -> None:
    x.get(MENTIONS, status=302, headers={"Location": "https://elsewhere.example/login"})
    error = mentions(client)
    assert not error.permanent
    assert len(x.calls) == 1


def test_a_denied_permission_is_named_with_what_to_do(
    x: responses.RequestsMock, client: XClient
) -> None:
    body = {"title": "Forbidden", "type": f"{PROBLEMS}/oauth1-permissions"}
    x.get(MENTIONS, json=body, status=403)
    assert "Read and write" in str(mentions(client))


def test_xs_own_words_are_quoted_without_what_could_be_a_token(
    x: responses.RequestsMock, client: XClient
) -> None:
    detail = "Bad call https://api.x.com/2/users?since_id=5 with Bearer abcdefghijklmnop"
    x.get(MENTIONS, json={"detail": detail}, status=400)
    assert "Bad call https://api.x.com/2/users?[hidden]" in str(mentions(client))


def test_a_token_with_a_line_break_is_an_error_that_does_not_show_it(clock: FixedClock) -> None:
    client = XClient(Credentials(None, "bear\ner-secret"), "http://127.0.0.1:9", beside(clock))
    error = failure_of(client.me)
    assert "er-secret" not in str(error)


def test_each_thread_has_a_client_of_its_own(clock: FixedClock) -> None:
    client = XClient(Credentials(SECRETS), "https://api.x.com", beside(clock))
    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(client._client).result()
    assert client._client() is client._client()
    assert theirs is not client._client()


def test_the_signature_covers_the_host_that_is_called(x: responses.RequestsMock) -> None:
    """X recomputes the OAuth 1.0a signature over its own address: it must be made over the same."""
    seen: list[requests.PreparedRequest] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        seen.append(request)
        return 200, {}, json.dumps({"data": {"id": "7", "username": "Rossmore"}})

    x.add_callback(responses.GET, "http://127.0.0.1:8041/x/2/users/me", callback=answer)
    # The nonce and time are the real ones: only the signature is checked here.
    XClient(Credentials(SECRETS), "http://127.0.0.1:8041/x/", beside(FixedClock())).me()
    assert (
        seen[0].url == "http://127.0.0.1:8041/x/2/users/me?user.fields=protected%2Cpublic_metrics"
    )
    written = seen[0].headers["Authorization"]
    header = {"Authorization": written.decode() if isinstance(written, bytes) else written}
    valid, _ = SignatureOnlyEndpoint(_Verifier()).validate_request(
        str(seen[0].url), "GET", None, header
    )
    assert valid


class _Verifier(RequestValidator):  # type: ignore[misc]  # oauthlib ships no types
    """X's side of OAuth 1.0a, as far as the signature goes."""

    enforce_ssl = False
    safe_characters = frozenset(ascii_letters + digits + "-")
    client_key_length = (1, 100)
    access_token_length = (1, 100)
    dummy_client = "nobody"
    dummy_access_token = "nothing"

    def validate_timestamp_and_nonce(self, *_: object, **__: object) -> bool:
        return True

    def validate_client_key(self, client_key: str, _request: object) -> bool:
        return client_key == SECRETS[0]

    def validate_access_token(self, _client_key: str, token: str, _request: object) -> bool:
        return token == SECRETS[2]

    def get_client_secret(self, _client_key: str, _request: object) -> str:
        return SECRETS[1]

    def get_access_token_secret(self, _client_key: str, _token: str, _request: object) -> str:
        return SECRETS[3]


# --- adapters/http.py --------------------------------------------------------------------------


def test_timeouts_are_set_though_the_sdk_sets_none(x: responses.RequestsMock) -> None:
    x.get("https://api.x.com/2/users/me", json={})
    ApiSession("https://api.x.com").get("https://api.twitter.com/2/users/me")
    assert x.calls[0].request.req_kwargs["timeout"] == (5.0, 30.0)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "Headers: {'Authorization': 'Bearer s3cr3t-t0ken-value'}",
        'OAuth oauth_token="7-s3cr3t-t0ken-value", oauth_nonce="1"',
        "GET /v26.0/me?access_token=s3cr3t-t0ken-value&fields=id HTTP/1.1",
        "{'access_token': 's3cr3t-t0ken-value', 'id': '1'}",
        "Signing with consumer_secret=s3cr3t-t0ken-value",
        "max retries exceeded with url: /2/users/7/mentions?x=s3cr3t-t0ken-value",
        "appsecret_proof: s3cr3t-t0ken-value",
        "token EAAs3cr3tt0kenvalue1234567890s3cr3t-t0ken-value"[:40],
    ],
)
def test_tokens_are_taken_out_of_texts(text: str) -> None:
    assert "s3cr3t" not in redact(text)
    assert "[hidden]" in redact(text)


def test_a_harmless_text_is_left_as_it_is() -> None:
    text = "Could not read the mentions on X: X did not answer in time. It is tried again."
    assert redact(text) == text


def test_guarded_loggers_write_no_tokens(
    x: responses.RequestsMock, client: XClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    x.get(MENTIONS, json={"meta": {"result_count": 0}})
    client.mentions("7", since_id="5")
    assert not any(secret in caplog.text for secret in SECRETS)
    assert "oauth_signature" not in caplog.text
    guard_logs("urllib3.connection")
    logging.getLogger("urllib3.connection").warning("Failed (url=%s)", "/me?access_token=s3cr3t")
    assert "s3cr3t" not in caplog.text
    assert "Failed" in caplog.text
