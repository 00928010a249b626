"""What a school's own rules see in a text: evidence with spans, no verdicts.

Phrases stand in tables (`bot/rules/tables`), what needs arithmetic in modules, one idea each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.model import Person, Signal
from bot.rules.book import book, is_ordinary
from bot.rules.classes import classes
from bot.rules.contact import contact_details
from bot.rules.language import readable
from bot.rules.links import links
from bot.rules.names import names as children
from bot.rules.people import people_and_titles
from bot.rules.phrases import ENOUGH
from bot.rules.questions import questions
from bot.text import Normalised, unmask

VERSION = "5"
"""To be raised with every change of a rule or a table: assessments name it."""


def signals(
    text: Normalised, people: Sequence[Person] = (), names: frozenset[str] = frozenset()
) -> list[Signal]:
    """Every rule on one text, in order; the same evidence found in disguise counts once.

    `names` are children's names that the school knows, in plain form (`bot.text`).
    """
    unmasked = unmask(text)
    forms = [text] if unmasked.plain == text.plain else [text, unmasked]
    read = [people_and_titles(form, people) for form in forms]
    staff = [one for spoken_of, _ in read for one in spoken_of]
    class_spans = classes(text)
    named = {place for one in staff for place in range(one.start, one.end)}
    found = [
        *(
            one
            for form, (_, titled) in zip(forms, read, strict=True)
            for one in book().find(titled, beside=None if form is text else text)
            if one.label != "who.titled" or one.start not in named
        ),
        *staff,
        *class_spans,
        *(one for one in children(text, class_spans, names) if not _of_staff(one, named, text)),
        *questions(text),
        *contact_details(text),
        *links(text, people),
    ]
    if not readable(text.original):
        found.append(Signal("rules", "unread", 1.0))
    kept: list[Signal] = []
    seen: Counter[tuple[str, str]] = Counter()
    for signal in sorted(set(found), key=lambda one: (one.start, one.end, one.label, one.value)):
        seen[signal.label, signal.value] += 1
        if seen[signal.label, signal.value] <= ENOUGH:
            kept.append(signal)
    return kept


def _of_staff(name: Signal, named: set[int], text: Normalised) -> bool:
    """Whether a name is one of the staff's, maybe after another word: "Hope Hartley is well".

    A child may share a surname with them.
    """
    if name.start in named:
        return True
    first = text.original[name.start : name.end].split()[0].lower()
    return name.end - 1 in named and is_ordinary(first)
