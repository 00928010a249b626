"""What every mailer must do, whatever carries its letters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from traceback import format_exception

import pytest

from bot.errors import AdapterError, SettingsError
from bot.model import Mail
from bot.ports import Context, Mailer, Options
from tests.builders import a_mail


class MailerStage(ABC):
    """A mailer and the other end of it: what a contract test may make happen there."""

    mailer: Mailer

    @abstractmethod
    def received(self) -> list[bytes]:
        """The letters at the other end, oldest first."""

    @abstractmethod
    def refuse_next_recipient(self) -> None:
        """The next letter is refused for good."""

    @abstractmethod
    def fail_next(self) -> None:
        """The next letter is not taken this time."""

    @abstractmethod
    def lose_next_answer(self) -> None:
        """The next letter is taken, but the sender never hears of it."""

    @abstractmethod
    def go_down(self) -> None:
        """From now on nobody answers."""


@dataclass(frozen=True, slots=True)
class Known:
    """A mailer's class, and a table of options that it takes."""

    mailer: type[Mailer]
    options: Options


class MailerContract:
    """Subclass it as `Test…` and give the fixtures `stage` and `known`."""

    @pytest.fixture
    def stage(self) -> MailerStage:
        raise NotImplementedError

    @pytest.fixture
    def known(self) -> Known:
        raise NotImplementedError

    def test_it_is_a_mailer_with_a_name(self, stage: MailerStage) -> None:
        assert isinstance(stage.mailer, Mailer)
        assert stage.mailer.name

    @pytest.mark.parametrize(
        "mail",
        [
            a_mail(),
            a_mail("Zoë's mum — “urgent”, 緊急 🔔", subject="Ein Fall für Zoë"),
            a_mail(".\r\n..two dots\r\n.\r\nand a line after them"),
            a_mail("word " * 20_000),
        ],
        ids=["plain", "unicode", "dots", "long"],
    )
    def test_a_letter_arrives_byte_for_byte(self, stage: MailerStage, mail: Mail) -> None:
        stage.mailer.send(mail)
        assert stage.received() == [mail.mime]

    def test_a_letter_sent_twice_arrives_twice_with_one_message_id(
        self, stage: MailerStage
    ) -> None:
        mail = a_mail(message_id="<case-7@schoolgate.example>")
        stage.mailer.send(mail)
        stage.mailer.send(mail)
        assert [b"<case-7@schoolgate.example>" in one for one in stage.received()] == [True, True]

    def test_letters_arrive_in_the_order_in_which_they_were_sent(self, stage: MailerStage) -> None:
        mails = [a_mail(f"Letter number {number}") for number in range(12)]
        for mail in mails:
            stage.mailer.send(mail)
        assert stage.received() == [mail.mime for mail in mails]

    def test_a_refused_recipient_is_a_permanent_failure(self, stage: MailerStage) -> None:
        stage.refuse_next_recipient()
        with pytest.raises(AdapterError) as refused:
            stage.mailer.send(a_mail())
        assert refused.value.permanent
        assert stage.received() == []

    def test_a_failure_that_may_pass_is_not_permanent_and_the_next_try_delivers(
        self, stage: MailerStage
    ) -> None:
        mail = a_mail()
        stage.fail_next()
        with pytest.raises(AdapterError) as failed:
            stage.mailer.send(mail)
        assert not failed.value.permanent
        assert stage.received() == []
        stage.mailer.send(mail)
        assert stage.received() == [mail.mime]

    def test_a_lost_answer_is_a_failure_so_that_the_letter_is_sent_again(
        self, stage: MailerStage
    ) -> None:
        mail = a_mail()
        stage.lose_next_answer()
        with pytest.raises(AdapterError) as lost:
            stage.mailer.send(mail)
        assert not lost.value.permanent
        stage.mailer.send(mail)
        assert stage.received() == [mail.mime, mail.mime]

    def test_a_failure_names_nobody_and_quotes_nothing(self, stage: MailerStage) -> None:
        stage.refuse_next_recipient()
        mail = a_mail("a private matter", recipient="head@school.example")
        with pytest.raises(AdapterError) as refused:
            stage.mailer.send(mail)
        logged = "".join(format_exception(refused.value))
        assert "head@" not in logged
        assert "private" not in logged

    def test_checking_says_one_sentence_and_sends_no_letter(self, stage: MailerStage) -> None:
        said = stage.mailer.check()
        assert said.endswith(".")
        assert "\n" not in said
        assert stage.received() == []

    def test_checking_fails_while_nobody_answers_and_so_does_sending(
        self, stage: MailerStage
    ) -> None:
        stage.go_down()
        for attempt in (stage.mailer.check, lambda: stage.mailer.send(a_mail())):
            with pytest.raises(AdapterError) as failed:
                attempt()
            assert not failed.value.permanent

    def test_known_options_are_taken(self, known: Known, context: Context) -> None:
        assert isinstance(known.mailer.from_options(known.options, context), Mailer)

    def test_an_unknown_option_is_named_by_its_path(self, known: Known, context: Context) -> None:
        with pytest.raises(SettingsError) as wrong:
            known.mailer.from_options({**known.options, "no_such_option": 1}, context)
        assert [problem.path for problem in wrong.value.problems] == ["no_such_option"]
