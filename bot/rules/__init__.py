"""What a school's own rules see in a text: evidence with spans, no verdicts.

Phrases stand in tables (`bot/rules/tables`), what needs arithmetic in modules, one idea each.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Person, Signal
from bot.rules.book import book
from bot.rules.contact import contact_details
from bot.rules.language import readable
from bot.rules.links import links
from bot.rules.names import classes, names
from bot.rules.people import people_in
from bot.text import Normalised, unmask

VERSION = "1"
"""To be raised with every change of a rule or a table: assessments name it."""


def signals(text: Normalised, people: Sequence[Person] = ()) -> list[Signal]:
    """Every rule on one text; the same evidence found in disguise counts once."""
    class_spans = classes(text)
    found = [
        *book().find(text),
        *people_in(text, people),
        *class_spans,
        *names(text, class_spans),
        *contact_details(text),
        *links(text),
    ]
    if not readable(text.original):
        found.append(Signal("rules", "unread", 1.0))
    unmasked = unmask(text)
    if unmasked.plain != text.plain:
        found += book().find(unmasked)
    return sorted(dict.fromkeys(found), key=lambda signal: (signal.start, signal.end, signal.label))
