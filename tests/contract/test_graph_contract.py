"""The graph mailer against a stand-in for Microsoft 365 on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.graph_mail import GraphMailer
from bot.errors import AdapterError, SettingsError, Throttled
from bot.ports import Context
from tests.builders import a_mail
from tests.contract.graph_stand_in import SECRET, TENANT, GraphStandIn
from tests.contract.mailer_contract import Known, MailerContract, MailerStage


class GraphStage(MailerStage):
    def __init__(self, mailer: GraphMailer, graph: GraphStandIn) -> None:
        self.mailer = mailer
        self.graph = graph

    def received(self) -> list[bytes]:
        return self.graph.letters

    def refuse_next_recipient(self) -> None:
        self.graph.answers.append((400, {}))

    def fail_next(self) -> None:
        self.graph.answers.append((503, {}))

    def lose_next_answer(self) -> None:
        self.graph.answers.append("lose")

    def go_down(self) -> None:
        self.graph.close()


OPTIONS = {"tenant": TENANT, "client_id": "an-app"}


@pytest.fixture
def graph() -> Iterator[GraphStandIn]:
    graph = GraphStandIn()
    yield graph
    graph.close()


@pytest.fixture
def mailer(graph: GraphStandIn, secrets: dict[str, str], context: Context) -> GraphMailer:
    secrets["MICROSOFT_CLIENT_SECRET"] = SECRET
    options = {**OPTIONS, "graph_url": graph.url, "login_url": graph.url}
    return GraphMailer.from_options(options, context)


class TestGraph(MailerContract):
    @pytest.fixture
    def stage(self, mailer: GraphMailer, graph: GraphStandIn) -> MailerStage:
        return GraphStage(mailer, graph)

    @pytest.fixture
    def known(self, secrets: dict[str, str]) -> Known:
        secrets["MICROSOFT_CLIENT_SECRET"] = SECRET
        return Known(GraphMailer, OPTIONS)


def test_a_letter_leaves_from_the_senders_mailbox(mailer: GraphMailer, graph: GraphStandIn) -> None:
    mailer.send(a_mail(sender="Schoolgate <gate@school.example>"))
    assert graph.mailboxes == ["gate@school.example"]


def test_one_token_serves_many_letters(mailer: GraphMailer, graph: GraphStandIn) -> None:
    for _ in range(5):
        mailer.send(a_mail())
    assert graph.tokens_given == 1


def test_a_token_that_was_withdrawn_is_renewed_once(
    mailer: GraphMailer, graph: GraphStandIn
) -> None:
    mailer.send(a_mail())
    graph.valid = {"another"}
    mailer.send(a_mail())
    assert (len(graph.letters), graph.tokens_given) == (2, 2)


def test_a_second_401_is_permanent_and_says_what_to_renew(
    mailer: GraphMailer, graph: GraphStandIn
) -> None:
    graph.answers.extend([(401, {}), (401, {})])
    with pytest.raises(AdapterError, match="new secret") as refused:
        mailer.send(a_mail())
    assert refused.value.permanent
    assert graph.letters == []


@pytest.mark.parametrize(
    ("said", "wait"), [("17", 17.0), ("0", 1.0), ("soon", None), ("inf", None)]
)
def test_429_waits_as_long_as_microsoft_asks(
    said: str, wait: float | None, mailer: GraphMailer, graph: GraphStandIn
) -> None:
    graph.answers.append((429, {"Retry-After": said}))
    with pytest.raises(Throttled) as throttled:
        mailer.send(a_mail())
    assert throttled.value.retry_after == wait
    assert not throttled.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent", "words"),
    [
        (400, True, "recipient"),
        (403, True, "Mail.Send"),
        (404, True, "no mailbox"),
        (418, True, "means"),
        (500, False, "tried again"),
        (504, False, "tried again"),
    ],
)
def test_what_can_be_tried_again_and_what_a_person_must_mend(
    status: int, permanent: bool, words: str, mailer: GraphMailer, graph: GraphStandIn
) -> None:
    graph.answers.append((status, {}))
    with pytest.raises(AdapterError, match=words) as refused:
        mailer.send(a_mail())
    assert refused.value.permanent is permanent
    assert "private" not in str(refused.value)


@pytest.mark.parametrize(
    ("error", "permanent"), [("invalid_client", True), ("temporarily_unavailable", False)]
)
def test_a_sign_in_that_fails_says_what_to_check_and_quotes_nothing(
    error: str, permanent: bool, mailer: GraphMailer, graph: GraphStandIn
) -> None:
    graph.refuses_sign_in = (400, error)
    with pytest.raises(AdapterError) as refused:
        mailer.send(a_mail())
    assert refused.value.permanent is permanent
    assert SECRET not in str(refused.value)
    assert "private" not in str(refused.value)


def test_all_that_is_missing_is_named_at_once(context: Context) -> None:
    with pytest.raises(SettingsError) as wrong:
        GraphMailer.from_options({"tenent": "x"}, context)
    problems = {one.path: one.message for one in wrong.value.problems}
    assert set(problems) == {"tenent", "tenant", "client_id"}
    assert "did you mean tenant?" in problems["tenent"]
    assert "MICROSOFT_CLIENT_SECRET" in problems["client_id"]


@pytest.mark.parametrize("key", ["graph_url", "login_url"])
def test_neither_secret_nor_letter_crosses_the_network_in_the_open(
    key: str, secrets: dict[str, str], context: Context
) -> None:
    secrets["MICROSOFT_CLIENT_SECRET"] = SECRET
    with pytest.raises(SettingsError) as wrong:
        GraphMailer.from_options({**OPTIONS, key: "http://cloud.example"}, context)
    assert [one.path for one in wrong.value.problems] == [key]


def test_the_secret_is_in_no_representation(mailer: GraphMailer) -> None:
    mailer.check()
    assert SECRET not in repr(mailer)
