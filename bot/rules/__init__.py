"""What a school's own rules see in a text: evidence with spans, no verdicts.

Phrases stand in tables (`bot/rules/tables`), what needs arithmetic in modules, one idea each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.model import Person, Signal
from bot.rules.book import book
from bot.rules.contact import contact_details
from bot.rules.language import readable
from bot.rules.links import links
from bot.rules.names import classes, names
from bot.rules.people import people_in, with_titles
from bot.rules.questions import questions
from bot.text import Normalised, unmask

VERSION = "3"
"""To be raised with every change of a rule or a table: assessments name it."""


_ENOUGH = 40  # signals of one label in one text; more says nothing new


def signals(text: Normalised, people: Sequence[Person] = ()) -> list[Signal]:
    """Every rule on one text, in order; the same evidence found in disguise counts once."""
    unmasked = unmask(text)
    forms = [text] if unmasked.plain == text.plain else [text, unmasked]
    staff = [one for form in forms for one in people_in(form, people)]
    class_spans = classes(text)
    named = {place for one in staff for place in range(one.start, one.end)}
    found = [
        *(
            one
            for form in forms
            for one in book().find(with_titles(form, people), beside=None if form is text else text)
            if one.label != "who.titled" or one.start not in named
        ),
        *staff,
        *class_spans,
        *(one for one in names(text, class_spans) if named.isdisjoint((one.start, one.end - 1))),
        *questions(text),
        *contact_details(text),
        *links(text),
    ]
    if not readable(text.original):
        found.append(Signal("rules", "unread", 1.0))
    kept: list[Signal] = []
    seen: Counter[tuple[str, str]] = Counter()
    for signal in sorted(set(found), key=lambda one: (one.start, one.end, one.label, one.value)):
        seen[signal.label, signal.value] += 1
        if seen[signal.label, signal.value] <= _ENOUGH:
            kept.append(signal)
    return kept
