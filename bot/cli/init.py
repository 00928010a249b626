"""`schoolgate init`: asks what a school has to say, in six steps, and writes its settings.toml."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import asking
from bot.cli.answers import Answers, Asked
from bot.cli.common import DEFAULT_DATA, DataOption, settings_path
from bot.cli.letter import offer_letter
from bot.errors import DataError, SettingsError
from bot.keeping.files import write_private
from bot.settings import load, section_problems, written


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, and what asks for it. It answers for the sections it returns."""

    name: str
    ask: Callable[[Answers], dict[str, Any]]


STEPS = (
    Step("The school", asking.school),
    Step("People and roles", asking.people),
    Step("The calendar", asking.calendar),
    Step("The school's accounts", asking.accounts),
    Step("E-mail", asking.mail),
    Step("How long things are kept", asking.keeping),
)


def init(
    settings: Annotated[
        Path | None, typer.Option("--settings", help="Where to write settings.toml.")
    ] = None,
    data: DataOption = DEFAULT_DATA,
    answers: Annotated[
        Path | None,
        typer.Option(help="Ask nothing: take the answers from this file (settings.toml's shape)."),
    ] = None,
) -> None:
    """Ask for the school, its people, calendar, accounts, mail and retention; write settings.toml.

    What was answered is kept beside the file after each question: stopped there, it goes on there.
    """
    target = settings_path(settings)
    if target.exists():
        raise DataError(
            f"{target} is there already. Change it with a text editor, or name another file with "
            "--settings. Nothing was changed."
        )
    if answers is not None:
        done = _from_file(answers)
        _refuse(done)
    else:
        draft = target.with_name(f"{target.name}.draft")
        try:
            done = _asked(draft)
        except typer.Abort:
            if draft.exists():
                print(f"\nStopped. What you answered is kept in {draft}: run this again to go on.")
            raise
    write_private(target, written(done).encode("utf-8"))
    target.with_name(f"{target.name}.draft").unlink(missing_ok=True)
    chosen = load(target, environ={})
    print(f"\nWritten: {target}. It observes only: nothing is hidden until you say so there.")
    offer_letter(chosen, data, ask=answers is None)
    where = f"--settings {target} --data {data}"
    print("\nWhat comes next:")
    print(f"  schoolgate key show --data {data}     write the key down for the school's safe")
    for account in chosen.accounts:
        print(f"  schoolgate connect {account.name} {where}")
    print(f"  schoolgate check {where}")
    print(f"  schoolgate service install {where}")


def _asked(draft: Path) -> dict[str, Any]:
    kept = _kept(draft)
    done: dict[str, Any] = kept.get("sections", {})
    begun, given = int(kept.get("steps", 0)), [(q, a) for q, a in kept.get("given", ())]
    if kept:
        print(
            f"Going on where you stopped, at step {begun + 1}. (Take {draft} away to begin anew.)"
        )

    def keep(steps: int, given: Asked) -> None:
        kept = {"steps": steps, "sections": done, "given": given}
        write_private(draft, json.dumps(kept, ensure_ascii=False).encode("utf-8"))

    for number, step in enumerate(STEPS, start=1):
        if number <= begun:
            continue
        print(f"\n{number} of {len(STEPS)}: {step.name}\n")
        while True:
            sections = step.ask(Answers(done, given, partial(keep, number - 1)))
            given = []
            problems = section_problems({**done, **sections}, set(sections))
            if not problems:
                break
            print("\nThat does not fit yet:")
            for problem in problems:
                print(f"  - {problem}")
            print()
        done = {**done, **sections}
        keep(number, [])
    return done


def _kept(draft: Path) -> dict[str, Any]:
    try:
        kept = json.loads(draft.read_text("utf-8")) if draft.exists() else {}
    except (OSError, ValueError):
        kept = None
    if not isinstance(kept, dict):
        raise DataError(f"{draft} cannot be read. Take it away to begin anew.")
    return kept


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DataError(f"The answers in {path} cannot be read: {error}") from error


def _refuse(done: Mapping[str, Any]) -> None:
    try:
        written(done)
    except ValueError as error:
        raise DataError(f"The answers cannot be used: {error}.") from error
    problems = section_problems(done, {"school", "people", "accounts", *done})
    if problems:
        raise SettingsError(problems)
