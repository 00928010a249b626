"""The log's pages: finding, a record with its proof, putting in by hand, taking out."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from bot.model import Finding, Kind, Severity, Target
from tests.builders import an_author
from tests.web.pages_stage import (
    ABOUT_THE_HEAD,
    AN_INSULT,
    CHAIR,
    DSL,
    HEAD,
    OFFICER,
    TECHNICIAN,
    Answer,
    Browser,
    School,
)

SECRET = "The head locks children in"
A_PNG = b"\x89PNG\r\n\x1a\n" + b"\0\xff not really a picture"
A_WORRY = Finding(Kind.WELFARE, Severity.SERIOUS, Target.PUPIL, True)
FIELDS = {
    "where": "netmums",
    "day": "2026-11-19",
    "supplied_by": "a parent",
    "summary": "Calls Miss Bramley a cow",
    "kind": "abuse",
    "target": "staff",
    "serious": "yes",
}


def puts_in(browser: Browser, file: bytes | None = None, **changed: str) -> Answer:
    token = browser.client.cookies.get("schoolgate_form") or browser.token()
    # The token comes first, as in the page: the form's body is read up to it only.
    files = {"file": ("s.png", file, "image/png")} if file is not None else {"file": ("", b"")}
    data = {"csrftoken": token, **FIELDS, **changed}
    response = browser.client.post("/report", data=data, files=files)
    return Answer(response.status_code, response.text, response.url.path, response.headers)


def test_one_finds_a_record_by_its_words_and_opens_it(school: School) -> None:
    ref = school.comes("You useless cow", AN_INSULT, author=an_author(handle="samporter"))
    browser = school.signed_in(OFFICER)
    found = browser.opens("/log/search?words=samporter+cow")
    assert f"/log/cases/{ref}" in found.text
    page = browser.opens(f"/log/cases/{ref}")
    assert "You useless cow" in page.words
    assert page.words.count("✓ Fits") == 2
    assert "Nothing was found." in browser.opens("/log/search?words=donkey").words


def test_what_is_kept_from_the_headteacher_is_nowhere_in_these_pages(school: School) -> None:
    school.comes("You cow", AN_INSULT)
    head = school.signed_in(HEAD)

    def everything() -> str:
        paths = ("/log", "/log/search", "/log/search?words=locks", "/log/search?kind=allegation")
        text = "\n".join(head.opens(path).text for path in paths)
        return re.sub(r'name="csrftoken" value="[^"]*"', "", text)

    before = everything()
    ref = school.comes(SECRET, ABOUT_THE_HEAD)
    assert everything() == before
    missing = head.opens("/log/cases/000000000000")
    for path in (f"/log/cases/{ref}", f"/log/cases/{ref}/files/000000000000"):
        answer = head.opens(path)
        assert (answer.status, answer.words) == (404, missing.words)
    for act in ("hold", "release", "redact", "purge", "pack"):
        assert head.sends(f"/log/cases/{ref}/{act}", {"said": "x"}).status == 404
    assert SECRET in school.signed_in(CHAIR).opens(f"/log/cases/{ref}").words


def test_the_technician_opens_none_of_it(school: School) -> None:
    ref = school.comes("Send me your password", Finding(Kind.SECURITY, Severity.MILD))
    technician = school.signed_in(TECHNICIAN)
    for path in ("/log/search", "/report"):
        assert technician.opens(path).status == 403
    assert technician.opens(f"/log/cases/{ref}").status == 404
    assert technician.sends("/log/export", {"form": "csv"}).status == 403


def test_the_record_of_a_disclosure_tells_the_officer_no_more_than_the_case(
    school: School,
) -> None:
    ref = school.comes("My stepdad hurts me", A_WORRY)
    dsl, officer = school.signed_in(DSL), school.signed_in(OFFICER)
    dsl.sends(f"/cases/{ref}/note", {"reason": "Rang 101."})
    assert "Rang 101." in dsl.opens(f"/log/cases/{ref}").words
    page = officer.opens(f"/log/cases/{ref}")
    for private in ("Rang 101.", "Daniel Penrose", "Fits", "Told, decided"):
        assert private not in page.words
    assert "designated safeguarding lead" in page.words


def test_something_seen_elsewhere_is_put_in_with_a_screenshot(school: School) -> None:
    browser = school.signed_in(OFFICER)
    empty = browser.opens("/report")
    assert (empty.status, "Where was it?" in empty.words) == (200, True)
    answer = puts_in(browser, A_PNG)
    assert answer.status == 200
    assert "It is in the log now" in answer.words
    [link] = re.findall(r'href="(/log/cases/\w+/files/\w+)"', answer.text)
    sent = browser.client.get(link)
    assert sent.content == A_PNG
    assert sent.headers["content-disposition"].startswith("attachment")
    case = browser.opens(answer.path.replace("/log", "", 1))
    assert "Insults or bullying" in case.words
    assert 'value="hide"' not in case.text


def test_a_form_that_was_not_taken_keeps_what_was_typed(school: School) -> None:
    browser = school.signed_in(OFFICER)
    answer = puts_in(browser, b"MZ not a picture")
    assert answer.status == 422
    assert "no picture" in answer.words
    assert "Calls Miss Bramley a cow" in answer.text
    assert puts_in(browser, day="2027-01-01").status == 422
    assert "Nothing was found." in browser.opens("/log/search").words


def test_a_report_without_a_token_or_too_large_is_not_taken(school: School) -> None:
    browser = school.signed_in(OFFICER)
    browser.token()
    data = {**FIELDS, "csrftoken": "wrong"}
    refused = browser.client.post("/report", data=data, files={"file": ("s.png", A_PNG)})
    assert refused.status_code == 403
    assert puts_in(browser, A_PNG + b"0" * 7_000_000).status == 413
    elsewhere = browser.client.post("/hiding", data=data, files={"file": ("s.png", A_PNG)})
    assert elsewhere.status_code == 415


def test_a_hold_shows_its_countdown_and_only_the_dpo_ends_it(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    browser = school.signed_in(OFFICER)
    page = browser.sends(f"/log/cases/{ref}/hold", {"said": "A solicitor wrote."})
    assert "30 days left" in page.words
    assert "A solicitor wrote." in page.words
    assert "End the hold" not in page.words
    assert browser.sends(f"/log/cases/{ref}/release", {"said": "x"}).status == 403
    empty = browser.sends(f"/log/cases/{ref}/hold", {"said": " "})
    assert (empty.status, "give a reason" in empty.words) == (422, True)


@pytest.mark.parametrize("form", ["csv", "json", "pdf"])
def test_the_log_is_taken_out_as_a_file(school: School, form: str) -> None:
    school.comes("You cow", AN_INSULT)
    browser = school.signed_in(HEAD)
    token = browser.token()
    answer = browser.client.post("/log/export", data={"csrftoken": token, "form": form})
    assert answer.headers["content-disposition"] == f'attachment; filename="log-2026-11-20.{form}"'
    assert answer.content[:4] in {b"\xef\xbb\xbfr", b'{"he', b"%PDF"}
    assert "took out the log" in browser.opens("/log").words


def test_an_evidence_pack_is_the_headteachers(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    head, officer = school.signed_in(HEAD), school.signed_in(OFFICER)
    assert officer.sends(f"/log/cases/{ref}/pack", {}).status == 403
    token = head.token()
    pack = head.client.post(f"/log/cases/{ref}/pack", data={"csrftoken": token})
    with zipfile.ZipFile(io.BytesIO(pack.content)) as whole:
        assert "HOW-TO-VERIFY.txt" in whole.namelist()
    assert "took out an evidence pack" in head.opens("/log").words
