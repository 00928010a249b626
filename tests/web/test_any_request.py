"""Whatever is sent to the pages, they never break: requests made up from the app's own schema.

The app serves no schema; it is made here. schemathesis draws requests that fit it and requests that
do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation.modes import GenerationMode

from bot.services import runs
from tests.web.every_route import DOORS
from tests.web.pages_stage import AN_INSULT, OFFICER, Browser, School


class Pages:
    """A school with something on every page, its officer signed in, and its schema."""

    def __init__(self, school: School) -> None:
        self.ref = school.comes("You cow", AN_INSULT)
        school.newcomer("Alex Mercer")
        school.reads_everything()
        runs.expect(school.store, {"watch": 60})
        runs.began(school.store, school.clock, "watch")
        self.browser: Browser = school.signed_in(OFFICER)
        self.stranger: Browser = school.stranger()
        self.token = {"csrftoken": self.browser.token()}
        self.schema = schemathesis.openapi.from_dict(school.app.openapi())


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    school = School(tmp_path_factory.mktemp("any-request"))
    yield Pages(school)
    school.store.close()


ROUTES = sorted(set(DOORS) - {"POST /sign-out", "POST /sign-out/everywhere"})
"""All but those after which nobody would be signed in any more."""


@pytest.mark.slow
@pytest.mark.usefixtures("news_that_ends")
@pytest.mark.parametrize("route", ROUTES)
def test_no_request_breaks_a_page(pages: Pages, route: str) -> None:
    method, _, path = route.partition(" ")
    operation = pages.schema[path][method]
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unfitting = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(fitting | unfitting, st.booleans(), st.booleans())
    def ask(case: Any, signed_in: bool, real: bool) -> None:
        asked = case.as_transport_kwargs(base_url="http://testserver")
        url = path.replace("{ref}", pages.ref) if real and "{ref}" in path else asked["url"]
        body, headers = asked.get("data"), dict(asked["headers"])
        form = {**body, **pages.token} if isinstance(body, dict) else None
        # httpx takes the body's length from the body itself
        headers.pop("Transfer-Encoding", None)
        client = (pages.browser if signed_in else pages.stranger).client
        answer = client.request(
            method,
            url,
            params=asked.get("params"),
            headers=headers,
            data=form,
            content=body if isinstance(body, str | bytes) else None,
        )
        assert answer.status_code < 500
        assert "<script>" not in answer.text

    ask()
