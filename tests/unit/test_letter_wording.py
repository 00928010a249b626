"""Wording: the school's own where it can be used, safe headers whatever is in them."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from jinja2 import TemplateError

from bot import letters
from bot.letters.checking import unusable
from bot.letters.samples import SAMPLES
from tests.builders import NOON


def rendered(name: str, folder: Path | None = None, **facts: object) -> bytes:
    return letters.render(
        name,
        {**SAMPLES[name], **facts},
        sender="Schoolgate <gate@school.example>",
        recipient="head@school.example",
        message_id="<1@school.example>",
        at=NOON,
        folder=folder,
    ).mime


def own(folder: Path, part: str, text: str) -> Path:
    (folder / "drill").mkdir(exist_ok=True)
    (folder / "drill" / part).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_letter_has_words_html_a_link_and_nothing_left_open(name: str) -> None:
    wording = letters.word(name, SAMPLES[name])
    assert letters.problems(wording, SAMPLES[name]) == []
    assert 'style="' in wording.html
    assert "prefers-color-scheme: dark" in wording.html


def test_there_is_a_sample_for_every_letter() -> None:
    assert sorted(SAMPLES) == letters.names()


def test_a_school_words_its_own_letter_and_keeps_the_rest_of_ours(tmp_path: Path) -> None:
    own(tmp_path, "subject.txt", "Probe für {{ school }}")
    letter = BytesParser(policy=policy.default).parsebytes(rendered("drill", tmp_path))
    assert letter["Subject"] == "Probe für Example Primary School"
    assert b"Nothing has happened" in rendered("drill", tmp_path)


@pytest.mark.parametrize(
    "text",
    ["Ring [[number]] {{ link }}", "{{ nobody_knows }} {{ link }}", "{% if %}", "No link", "  "],
)
def test_wording_that_cannot_be_used_is_named_and_ours_is_sent(text: str, tmp_path: Path) -> None:
    folder = own(tmp_path, "body.txt", text)
    with pytest.raises((ValueError, TemplateError)):
        letters.word("drill", SAMPLES["drill"], folder)
    assert rendered("drill", folder) == rendered("drill")


@pytest.mark.parametrize(
    ("part", "text", "named"),
    [
        ("body.txt", "Ring [[number]] {{ link }}", "[["),
        ("body.txt", "{{ nobody_knows }} {{ link }}", "nobody_knows"),
        ("body.txt", "{% if not role %}{{ hidden_one }}{% endif %}{{ link }}", "hidden_one"),
        ("body.html", "<p>No link</p>", "link"),
        ("subject.txt", "{{ name", "drill"),
        ("body.text", "{{ link }}", "body.text"),
    ],
)
def test_what_is_wrong_with_a_schools_own_wording_is_named(
    part: str, text: str, named: str, tmp_path: Path
) -> None:
    [wrong] = unusable(own(tmp_path, part, text), SAMPLES)
    assert named in wrong
    assert "drill" in wrong


def test_wording_under_a_name_that_no_letter_has_is_named(tmp_path: Path) -> None:
    (tmp_path / "dayly").mkdir()
    (tmp_path / "dayly" / "subject.txt").write_text("Hello")
    assert "dayly" in unusable(tmp_path, SAMPLES)[0]
    assert unusable(tmp_path / "nowhere", SAMPLES) == []


@pytest.mark.parametrize(
    ("part", "text", "named"),
    [
        ("_bulletin.txt", "Ring [[number]] {{ link }}", "[["),
        ("_bulletin.txt", "{{ nobody_knows }} {{ link }}", "nobody_knows"),
        ("_bulletin.txt", "{% if not read %}{{ hidden_one }}{% endif %}{{ link }}", "hidden_one"),
        ("_bulletin.txt", "{{ link", "line 1"),
        ("_bulletin.txt", "  ", "empty"),
        ("_bulletin.html", "<p>Nothing to click on</p>", "link"),
        ("_bulletin.html", "{% include '_bulletin.html' %}", "itself"),
        ("_bulletin.html", "{% extends 'frame.html' %}", "frame.html"),
        ("_frame.html", "{{ urgency }}{% block letter %}{% endblock %}", "urgency"),
        ("_buletin.txt", "{{ link }}", "_bulletin.txt"),
        ("subject.txt", "The day", "no such letter"),
    ],
)
def test_what_is_wrong_with_words_that_letters_share_is_named_once(
    part: str, text: str, named: str, tmp_path: Path
) -> None:
    (tmp_path / part).write_text(text, encoding="utf-8")
    [wrong] = unusable(tmp_path, SAMPLES)
    assert wrong.startswith(part)
    assert named in wrong


def test_a_school_words_its_bulletins_once_for_the_day_and_the_week(tmp_path: Path) -> None:
    (tmp_path / "_bulletin.txt").write_text("Your {{ span }}: {{ link }}", encoding="utf-8")
    assert unusable(tmp_path, SAMPLES) == []
    for name, span in (("daily", "day"), ("weekly", "week")):
        assert letters.word(name, SAMPLES[name], tmp_path).text.startswith(f"Your {span}: http")


def test_where_own_words_stand_in_own_words_both_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "_bulletin.txt").write_text("Ring [[number]]", encoding="utf-8")
    (tmp_path / "daily").mkdir()
    own_body = "{% set span = 'day' %}{{ link }}{% include '_bulletin.txt' %}"
    (tmp_path / "daily" / "body.txt").write_text(own_body, encoding="utf-8")
    assert unusable(tmp_path, SAMPLES) == [
        "daily/body.txt or _bulletin.txt: a placeholder was left: [[",
        "_bulletin.txt: a placeholder was left: [[",
        "_bulletin.txt: the link is missing; write {{ link }} where it belongs.",
    ]


def test_our_own_wording_holds_no_placeholder_that_a_sample_does_not_fill(tmp_path: Path) -> None:
    for name in letters.names():
        (tmp_path / name).mkdir()
        for part in letters.PARTS:
            text = (Path(letters.__file__).parent / name / part).read_text("utf-8")
            (tmp_path / name / part).write_text(text, encoding="utf-8")
    for part in letters.shared():
        text = (Path(letters.__file__).parent / part).read_text("utf-8")
        (tmp_path / part).write_text(text, encoding="utf-8")
    assert unusable(tmp_path, SAMPLES) == []


def test_wording_cannot_reach_into_the_program(tmp_path: Path) -> None:
    folder = own(tmp_path, "body.txt", "{{ ''.__class__.__mro__ }} {{ link }}")
    with pytest.raises(TemplateError):
        letters.word("drill", SAMPLES["drill"], folder)


@pytest.mark.parametrize(
    "nasty",
    [
        "A\r\nBcc: evil@x.example",
        "A\nX-Evil: 1",
        "Zoë’s школа 学校 🔔",
        "x" * 998,
        "é" * 998,
        "\u202egnp.exe\u2028B\x00\x1b[31m",
        "\ud800 lone",
    ],
    ids=["crlf", "lf", "unicode", "998 letters", "998 accents", "steering", "surrogate"],
)
def test_headers_are_safe_whatever_a_setting_holds(nasty: str, tmp_path: Path) -> None:
    own(tmp_path, "subject.txt", "{{ school }}")
    mime = rendered("drill", tmp_path, school=nasty)
    letter = BytesParser(policy=policy.default).parsebytes(mime)
    assert letter.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    ]
    assert max(map(len, mime.split(b"\r\n"))) <= 998
    assert "\n" not in letter["Subject"]
    assert len(letter["Subject"]) <= 150
