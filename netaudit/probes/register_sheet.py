"""A register in an XLSX workbook: the first sheet that names the columns, row by row, under budgets.

Formulas are never computed: the value that the workbook stores for one counts, and without one the cell is empty.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from netaudit.model.common import Reason
from netaudit.probes.register_rows import REQUIRED, Record, Unusable, columns

__all__ = ["SHEET_MAGIC", "sheet_records"]

SHEET_MAGIC = b"PK\x03\x04"

_LARGEST_UNPACKED = 100 * 1024 * 1024  # all parts of the workbook together
_LARGEST_STRINGS = 50 * 1024 * 1024  # of them what is held in memory at once
_MOST_PARTS = 1000
_MOST_SHEETS = 20
_MOST_ROWS = 1_100_000  # more than a sheet can have: empty rows count too
_MOST_COLUMNS = 64
_HEADER_WITHIN = 20  # rows: titles and merged cells stand above
_EXACT = 2**53  # a spreadsheet keeps numbers as floating point


def sheet_records(content: bytes) -> Iterator[Record]:
    """Each row of the register with its number in the sheet. Raises Unusable when there is none in the workbook."""
    _check_archive(content)
    from openpyxl import load_workbook  # slow to import, and most registers are no workbooks

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl does not know
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets[:_MOST_SHEETS]:
                found = _records(sheet)
                if next(found, None) is not None:
                    yield from ((number, fields) for number, fields in found if any(fields.values()))
                    return
    except Unusable:
        raise
    except Exception:  # openpyxl raises whatever the XML leads it to, and its text may quote a holder
        raise Unusable(Reason.MALFORMED, "is no workbook that can be read") from None
    raise Unusable(Reason.MALFORMED, f"has no sheet whose first rows name the columns {', '.join(REQUIRED)}")


def _check_archive(content: bytes) -> None:
    """Budgets by the archive's own list: zipfile unpacks no more of a part than the list says."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise Unusable(Reason.MALFORMED, "is no workbook that can be read") from None
    strings = sum(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
    total = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or total > _LARGEST_UNPACKED or strings > _LARGEST_STRINGS:
        raise Unusable(Reason.TOO_LARGE, "unpacks to more than a register needs")


def _records(sheet: Any) -> Iterator[Record]:
    """The header as a first record without fields, then the rows below it; nothing when the sheet has no header."""
    sheet.reset_dimensions()  # what the sheet says of its own size proves nothing
    names: list[str] | None = None
    above: Sequence[str] = ()
    rows = sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True)
    for number, cells in enumerate(islice(rows, _MOST_ROWS), start=1):
        texts = [_text(cell) for cell in cells]
        if names is not None:
            yield number, {name: text for name, text in zip(names, texts, strict=False) if name}
            continue
        if number > _HEADER_WITHIN:
            return
        names = columns(texts, above)
        above = texts
        if names is not None:
            yield number, {}


def _text(cell: object) -> str:
    """A cell as the CSV would have it. A number that has lost digits is no serial, nor is a truth value."""
    match cell:
        case None:
            return ""
        case datetime() | date():
            return cell.isoformat()
        case bool():
            return ""
        case int() | float():
            return str(int(cell)) if abs(cell) < _EXACT and cell == int(cell) else "not exact"
        case _:
            return str(cell).strip()
