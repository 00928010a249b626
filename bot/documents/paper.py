"""Pages in PDF: a plain paper with a running foot, in letters that every machine has."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

_FONTS = Path(__file__).parent / "fonts"
_REGULAR = _FONTS / "DejaVuSansCondensed.ttf"
_BOLD = _FONTS / "DejaVuSansCondensed-Bold.ttf"


class Paper(FPDF):
    """A4 pages, each with its number of how many, and a line that stands below all of them.

    `head` is the newest code of the log.
    """

    def __init__(self, title: str, foot: str, head: str = "") -> None:
        super().__init__(format="A4")
        self._foot = foot
        self._head = f"Head of the log: {head}" if head else ""
        self.add_font("body", fname=_REGULAR)
        self.add_font("body", style="B", fname=_BOLD)
        letters = self.fonts["body"]
        assert isinstance(letters, TTFFont)
        self._letters = frozenset(letters.cmap)
        self.set_title(title)
        self.set_lang("en-GB")
        self.set_margins(18, 16, 18)
        self.set_auto_page_break(True, margin=22)
        self.add_page()
        self.heading(title, 17)

    def footer(self) -> None:
        """Called for each page by fpdf2."""
        self.set_y(-18)
        self.set_font("body", size=7.5)
        self.set_text_color(70, 70, 70)
        self.cell(0, 4, self.shown(self._foot), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(-14)
        self.cell(0, 4, self._head, new_x=XPos.LMARGIN, new_y=YPos.TOP)
        self.cell(0, 4, f"Page {self.page_no()} of {{nb}}", align="R")
        self.set_text_color(0, 0, 0)

    def heading(self, words: str, size: float = 12) -> None:
        """A heading; it never stands alone at the end of a page."""
        if self.will_page_break(size + 14):
            self.add_page()
        self.set_font("body", style="B", size=size)
        self._block(words, size * 0.5)
        self.ln(1)

    def text_block(self, words: str) -> None:
        """A paragraph."""
        self.set_font("body", size=10)
        self._block(words, 5)
        self.ln(1)

    def quotation(self, words: str) -> None:
        """What somebody wrote, with a rule at its side."""
        self.set_font("body", size=10)
        self.set_left_margin(24)
        self.set_x(24)
        self.set_fill_color(240, 240, 240)
        text = self.shown(words)
        self.multi_cell(0, 5, text, fill=True, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_left_margin(18)
        self.set_x(18)
        self.ln(1.5)

    def fact(self, name: str, value: str) -> None:
        """One fact with its name; nothing where there is no value."""
        if not value:
            return
        self.set_font("body", style="B", size=9)
        if self.will_page_break(6):
            self.add_page()
        self.cell(44, 4.6, self.shown(name))
        self.set_font("body", size=9)
        self.multi_cell(0, 4.6, self.shown(value), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rule(self) -> None:
        """A line across."""
        self.ln(2)
        self.set_draw_color(160, 160, 160)
        self.line(18, self.get_y(), 192, self.get_y())
        self.ln(2.5)

    def shown(self, text: str) -> str:
        """The text with every sign that the letters lack spelled by its number: [U+1F600].

        A blank box would hide that there was something; the exact text is in the JSON.
        """
        known = self._letters
        return "".join(c if c == "\n" or ord(c) in known else f"[U+{ord(c):04X}]" for c in text)

    def bytes(self) -> bytes:
        """The whole file."""
        return bytes(self.output())

    def _block(self, words: str, height: float) -> None:
        self.multi_cell(
            0, height, self.shown(words), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
