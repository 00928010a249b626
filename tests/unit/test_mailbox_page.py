"""The demo's mailbox page: everybody's letters, on this machine alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from adapters.sandbox.mailbox import Mailbox
from adapters.sandbox.mailbox_page import MailboxPages
from bot import letters
from bot.letters.samples import SAMPLES
from tests.builders import NOON


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, (name, reader) in enumerate(
        (("drill", "head@school.example"), ("escalation", "dsl@school.example"))
    ):
        mail = letters.render(
            name,
            {**SAMPLES[name], "school": "<script>alert(1)</script>"},
            sender="Schoolgate <gate@school.example>",
            recipient=reader,
            message_id=f"<{number}@school.example>",
            at=NOON,
        )
        (tmp_path / f"{number:06d}-ab.eml").write_bytes(mail.mime)
    return tmp_path


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    pages = MailboxPages(Mailbox(folder))
    yield pages.start()
    pages.close()


def test_letters_are_listed_by_person_and_open_as_text_and_in_a_frame(url: str) -> None:
    listed = requests.get(url, timeout=60)
    assert "head@school.example (1)" in listed.text
    assert "dsl@school.example (1)" in listed.text
    one = requests.get(f"{url}letters/000000-ab", timeout=60)
    assert "<dt>To</dt><dd>head@school.example</dd>" in one.text
    assert '<iframe sandbox title="The letter as HTML" src="/html/000000-ab">' in one.text
    assert f'<a href="{SAMPLES["drill"]["link"]}">' in one.text


def test_what_a_letter_holds_is_never_run(url: str) -> None:
    one = requests.get(f"{url}letters/000000-ab", timeout=60)
    assert "<script>" not in one.text
    assert "script" not in one.headers["Content-Security-Policy"]
    framed = requests.get(f"{url}html/000000-ab", timeout=60)
    assert framed.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert 'style="' in framed.text


@pytest.mark.parametrize("path", ["letters/../../settings", "letters/nothing", "html/x", "secrets"])
def test_nothing_but_letters_is_served(url: str, path: str) -> None:
    assert requests.get(url + path, timeout=60).status_code == 404


def test_a_page_elsewhere_cannot_read_it_under_its_own_name(url: str) -> None:
    answer = requests.get(url, headers={"Host": "evil.example"}, timeout=60)
    assert answer.status_code == 404
    assert "school.example" not in answer.text
