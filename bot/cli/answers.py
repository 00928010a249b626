"""How `schoolgate init` asks: each answer that fits is kept, so that a stop costs one question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import typer

from bot.model import Role
from bot.settings import section_problems

Asked = list[tuple[str, str]]
"""The questions of one step with their answers, in order."""


class Answers:
    """What was answered in earlier steps; asks, and remembers what this step was told.

    `begun` are the answers of a step that was stopped: they are given again, not asked for, as long
    as the same questions come. `keep` is called with all of this step after each answer.
    """

    def __init__(
        self,
        done: Mapping[str, Any],
        begun: Sequence[tuple[str, str]] = (),
        keep: Callable[[Asked], object] = lambda _: None,
    ) -> None:
        self.done = done
        self._begun, self._keep = list(begun), keep
        self._given: Asked = []

    @property
    def domain(self) -> str:
        """What stands behind the @ of the school's addresses."""
        return str(self.done.get("school", {}).get("email_domain", ""))

    def name_of(self, role: Role) -> str:
        """Who holds this role, or nobody."""
        return next(
            (p["name"] for p in self.done.get("people", ()) if role in p.get("roles", ())), ""
        )

    def text(
        self,
        question: str,
        default: str | None = None,
        wrong: Callable[[str], str] = lambda _: "",
    ) -> str:
        """One line. Asked again by itself as long as `wrong` has something to say of it."""

        def ask() -> str:
            while True:
                answer = str(
                    typer.prompt(question, default=default, show_default=bool(default))
                ).strip()
                if not (message := wrong(answer)):
                    return answer
                print(f"  {message}")

        return self._remembered(question, ask)

    def fitting(self, question: str, pattern: str, such_as: str, *, default: str) -> str:
        """One line of a certain form."""

        def wrong(answer: str) -> str:
            fits = re.fullmatch(pattern, answer)
            return "" if fits else f"“{answer}” does not fit: {such_as}."

        return self.text(question, default, wrong)

    def several(self, question: str, wrong: Callable[[list[str]], str] = lambda _: "") -> list[str]:
        """Any number of things, with commas between."""
        return _parts(
            self.text(f"{question} (commas between)", "", lambda given: wrong(_parts(given)))
        )

    def yes(self, question: str) -> bool:
        """Yes or no; yes where nothing is typed."""
        return self._remembered(question, lambda: str(typer.confirm(question, default=True))) == (
            "True"
        )

    def problem(self, key: str, **sections: Any) -> str:
        """What is wrong with this key of these sections, in a sentence; empty where nothing is."""
        found = section_problems({**self.done, **sections}, set(sections))
        words = [one.message for one in found if re.search(rf"\b{key}\b", one.path)]
        return f"That {'; and '.join(dict.fromkeys(words))}." if words else ""

    def _remembered(self, question: str, ask: Callable[[], str]) -> str:
        place = len(self._given)
        if place < len(self._begun) and self._begun[place][0] == question:
            answer = self._begun[place][1]
            print(f"{question}: {answer}")
        else:
            self._begun = []
            answer = ask()
        self._given.append((question, answer))
        self._keep(self._given)
        return answer


def _parts(answer: str) -> list[str]:
    return [each.strip() for each in answer.split(",") if each.strip()]
