"""Text of servers and files in the cells of a spreadsheet: one line, of a length that fits, and never a formula."""

import re
from collections.abc import Iterable

from netaudit.writers.safe import one_line

__all__ = ["begins_formula", "cell_text", "formula_quoted", "listed"]

_LONGEST = 16_000  # a cell holds 32,767 UTF-16 units
_LONGEST_ITEM = 600

# What makes a formula of a cell, ASCII or full-width, whatever blanks stand before it.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
# Where the system's list separator is a semicolon, as it is in Việt Nam, what follows one may become a cell too.
_NEXT_CELL = re.compile(r"([;\t]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet may take `text` for a formula once it is typed or imported."""
    return _FORMULA.match(text) is not None


def formula_quoted(text: str) -> str:
    """Return `text` with an apostrophe before whatever a spreadsheet that opens a CSV file might calculate."""
    quoted = _NEXT_CELL.sub(r"\1'", text)
    return f"'{quoted}" if begins_formula(quoted) else quoted


def cell_text(text: str) -> str:
    """Return `text` fit for a cell: invisible characters and line ends written out, what is too long counted."""
    return one_line(text, _LONGEST)


def listed(items: Iterable[str]) -> str:
    """Join with semicolons as many items as a cell holds; the others are counted."""
    every = list(items)
    shown: list[str] = []
    room = _LONGEST
    for item in every:
        text = one_line(item, _LONGEST_ITEM)
        room -= len(text) + 2
        if room < 0:
            return "; ".join([*shown, f"… (+{len(every) - len(shown)})"])
        shown.append(text)
    return "; ".join(shown)
