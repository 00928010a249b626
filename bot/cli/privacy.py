"""`schoolgate privacy`: the privacy notice and the DPIA pack from the settings in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import SettingsOption, load_settings
from bot.clock import SystemClock
from bot.documents.privacy import as_paper, dpia_pack, privacy_notice


def privacy(
    settings: SettingsOption = None,
    to: Annotated[Path, typer.Option(help="The folder to write into.")] = Path(),
) -> None:
    """Write privacy-notice and dpia, each as Markdown and as PDF."""
    chosen, at = load_settings(settings), SystemClock().now()
    to.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("privacy-notice", privacy_notice(chosen, at)),
        ("dpia", dpia_pack(chosen, at)),
    ):
        (to / f"{name}.md").write_text(text, "utf-8")
        (to / f"{name}.pdf").write_bytes(as_paper(text, chosen.school.name))
        print(f"Written: {to / name}.md and .pdf")
    print("Read them before you publish them: whether they fit is for the data protection officer.")
