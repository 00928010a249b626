"""`schoolgate letters`: the wording of letters, as it is and as the school has changed it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from jinja2 import TemplateError

from bot import letters
from bot.cli.common import DEFAULT_DATA, DataOption
from bot.errors import DataError
from bot.letters import OWN
from bot.letters.checking import unusable
from bot.letters.samples import SAMPLES

app = typer.Typer(help="The wording of the letters.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """The wording of the letters."""


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="Which letter; without, the names of all.")] = "",
    data: DataOption = DEFAULT_DATA,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the HTML here, to open in a browser.")
    ] = None,
) -> None:
    """Show a letter with made-up facts, in the school's own wording where there is some."""
    if name not in SAMPLES:
        if name:
            print(f"There is no letter “{name}”.")
        print("The letters are:", ", ".join(sorted(SAMPLES)))
        print(f"Your own wording goes into {data / OWN}/NAME/, files {', '.join(letters.PARTS)}.")
        print(f"What they share goes into {data / OWN}: {', '.join(letters.shared())}.")
        raise typer.Exit(1 if name else 0)
    try:
        wording = letters.word(name, SAMPLES[name], data / OWN)
    except (TemplateError, ValueError, OSError) as error:
        raise DataError(
            f"The wording of “{name}” in {data / OWN} cannot be used: {error} "
            "Schoolgate does not start before it is mended."
        ) from error
    print(f"Subject: {wording.subject}\n\n{wording.text}")
    if html is not None:
        html.write_text(wording.html, encoding="utf-8")
        print(f"\nThe HTML is in {html}.")


@app.command()
def check(data: DataOption = DEFAULT_DATA) -> None:
    """Try the school's own wording; 1 where some cannot be used: then Schoolgate does not start."""
    folder = data / OWN
    wrong = unusable(folder, SAMPLES)
    for line in wrong:
        print(f"CANNOT BE USED: {line}")
    for name in sorted(SAMPLES):
        own = [part for part in letters.PARTS if (folder / name / part).exists()]
        if own and not any(line.startswith((f"{name}:", f"{name}/")) for line in wrong):
            print(f"{name}: good (your own {', '.join(own)})")
    for file in letters.shared():
        if (folder / file).exists() and not any(file in line for line in wrong):
            print(f"{file}: good (your own, for all letters that share it)")
    if not wrong:
        print("Every letter can be sent.")
    raise typer.Exit(1 if wrong else 0)
