"""What is wrong with a line of TOML, in the words of somebody who never heard of TOML."""

from __future__ import annotations

import re
from tomllib import TOMLDecodeError

_GENERAL = (
    "text stands in quotation marks, numbers do not, and each setting has a line of its own, so "
    "look at this line and the one above it"
)


def tip(text: str, error: TOMLDecodeError) -> str:
    """The likeliest slip on the line that the error names; never the line's own words."""
    said = str(error)
    place = re.search(r"at line (\d+)", said)
    lines = text.splitlines()
    line = lines[int(place[1]) - 1] if place and int(place[1]) <= len(lines) else ""
    value = line.partition("=")[2].strip() if "=" in line else line.strip()
    if re.search("[“”„‘’]", line):
        return 'it has curly quotation marks, as word processors write them; type straight ones: "'
    if "\\" in value and ("escape" in said or "hex" in said):
        return "in quotation marks a backslash counts as a sign of its own; write / in its place"
    if re.match(r"(True|TRUE|False|FALSE|yes|no|Yes|No)\b", value):
        return "yes and no are written true and false, in small letters"
    if re.match(r"\s*\[[^\]]*$", line):
        return "the bracket is not closed; put ] at the end"
    if "overwrite" in said.lower() or "twice" in said or "declare" in said.lower():
        return "this name stands twice; keep one of the two, or join the two sections"
    if value.count('"') % 2:
        return "a quotation mark is missing at the beginning or the end"
    if re.match(r"[A-Za-z@/]", value) and "=" in line:
        return "text stands in quotation marks; put one before it and one after it"
    if "=" not in line and re.match(r"\s*\w+\s*:", line):
        return "a name and its value stand with = between them, not with a colon"
    return _GENERAL
