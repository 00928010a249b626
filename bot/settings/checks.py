"""What no single key can show: checks across a whole file, before or after it is found valid.

All work on the file as it was read, so that they speak up beside whatever else is wrong with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from pydantic import BaseModel

from bot.errors import Problem
from bot.model import Action, Kind, Role
from bot.settings.problems import dotted, unknown_key
from bot.settings.tables import AccountTable, ClassifierTable, MailTable

_NEEDED = (Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER, Role.DSL, Role.CHAIR_OF_GOVERNORS)
_SECRET = re.compile(
    r"(^|_)(password|passwd|passphrase|token|secret|credentials?|(api|private|access|secret|consumer)_?key)$"
)


def check(raw: Mapping[str, object]) -> Iterator[Problem]:
    """Every problem that only shows across keys."""
    yield from _secrets(raw, ())
    yield from _people(raw)
    yield from _rows(raw)
    yield from _slips(raw)


def _secrets(here: object, steps: tuple[int | str, ...]) -> Iterator[Problem]:
    if isinstance(here, dict):
        for key, value in here.items():
            if isinstance(value, str) and _SECRET.search(str(key).lower()):
                yield Problem(
                    dotted((*steps, key), {}),
                    "looks like a secret, which must not stand in this file; take it out, put it "
                    "into an environment variable or a secret file (the notes of this section "
                    "name it), and have it renewed if others could read it here",
                )
            yield from _secrets(value, (*steps, key))
    elif isinstance(here, list):
        for number, value in enumerate(here):
            yield from _secrets(value, (*steps, number))


def _people(raw: Mapping[str, object]) -> Iterator[Problem]:
    if not isinstance(raw.get("people"), list):
        return  # the tables complain of it
    people = _tables(raw["people"])
    yield from _repeated(raw, people, "key", "belongs to two people; give each a key of their own")
    yield from _repeated(
        raw,
        people,
        "email",
        "belongs to two people; a letter for one could reach the other, whom it may be about, so "
        "write an address of their own",
    )
    for number, person in people.items():
        roles = _words(person.get("roles"))
        if (roles or person.get("deputy_for")) and not person.get("email"):
            yield Problem(
                dotted(("people", number, "email"), raw),
                f"is missing; whoever is {' and '.join(roles) or 'a deputy'} gets letters, so "
                "write an address",
            )
        if {Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS} <= set(roles):
            yield Problem(
                dotted(("people", number, "roles"), raw),
                "cannot be both headteacher and chair_of_governors: a concern about one goes to "
                "the other",
            )
    held = {role for person in people.values() for role in _words(person.get("roles"))}
    for role in _NEEDED:
        if role not in held:
            yield Problem("people", f'nobody is {role}; write roles = ["{role}"] for whoever it is')


def _repeated(
    raw: Mapping[str, object], people: Mapping[int, Mapping[str, object]], key: str, message: str
) -> Iterator[Problem]:
    values = {n: str(p[key]).lower() for n, p in people.items() if p.get(key)}
    counts = Counter(values.values())
    seen: set[str] = set()
    for number, value in values.items():
        if counts[value] > 1 and value in seen:
            yield Problem(dotted(("people", number, key), raw), message)
        seen.add(value)


def _rows(raw: Mapping[str, object]) -> Iterator[Problem]:
    policy = raw.get("policy")
    if not isinstance(policy, dict) or not isinstance(policy.get("rows"), list):
        return
    rows = _tables(policy["rows"])
    for number, row in rows.items():
        if row.get("action") == Action.ALLOW and ("told" in row or "urgency" in row):
            yield Problem(
                dotted(("policy", "rows", number), raw),
                "allows something, so nobody is told of it; leave told and urgency out",
            )
    given = {row.get("kind") for row in rows.values()}
    for kind in Kind:
        if kind not in given:
            yield Problem(
                "policy.rows",
                f'has no row for {kind}; write one, such as {{ kind = "{kind}", '
                'told = ["communications_officer"] }',
            )


def _slips(raw: Mapping[str, object]) -> Iterator[Problem]:
    """A plug-in's table takes any key; one that is all but one of ours is a slip of the pen."""
    accounts, classifiers = raw.get("accounts"), raw.get("classifiers")
    places: list[tuple[Iterable[tuple[tuple[str, ...], object]], type[BaseModel]]] = [
        (_sections("accounts", accounts), AccountTable),
        (_sections("classifiers", classifiers), ClassifierTable),
        ([((name,), raw.get(name)) for name in ("mail", "alarm_mail")], MailTable),
    ]
    for sections, table in places:
        for steps, section in sections:
            for key in section if isinstance(section, dict) else ():
                ours = list(table.model_fields)
                if key not in ours and get_close_matches(key, ours, n=1, cutoff=0.8):
                    yield Problem(dotted((*steps, key), raw), unknown_key(key, ours))


def _sections(name: str, raw: object) -> list[tuple[tuple[str, ...], object]]:
    return [((name, key), value) for key, value in raw.items()] if isinstance(raw, dict) else []


def _tables(raw: object) -> dict[int, Mapping[str, object]]:
    if not isinstance(raw, list):
        return {}
    return {number: entry for number, entry in enumerate(raw) if isinstance(entry, dict)}


def _words(raw: object) -> Sequence[str]:
    """One word or a list of them, as `roles` may be written; anything else is complained of."""
    words = [raw] if isinstance(raw, str) else raw
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else []
