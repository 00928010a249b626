"""The questions of `schoolgate init`: each step returns sections in the shape of settings.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import typer

from bot.model import Role

_ROLES = (
    (Role.HEADTEACHER, "Headteacher", "Mrs Hartley, the head, the headteacher"),
    (Role.COMMUNICATIONS_OFFICER, "Communications officer", "Ms Field, the office"),
    (Role.DSL, "Designated safeguarding lead (DSL)", "Mr Penrose, the deputy"),
    (Role.CHAIR_OF_GOVERNORS, "Chair of governors", "the chair of governors"),
    (Role.DPO, "Data protection officer (DPO)", ""),
    (Role.ICT_TECHNICIAN, "ICT technician", ""),
)
_TIME, _TIME_SUCH_AS = r"([01]?\d|2[0-3]):[0-5]\d", "hours, a colon and minutes, such as 08:30"
_NEEDED = {Role.HEADTEACHER, Role.COMMUNICATIONS_OFFICER, Role.DSL, Role.CHAIR_OF_GOVERNORS}


class Answers:
    """What was answered in earlier steps."""

    def __init__(self, done: Mapping[str, Any]) -> None:
        self.done = done

    @property
    def domain(self) -> str:
        """What stands behind the @ of the school's addresses."""
        return str(self.done.get("school", {}).get("email_domain", ""))

    def name_of(self, role: Role) -> str:
        """Who holds this role, or nobody."""
        return next(
            (p["name"] for p in self.done.get("people", ()) if role in p.get("roles", ())), ""
        )


def school(_: Answers) -> dict[str, Any]:
    """Name, e-mail domain, and where the pages will be found."""
    name = _text("The school's name, as pages and letters show it")
    domain = _text("What stands behind the @ in the school's e-mail addresses")
    print(
        "\nBy which address will staff open the pages? As they type it; “Enter” if not known yet."
    )
    url = _text("Address", default="http://127.0.0.1:8000")
    outside = "127.0.0.1" not in url and "localhost" not in url
    return {
        "school": {"name": name, "email_domain": domain.rpartition("@")[2]},
        "web": {"public_url": url, "host": "0.0.0.0" if outside else "127.0.0.1"},  # noqa: S104
    }


def people(answers: Answers) -> dict[str, Any]:
    """Everybody with a role, then staff whom comments may speak of."""
    found: list[dict[str, Any]] = []
    print("One after the other. Somebody with two roles: give the same e-mail address again.\n")
    for role, title, example in _ROLES:
        known = "" if role in _NEEDED else " (“Enter” for nobody)"
        while name := _text(f"{title}: name{known}", default=None if role in _NEEDED else ""):
            email = _text("  E-mail address", default=_guess(name, answers.domain))
            same = next((p for p in found if p["email"].lower() == email.lower()), None)
            if same is not None:
                same["roles"].append(str(role))
            else:
                hint = f", such as {example}" if example else ""
                found.append(
                    {
                        "key": _key(name, found),
                        "name": name,
                        "email": email,
                        "roles": [str(role)],
                        "spoken_of": _several(f"  How do parents speak of them{hint}"),
                    }
                )
            if role is not Role.DSL or not typer.confirm("A deputy DSL too?", default=True):
                break
    print("\nOther staff whom comments may speak of, so that an accusation is seen as one.")
    while name := _text("Name (“Enter” when there are no more)", default=""):
        spoken = _several("  How do parents speak of them, such as Mrs Bramley, Mrs B")
        found.append({"key": _key(name, found), "name": name, "spoken_of": spoken})
    for person in found:
        if not person["spoken_of"]:
            del person["spoken_of"]
    return {"people": found}


def calendar(_: Answers) -> dict[str, Any]:
    """The year's holidays, and when somebody reads letters."""
    print(
        "Holidays and training days of this year: a day, or the first and the last with a / "
        "between.\nThe year comes first, then month and day."
    )
    print("Such as 2026-10-26/2026-10-30, 2026-12-21/2027-01-01. They can be added later.\n")
    days = [re.sub(r"\s*/\s*", "/", each) for each in _several("Days")]
    opens = _fitting("When does the school open", _TIME, _TIME_SUCH_AS, default="08:00")
    closes = _fitting("When does it close", _TIME, _TIME_SUCH_AS, default="17:00")
    return {"calendar": {"holidays": days, "school_day": [opens, closes]}}


