"""Headers, forms from elsewhere, markup in comments, and requests of odd shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.model import AttachmentKind, Finding, Kind, Severity, Target
from tests.builders import an_attachment, an_author
from tests.web.pages_stage import AN_INSULT, OFFICER, PASSWORD, School, the_settings

EMAIL = "j.field@rossmore.example"
OUR_SCRIPT = '<script src="/static/schoolgate.js" defer></script>'


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/healthz", "/static/schoolgate.css"])
def test_every_answer_carries_the_safe_headers(school: School, path: str) -> None:
    headers = school.stranger().opens(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; ")
    for part in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")
    assert "strict-transport-security" not in headers


def test_under_tls_browsers_are_told_to_stay_there_and_cookies_are_secure(tmp_path: Path) -> None:
    school = School(tmp_path, the_settings(public_url="https://gate.rossmore.example"))
    browser = school.signed_in(OFFICER)
    assert "strict-transport-security" in browser.opens("/").headers
    assert all(cookie.secure for cookie in browser.client.cookies.jar)
    names = {cookie.name for cookie in browser.client.cookies.jar}
    assert names == {"schoolgate_session", "schoolgate_form", "schoolgate_known"}
    school.store.close()


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(school: School) -> None:
    school.signed_in(OFFICER)
    browser = school.stranger()
    fields = {"csrftoken": browser.token(), "email": EMAIL, "password": PASSWORD}
    response = browser.client.post("/sign-in", data=fields, follow_redirects=False)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("schoolgate_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_pages_hold_no_script_and_no_style_of_their_own(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    browser = school.signed_in(OFFICER)
    for path in ("/", f"/cases/{ref}", "/newcomers", "/log", "/reading"):
        text = browser.opens(path).text
        assert text.count("<script") == text.count(OUR_SCRIPT) == 1
        assert "<style" not in text
        assert " style=" not in text
        assert "//" not in text.replace("https://memory.example/", "").replace("http://www", "")


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/static/../app.py", "/static/%2e%2e/app.py"]
)
def test_there_is_nothing_else_to_find(school: School, path: str) -> None:
    assert school.signed_in(OFFICER).opens(path).status == 404


def test_the_health_check_says_ok_to_anybody(school: School) -> None:
    answer = school.stranger().opens("/healthz")
    assert (answer.status, answer.text) == (200, "ok")


# forms from elsewhere --------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "made.up", "näh"])
@pytest.mark.parametrize("path", ["/hiding", "/sign-out", "/cases/abc/decision"])
def test_a_form_without_its_token_changes_nothing(school: School, path: str, token: str) -> None:
    browser = school.signed_in(OFFICER)
    response = browser.client.post(path, data={"csrftoken": token, "stop": "yes"})
    assert response.status_code in (400, 403)
    page = browser.opens("/reading")
    assert page.status == 200
    assert "Hiding is stopped" not in page.words


def test_a_token_of_another_browser_is_refused(school: School) -> None:
    token = school.stranger().token()
    browser = school.signed_in(OFFICER)
    response = browser.client.post("/hiding", data={"csrftoken": token, "stop": "yes"})
    assert response.status_code == 403
    assert "too old" in response.text


def test_nobody_is_signed_in_by_a_form_from_elsewhere(school: School) -> None:
    school.signed_in(OFFICER)
    client = TestClient(school.app)
    response = client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert response.status_code == 403
    assert "schoolgate_session" not in client.cookies


@pytest.mark.parametrize("header", ["Authorization: Bearer x", "X-CSRFToken: x"])
def test_no_header_talks_the_check_round(school: School, header: str) -> None:
    browser = school.signed_in(OFFICER)
    name, value = header.split(": ")
    response = browser.client.post("/hiding", data={"stop": "yes"}, headers={name: value})
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"x", 415),
        ("", b"x", 415),
        ("application/x-www-form-urlencoded", b"x" * 70_000, 413),
        ("application/x-www-form-urlencoded", b"csrftoken=\xff", 400),
        ("application/x-www-form-urlencoded", b"csrftoken=%FF", 400),
        ("application/x-www-form-urlencoded", b"", 403),
    ],
)
def test_a_request_of_an_odd_shape_is_refused_with_grace(
    school: School, kind: str, body: bytes, status: int
) -> None:
    browser = school.signed_in(OFFICER)
    response = browser.client.post("/hiding", content=body, headers={"content-type": kind})
    assert response.status_code == status
    assert response.headers["cache-control"] == "no-store"


def test_cookies_of_other_programs_on_the_host_do_no_harm(school: School) -> None:
    browser = school.signed_in(OFFICER)
    session = browser.client.cookies["schoolgate_session"]
    for junk in (b"a/b=1", b"=", b"schoolgate_form=made-up"):
        cookie = junk + b"; schoolgate_session=" + session.encode()
        assert TestClient(school.app).get("/", headers={b"cookie": cookie}).url.path == "/"
    unreadable = TestClient(school.app).get("/", headers={b"cookie": b"schoolgate_session=\xff"})
    assert unreadable.url.path == "/sign-in"


def test_an_address_that_makes_no_sense_is_answered_with_a_page(school: School) -> None:
    browser = school.signed_in(OFFICER)
    for path in ("/?page=0", "/?page=x", "/?tab=secret", "/log?page=99999999999999999999"):
        answer = browser.opens(path)
        assert answer.status == 400
        assert "could not be understood" in answer.words


def test_what_breaks_is_answered_with_a_safe_page(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = school.signed_in(OFFICER)

    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("bot.queries.list_log", broken)
    client = TestClient(school.app, raise_server_exceptions=False, cookies=browser.client.cookies)
    response = client.get("/log")
    assert response.status_code == 500
    assert "Something went wrong here" in response.text
    assert "a secret detail" not in response.text
    assert "content-security-policy" in response.headers


# what others wrote -----------------------------------------------------------------------------


def test_markup_in_what_others_wrote_stays_text_everywhere(school: School) -> None:
    nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    ref = school.comes(
        nasty,
        AN_INSULT,
        author=an_author(handle=nasty, name=nasty),
        permalink=f"https://x.example/{nasty}",
        attachments=(an_attachment(title=nasty, url=f"https://x.example/{nasty}"),),
    )
    school.newcomer(nasty, bio=nasty, facts={nasty: nasty}, permalink=f"https://x.example/{nasty}")
    browser = school.signed_in(OFFICER)
    browser.decides(ref, "unhide", nasty)
    for path in ("/", "/?tab=done", f"/cases/{ref}", "/newcomers", "/log"):
        text = browser.opens(path).text
        assert text.count("<script") == text.count(OUR_SCRIPT) == 1
        assert "<img" not in text
    assert "&lt;script&gt;" in browser.opens(f"/cases/{ref}").text


def test_only_web_addresses_become_links(school: School) -> None:
    ref = school.comes(
        "Look",
        AN_INSULT,
        permalink="javascript:alert(1)",
        attachments=(an_attachment(AttachmentKind.LINK, url="data:text/html,x"),),
    )
    page = school.signed_in(OFFICER).opens(f"/cases/{ref}")
    assert 'href="javascript' not in page.text
    assert 'href="data:' not in page.text
    assert "javascript:alert(1)" in page.words


def test_any_text_is_shown_in_a_box_of_its_own_direction(school: School) -> None:
    right_to_left = "\u202eevil \u0645\u062f\u0631\u0633\u0629 " + "z\u0336" * 40 + "\ud800"
    ref = school.comes(right_to_left, AN_INSULT)
    page = school.signed_in(OFFICER).opens(f"/cases/{ref}")
    assert page.status == 200
    assert '<blockquote class="words" dir="auto">\u202eevil' in page.text


def test_a_picture_that_may_be_indecent_is_not_linked_and_the_page_says_what_the_law_says(
    school: School,
) -> None:
    grooming = Finding(Kind.EXPLOITATION, Severity.SERIOUS, Target.PUPIL, True)
    picture = an_attachment(url="https://pictures.example/9.jpg")
    ref = school.comes("look", grooming, attachments=(picture,), permalink="https://x.example/9")
    page = school.signed_in("dpenrose").opens(f"/cases/{ref}")
    assert "Protection of Children Act 1978" in page.words
    assert 'href="https://pictures.example' not in page.text
    assert 'href="https://x.example' not in page.text
