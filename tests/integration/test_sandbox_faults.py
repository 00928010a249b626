"""Every scripted fault of the sandbox, as it arrives at an HTTP client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from adapters.sandbox import faults
from adapters.sandbox.faults import Fault
from adapters.sandbox.graph_server import GraphServer
from adapters.sandbox.http_server import LocalServer
from adapters.sandbox.world import World
from adapters.sandbox.x_server import XServer

MONDAY = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)


class Both:
    """Both servers on one world, each with something to read."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.servers: list[LocalServer] = [XServer(world), GraphServer(world)]
        self.x_url, self.graph_url = (server.start() for server in self.servers)
        school = world.x_account("RossmoreHigh", "Rossmore High")
        parent = world.x_user("pat_r", "Pat")
        self.post = world.x_post(school, "Term dates")
        self.replies = [world.x_post(parent, str(n), reply_to=self.post) for n in range(7)]
        self.mentions = f"{self.x_url}/2/users/{school}/mentions"
        world.fb_page("Rossmore High")
        self.page_post = world.fb_post("Term dates")
        person = world.fb_user("Pat Reed")
        self.comment = world.fb_comment(self.page_post, person, "Boo")
        self.comments = f"{self.graph_url}/v26.0/{self.page_post}/comments"
        self.session = requests.Session()

    def x(self, **params: str) -> requests.Response:
        self.session.headers["Authorization"] = f"Bearer {self.world.x_tokens().bearer}"
        return self.session.get(self.mentions, params=params, timeout=60)

    def graph(self, **params: str) -> requests.Response:
        self.session.headers["Authorization"] = f"Bearer {self.world.fb_token('page')}"
        return self.session.get(self.comments, params=params, timeout=60)

    def hide_comment(self) -> requests.Response:
        self.session.headers["Authorization"] = f"Bearer {self.world.fb_token('page')}"
        url = f"{self.graph_url}/v26.0/{self.comment}"
        return self.session.post(url, data={"is_hidden": "true"}, timeout=60)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    world = World(tmp_path / "world.db", start=MONDAY)
    both = Both(world)
    yield both
    both.session.close()
    for server in both.servers:
        server.close()
    world.close()


def test_a_fault_strikes_as_often_as_scripted_and_only_where_it_matches(both: Both) -> None:
    both.world.fault("x", faults.x_server_error(), path_contains="/mentions", times=2)
    both.world.fault("x", faults.x_forbidden(), method="put")
    assert [both.x().status_code for _ in range(3)] == [500, 500, 200]
    assert both.graph().status_code == 200


def test_a_fault_without_a_number_lasts_until_cleared(both: Both) -> None:
    both.world.fault("facebook", faults.graph_error(2), times=None)
    assert [both.graph().json()["error"]["code"] for _ in range(3)] == [2, 2, 2]
    both.world.clear_faults()
    assert both.graph().status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        (faults.x_credits_depleted(), 402, "CreditsDepleted"),
        (faults.x_unauthorized(), 401, "Unauthorized"),
        (faults.x_forbidden(), 403, "Forbidden"),
        (faults.x_server_error(), 500, "Internal Server Error"),
        (faults.x_unavailable(), 503, "Service Unavailable"),
    ],
)
def test_x_refuses_with_a_problem(both: Both, fault: Fault, status: int, title: str) -> None:
    both.world.fault("x", fault)
    response = both.x()
    assert (response.status_code, response.json()["title"]) == (status, title)


def test_x_limits_with_a_reset_ahead_behind_or_without_one(both: Both) -> None:
    now = both.world.clock.now().timestamp()
    for reset_in in (60.0, -60.0):
        both.world.fault("x", faults.x_rate_limited(reset_in))
        response = both.x()
        assert response.status_code == 429
        assert int(response.headers["x-rate-limit-reset"]) == pytest.approx(now + reset_in, abs=5)
    both.world.fault("x", faults.x_rate_limited(None))
    response = both.x()
    assert response.status_code == 429
    assert "x-rate-limit-reset" not in response.headers


def test_x_gives_some_and_names_the_rest_under_errors(both: Both) -> None:
    both.world.fault("x", faults.x_partial())
    body = both.x().json()
    assert len(body["data"]) == 6
    assert body["errors"][0]["resource_id"] == both.replies[-1]


def test_x_gives_only_errors(both: Both) -> None:
    both.world.fault("x", faults.x_errors_only())
    response = both.x()
    assert response.status_code == 200
    assert set(response.json()) == {"errors"}