def accounts(_: Answers) -> dict[str, Any]:
    """An X handle, a Facebook Page, both or none yet."""
    found: dict[str, Any] = {}
    question = "The school's name on X, without @ (“Enter” for none)"
    such_as = "letters, digits and _ only, 15 at most, as in the address: x.com/RossmorePrimary"
    if handle := _fitting(question, r"(@?[A-Za-z0-9_]{1,15})?", such_as, default=""):
        found["x"] = {"adapter": "x", "poll_minutes": 10, "handle": handle.removeprefix("@")}
    question = "The number of its Facebook Page (“Enter” for none)"
    such_as = "digits only; Facebook shows it on the Page under About, “Page transparency”"
    if page := _fitting(question, r"\d*", such_as, default=""):
        found["facebook"] = {"adapter": "facebook", "poll_minutes": 10, "page_id": page}
    return {"accounts": found}


def mail(answers: Answers) -> dict[str, Any]:
    """The school's mail server; the password is asked for when the letter is tried."""
    question = "The school's mail server, such as smtp.office365.com (“Enter” for none yet)"
    bare = "its bare name, without http:// and without a port, such as smtp.office365.com"
    host = _fitting(question, r"[A-Za-z0-9.-]*|[0-9a-f:]+", bare, default="")
    if not host:
        print("Without a mail server nobody is told of anything. Write [mail] later.")
        return {}
    question, words = "How is it protected: starttls, tls or none", "starttls|tls|none"
    security = _fitting(question, words, "one of these three words", default="starttls")
    found = {
        "mailer": "smtp",
        "sender": _text("Letters come from", default=f"schoolgate@{answers.domain}"),
        "host": host,
        "security": security,
    }
    if username := _text("User name there (“Enter” for none)", default=""):
        found["username"] = username
    return {"mail": found}


def keeping(answers: Answers) -> dict[str, Any]:
    """Where backups go, and who decided how long things are kept."""
    print("A folder on another disk or a share, for the sealed backups of each night.")
    folder = _text("Folder (“Enter” for the data folder: lost with this machine)", default="")
    officer = answers.name_of(Role.DPO)
    print("\nHow long things are kept stands under [retention], with the name of who decided it.")
    name = _text("Data protection officer", default=officer or None)
    when = _text("Decided on", default=date.today().isoformat())  # noqa: DTZ011  a calendar day
    return {
        "backup": {"folder": folder},
        "retention": {"decided_by": name, "decided_on": when},
    }


def _text(question: str, default: str | None = None) -> str:
    answer = typer.prompt(question, default=default, show_default=bool(default))
    return str(answer).strip()


def _fitting(question: str, pattern: str, such_as: str, *, default: str) -> str:
    """Asked again by itself until it fits: a slip must not cost the answers of the whole step."""
    while re.fullmatch(pattern, answer := _text(question, default)) is None:
        print(f"  “{answer}” does not fit: {such_as}.")
    return answer


def _several(question: str) -> list[str]:
    answer = _text(f"{question} (commas between)", default="")
    return [each.strip() for each in answer.split(",") if each.strip()]


def _key(name: str, found: list[dict[str, Any]]) -> str:
    """J + Field: a short name that nobody has yet."""
    words = re.sub(r"[^a-z ]", "", name.lower()).split() or ["person"]
    wanted = (words[0][0] + words[-1]) if len(words) > 1 else words[0]
    taken = {person["key"] for person in found}
    return next(
        key
        for n in range(len(found) + 2)
        if (key := wanted + (str(n + 1) if n else "")) not in taken
    )


def _guess(name: str, domain: str) -> str | None:
    words = re.sub(r"[^a-z ]", "", name.lower()).split()
    return f"{words[0][0]}.{words[-1]}@{domain}" if len(words) > 1 and domain else None
