"""The run as a workbook: the tables of `sheets`, with numbers as numbers, days as days and all else as mere text."""

import io
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from netaudit.model.run import Run
from netaudit.writers.cells import begins_formula, cell_text
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.report import Report
from netaudit.writers.sheets import Cell, Sheet, Tone, Word, sheets
from netaudit.writers.wording import Wording

__all__ = ["WORKBOOK_FILE", "write_xlsx"]

WORKBOOK_FILE = "run.xlsx"

_MOST_ROWS = 1_000_000  # a sheet holds 1,048,576
_DAY, _MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
_FIRST_YEAR, _LAST_YEAR = 1900, 9999  # what a spreadsheet's calendar knows
# Text and ground that differ by more than 4.5:1 (WCAG 2.2, 1.4.3); the word stands there too.
_COLOURS = {
    Tone.GOOD: ("#0B5C2B", "#DDF3E4"),
    Tone.BAD: ("#8C1D18", "#FBE3E1"),
    Tone.WARNING: ("#6B4A00", "#FFF1CC"),
    Tone.GAP: ("#234A75", "#E1ECF9"),
    Tone.NONE: ("#3F4A54", "#EEF0F2"),
}


def write_xlsx(run: Run, out: Path, language: str) -> list[Path]:
    """Write `out/run.xlsx`, the same bytes for the same run, and return its path. Raises OSError.

    No cell is a formula or a link, whatever its text looks like, and none asks the network. `language` is `vi` or `en`.
    """
    make_folder(out)
    path = out / WORKBOOK_FILE
    write_whole(path, _encoded(Report(run, Wording(language))))
    return [path]


def _encoded(report: Report) -> bytes:
    import xlsxwriter  # few runs want it, and each command would wait for it

    body = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(body, options) as book:
        book.set_properties(
            {
                "title": cell_text(report.run.province.name.in_language(report.wording.language))[:200],
                "created": datetime.fromtimestamp(report.run.judged_at, UTC).replace(tzinfo=None, microsecond=0),
            }
        )
        pen = _Pen(book, report.wording)
        for sheet in sheets(report):
            pen.write(sheet)
    return body.getvalue()


class _Pen:
    """Writes sheets into one workbook, in its formats."""

    def __init__(self, book: Any, wording: Wording) -> None:
        self._book = book
        self._wording = wording
        plain = {"valign": "top", "text_wrap": True}
        self._head = book.add_format({**plain, "bold": True, "bg_color": "#20445C", "font_color": "#FFFFFF"})
        self._text = book.add_format(plain)
        self._quoted = book.add_format({**plain, "quote_prefix": True})  # stays text when its cell is edited
        self._number = book.add_format({"valign": "top", "num_format": "#,##0"})
        self._day = book.add_format({"valign": "top", "num_format": _DAY, "align": "left"})
        self._moment = book.add_format({"valign": "top", "num_format": _MOMENT, "align": "left"})
        self._words = {
            tone: book.add_format({**plain, "font_color": ink, "bg_color": ground, "bold": tone is Tone.BAD})
            for tone, (ink, ground) in _COLOURS.items()
        }

    def write(self, sheet: Sheet) -> None:
        page = self._book.add_worksheet(sheet.name)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width)
            page.write_string(0, place, column.title, self._head)
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        last = self._rows(page, sheet.rows)
        page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)

    def _rows(self, page: Any, rows: Iterable[tuple[Cell, ...]]) -> int:
        """Write the rows and return the last one's number; beyond what a sheet holds they are counted."""
        left = iter(rows)
        number = 0
        for number, row in enumerate(islice(left, _MOST_ROWS), 1):
            for place, cell in enumerate(row):
                self._cell(page, number, place, cell)
        more = sum(1 for _ in left)
        if more:
            number += 1
            page.write_string(number, 0, f"… (+{self._wording.number(more)})", self._text)
        return number

    def _cell(self, page: Any, row: int, place: int, cell: Cell) -> None:
        if isinstance(cell, Word):
            page.write_string(row, place, cell_text(cell.text), self._words[cell.tone])
        elif isinstance(cell, int | float):
            page.write_number(row, place, cell, self._number)
        elif isinstance(cell, date):
            self._date(page, row, place, cell)
        elif cell:
            text = cell_text(cell)
            page.write_string(row, place, text, self._quoted if begins_formula(text) else self._text)

    def _date(self, page: Any, row: int, place: int, cell: date) -> None:
        if not _FIRST_YEAR <= cell.year <= _LAST_YEAR:
            page.write_string(row, place, cell.isoformat(), self._text)
        elif isinstance(cell, datetime):
            page.write_datetime(row, place, cell, self._moment)
        else:
            page.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), self._day)