@pytest.mark.parametrize(
    ("code", "subcode"),
    [
        (1, None), (1, 2853006), (2, None), (10, None), (12, None), (100, 33), (200, None),
        (283, None), (368, None),
        *((190, one) for one in (458, 459, 460, 463, 464, 467, 492, 2069032)),
    ],
)  # fmt: skip
def test_graph_errors_carry_code_and_subcode(both: Both, code: int, subcode: int | None) -> None:
    both.world.fault("facebook", faults.graph_error(code, subcode))
    response = both.graph()
    assert response.status_code >= 400
    error = response.json()["error"]
    assert (error["code"], error.get("error_subcode")) == (code, subcode)
    assert error["type"] == "OAuthException"


@pytest.mark.parametrize("code", [4, 17, 32, 613])
def test_graph_limits_report_the_apps_usage(both: Both, code: int) -> None:
    both.world.fault("facebook", faults.graph_throttled(code))
    response = both.graph()
    assert response.json()["error"]["code"] == code
    assert json.loads(response.headers["X-App-Usage"])["call_count"] == 100


def test_the_page_limit_names_the_minutes_to_wait(both: Both) -> None:
    page = both.world.fb_page_id()
    both.world.fault("facebook", faults.graph_throttled(80001, 7, page_id=page))
    response = both.graph()
    assert response.json()["error"]["code"] == 80001
    case = json.loads(response.headers["X-Business-Use-Case-Usage"])[page][0]
    assert case["estimated_time_to_regain_access"] == 7


def test_a_500_of_graph_may_have_no_error_in_it(both: Both) -> None:
    both.world.fault("facebook", faults.graph_server_error(with_error=False))
    response = both.graph()
    assert (response.status_code, response.json()) == (500, {"success": False})
    both.world.fault("facebook", faults.graph_server_error())
    assert both.graph().json()["error"]["code"] == 1


def test_a_gateways_page_echoes_the_url_with_whatever_stands_in_it(both: Both) -> None:
    both.world.fault("facebook", faults.bad_gateway())
    response = both.graph(access_token="EAAsecret")
    assert response.status_code == 502
    assert response.headers["Content-Type"].startswith("text/html")
    assert "access_token=EAAsecret" in response.text
    both.world.fault("x", faults.html_in_200())
    filtered = both.x()
    assert (filtered.status_code, filtered.text[:9]) == (200, "<!DOCTYPE")


def test_a_slow_answer_runs_into_the_clients_timeout(both: Both) -> None:
    both.world.fault("facebook", faults.slow(30))
    token = both.world.fb_token("page")
    with pytest.raises(requests.ReadTimeout):
        requests.get(both.comments, params={"access_token": token}, timeout=(60, 0.05))
    both.world.fault("facebook", faults.slow(0.01))
    assert both.graph().status_code == 200


def test_a_reset_connection_loses_the_answer_but_not_the_deed(both: Both) -> None:
    both.world.fault("facebook", faults.connection_reset(), method="POST")
    broken = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    with pytest.raises(broken, match="reset by peer"):
        both.hide_comment()
    assert both.world.fb_hidden() == {both.comment}
    assert both.world.requests("facebook")[-1].status == 0
    assert both.graph().status_code == 200


def test_a_cut_answer_is_complete_http_but_no_json(both: Both) -> None:
    both.world.fault("x", faults.truncated_json())
    response = both.x()
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()


def test_a_content_type_may_be_missing(both: Both) -> None:
    both.world.fault("facebook", faults.missing_content_type())
    response = both.graph()
    assert "Content-Type" not in response.headers
    assert response.json()["data"]


def test_a_repeated_cursor_leads_to_the_same_page_again(both: Both) -> None:
    both.world.fault("x", faults.repeated_cursor(), times=2)
    first = both.x(max_results="5").json()
    again = both.x(max_results="5", pagination_token=first["meta"]["next_token"]).json()
    assert again == first
    both.world.fault("facebook", faults.repeated_cursor(), times=2)
    page = both.graph().json()
    assert both.graph(after=page["paging"]["cursors"]["after"]).json()["data"] == page["data"]
    assert "next" in page["paging"]


def test_the_journal_names_the_fault_and_never_the_token(both: Both) -> None:
    both.world.fault("facebook", faults.graph_error(2))
    both.graph(access_token="EAAsecret", limit="5")
    both.x()
    (served,) = both.world.requests("facebook")
    assert (served.status, served.fault) == (503, "graph_2")
    assert served.query == {"limit": "5"}
    assert served.token_in_query
    (other,) = both.world.requests("x")
    assert (other.method, other.scheme, other.token_in_query) == ("GET", "Bearer", False)
