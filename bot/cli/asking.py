"""The questions of `schoolgate init`: each step returns sections in the shape of settings.toml."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from bot.cli.answers import Answers
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


def school(answers: Answers) -> dict[str, Any]:
    """Name, e-mail domain, and where the pages will be found."""
    name = answers.text("The school's name, as pages and letters show it")

    def wrong(domain: str) -> str:
        school = {"name": name, "email_domain": domain.rpartition("@")[2]}
        return answers.problem("email_domain", school=school)

    domain = answers.text("What stands behind the @ in the school's e-mail addresses", None, wrong)
    print(
        "\nBy which address will staff open the pages? As they type it; “Enter” if not known yet."
    )
    url = answers.text(
        "Address",
        "http://127.0.0.1:8000",
        lambda url: answers.problem("public_url", web={"public_url": url}),
    )
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
        while name := answers.text(
            f"{title}: name{known}", default=None if role in _NEEDED else ""
        ):
            email = answers.text(
                "  E-mail address",
                _guess(name, answers.domain),
                lambda email: answers.problem("email", people=[{"key": "a", "email": email}]),
            )
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
                        "spoken_of": answers.several(f"  How do parents speak of them{hint}"),
                    }
                )
            if role is not Role.DSL or not answers.yes("A deputy DSL too?"):
                break
    print("\nOther staff whom comments may speak of, so that an accusation is seen as one.")
    while name := answers.text("Name (“Enter” when there are no more)", default=""):
        spoken = answers.several("  How do parents speak of them, such as Mrs Bramley, Mrs B")
        found.append({"key": _key(name, found), "name": name, "spoken_of": spoken})
    for person in found:
        if not person["spoken_of"]:
            del person["spoken_of"]
    return {"people": found}


def calendar(answers: Answers) -> dict[str, Any]:
    """The year's holidays, and when somebody reads letters."""
    print(
        "Holidays and training days of this year: a day, or the first and the last with a / "
        "between.\nThe year comes first, then month and day."
    )
    print("Such as 2026-10-26/2026-10-30, 2026-12-21/2027-01-01. They can be added later.\n")

    def fitted(days: list[str]) -> list[str]:
        return [re.sub(r"\s*/\s*", "/", day) for day in days]

    def wrong(days: list[str]) -> str:
        return answers.problem("holidays", calendar={"holidays": fitted(days)})

    days = fitted(answers.several("Days", wrong))
    opens = answers.fitting("When does the school open", _TIME, _TIME_SUCH_AS, default="08:00")
    closes = answers.fitting("When does it close", _TIME, _TIME_SUCH_AS, default="17:00")
    return {"calendar": {"holidays": days, "school_day": [opens, closes]}}


def accounts(answers: Answers) -> dict[str, Any]:
    """An X handle, a Facebook Page, both or none yet."""
    found: dict[str, Any] = {}
    question = "The school's name on X, without @ (“Enter” for none)"
    such_as = "letters, digits and _ only, 15 at most, as in the address: x.com/RossmorePrimary"
    if handle := answers.fitting(question, r"(@?[A-Za-z0-9_]{1,15})?", such_as, default=""):
        found["x"] = {"adapter": "x", "poll_minutes": 10, "handle": handle.removeprefix("@")}
    question = "The number of its Facebook Page (“Enter” for none)"
    such_as = "digits only; Facebook shows it on the Page under About, “Page transparency”"
    if page := answers.fitting(question, r"\d*", such_as, default=""):
        found["facebook"] = {"adapter": "facebook", "poll_minutes": 10, "page_id": page}
    return {"accounts": found}


def mail(answers: Answers) -> dict[str, Any]:
    """The school's mail server; the password is asked for when the letter is tried."""
    question = "The school's mail server, such as smtp.office365.com (“Enter” for none yet)"
    bare = "its bare name, without http:// and without a port, such as smtp.office365.com"
    host = answers.fitting(question, r"[A-Za-z0-9.-]*|[0-9a-f:]+", bare, default="")
    if not host:
        print("Without a mail server nobody is told of anything. Write [mail] later.")
        return {}
    question, words = "How is it protected: starttls, tls or none", "starttls|tls|none"
    security = answers.fitting(question, words, "one of these three words", default="starttls")
    found = {
        "mailer": "smtp",
        "sender": answers.text("Letters come from", default=f"schoolgate@{answers.domain}"),
        "host": host,
        "security": security,
    }
    if username := answers.text("User name there (“Enter” for none)", default=""):
        found["username"] = username
    return {"mail": found}


def keeping(answers: Answers) -> dict[str, Any]:
    """Where backups go, and who decided how long things are kept."""
    print("A folder on another disk or a share, for the sealed backups of each night.")
    folder = answers.text(
        "Folder (“Enter” for the data folder: lost with this machine)",
        "",
        lambda folder: answers.problem("folder", backup={"folder": folder}),
    )
    officer = answers.name_of(Role.DPO)
    print("\nHow long things are kept stands under [retention], with the name of who decided it.")
    name = answers.text("Data protection officer", default=officer or None)
    when = answers.text(
        "Decided on",
        date.today().isoformat(),  # noqa: DTZ011  a calendar day
        lambda when: answers.problem(
            "decided_on", retention={"decided_by": name, "decided_on": when}
        ),
    )
    return {
        "backup": {"folder": folder},
        "retention": {"decided_by": name, "decided_on": when},
    }


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
