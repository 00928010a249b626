"""The style sheets: whole, ours to serve, and nobody else's face."""

from __future__ import annotations

import re
from pathlib import Path

import bot.web

_WEB = Path(bot.web.__file__).parent
_SHEET = (_WEB / "static" / "govuk-frontend.css").read_text()
_TEMPLATES = sorted((_WEB / "templates").glob("*.html"))


def test_the_style_sheets_fetch_nothing_and_wear_neither_crown_nor_typeface_of_gov_uk() -> None:
    for name in ("govuk-frontend.css", "schoolgate.css"):
        sheet = (_WEB / "static" / name).read_text()
        found = re.findall(r"url\(|@import|@font-face|GDS Transport|crown\b", sheet)
        assert found == [], name


def test_every_component_that_a_template_names_is_in_the_style_sheet() -> None:
    named = {
        name
        for template in _TEMPLATES
        for name in re.findall(r"govuk-[\w-]*\w(?![\w-])", template.read_text())
    }
    assert {name for name in named if f".{name}" not in _SHEET} == set()
    assert "govuk-button" in named


def test_the_pages_load_both_sheets_ours_last() -> None:
    base = (_WEB / "templates" / "base.html").read_text()
    assert re.findall(r'stylesheet" href="/static/([\w.-]+)"', base) == [
        "govuk-frontend.css",
        "schoolgate.css",
    ]


def test_the_licence_and_the_way_it_was_made_lie_beside_it() -> None:
    assert "Crown Copyright" in (_WEB / "static" / "govuk-frontend.LICENSE.txt").read_text()
    version = re.search(r'frontend-version: ?"([\d.]+)"', _SHEET)
    assert version is not None
    readme = (_WEB / "static" / "govuk-frontend.README.md").read_text()
    assert f"govuk-frontend@{version[1]}" in readme
