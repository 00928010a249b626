"""The sandbox's mail server, spoken to by the standard library's own client."""

from __future__ import annotations

import logging
import smtplib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox.mailbox import Mailbox, MailFault
from tests.builders import a_mail


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    mailbox = Mailbox(tmp_path / "data" / "mailbox")
    yield mailbox
    mailbox.close()


def deliver(port: int, *bodies: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
        for body in bodies:
            mail = a_mail(body)
            server.sendmail(mail.sender, [mail.recipient], mail.mime)


def test_each_letter_is_one_file_and_names_sort_by_arrival(mailbox: Mailbox) -> None:
    deliver(mailbox.start(), *(f"letter {number}" for number in range(12)))
    arrived = [path.read_text() for path in mailbox.letters()]
    assert len(arrived) == 12
    assert all(f"letter {number}" in text for number, text in enumerate(arrived))


def test_nothing_but_letters_is_kept(mailbox: Mailbox) -> None:
    deliver(mailbox.start(), "one letter")
    assert {path.suffix for path in mailbox.directory.iterdir()} == {".eml"}


def test_a_mailbox_opened_again_goes_on_behind_what_is_there(mailbox: Mailbox) -> None:
    deliver(mailbox.start(), "first", "second")
    mailbox.close()
    again = Mailbox(mailbox.directory)
    deliver(again.start(), "third")
    again.close()
    words = ("first", "second", "third")
    assert [next(w for w in words if w in path.read_text()) for path in again.letters()] == [*words]


def test_what_a_killed_mailbox_left_unfinished_is_cleared_away(mailbox: Mailbox) -> None:
    mailbox.directory.mkdir(parents=True)
    (mailbox.directory / "half.part").write_bytes(b"Subject: ha")
    mailbox.start()
    assert list(mailbox.directory.iterdir()) == []


def test_letters_that_come_at_once_are_all_kept(mailbox: Mailbox) -> None:
    port = mailbox.start()
    senders = [threading.Thread(target=deliver, args=(port, f"from {n}")) for n in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len({path.read_bytes() for path in mailbox.letters()}) == 8


def test_a_letter_whose_answer_was_lost_is_there_and_its_second_coming_too(
    mailbox: Mailbox,
) -> None:
    port = mailbox.start()
    mailbox.fail(MailFault.DROP)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        deliver(port, "important")
    assert len(mailbox.letters()) == 1
    deliver(port, "important")
    assert len(mailbox.letters()) == 2


def test_a_fault_lasts_for_as_many_letters_as_were_told(mailbox: Mailbox) -> None:
    port = mailbox.start()
    mailbox.fail(MailFault.GREYLIST, times=2)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            deliver(port, "patience")
    deliver(port, "patience")
    assert len(mailbox.letters()) == 1


def test_recovering_forgets_the_faults_to_come(mailbox: Mailbox) -> None:
    port = mailbox.start()
    mailbox.fail(MailFault.REFUSE_LETTER, times=5)
    mailbox.recover()
    deliver(port, "welcome")
    assert len(mailbox.letters()) == 1


def test_closing_hangs_up_on_a_client_that_waits(mailbox: Mailbox) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.start(), timeout=60) as client:
        client.ehlo()
        mailbox.close()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()


def test_closing_twice_or_before_the_start_does_nothing(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    mailbox.close()
    mailbox.start()
    mailbox.close()
    mailbox.close()


def test_no_address_and_no_word_of_a_letter_is_logged(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    port = mailbox.start()
    with caplog.at_level(logging.DEBUG):
        deliver(port, "a private matter")
    assert "@" not in caplog.text
    assert "private" not in caplog.text
