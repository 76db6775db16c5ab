"""Rows of a register that is a table: columns by their headers, fields to certificates, holders to pseudonyms."""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from netaudit.model.common import Reason
from netaudit.model.facts import CertificateRow
from netaudit.rules.registers import READING_STOPPED

__all__ = [
    "KINDS",
    "REQUIRED",
    "Reading",
    "Record",
    "Unusable",
    "columns",
    "csv_records",
    "plain",
    "pseudonym",
    "read",
    "shortened",
]

Record = tuple[int, Mapping[str, str]]
"""A line or row number, and its fields by column."""

_MOST_ROWS = 1_000_000
_MOST_BROKEN = 1000
_LONGEST_FIELD = 200
_DATE_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M:%S")
_SERIAL = re.compile(r"[0-9A-Fa-f]{1,64}")
_COLUMNS: dict[str, tuple[str, ...]] = {  # column -> the headers that name it, without marks and spaces
    "serial": ("serial", "serialnumber", "soserial", "soseri", "sohieu", "sohieuchungthu", "sohieuchungthuso"),
    "holder_kind": ("holderkind", "kind", "type", "loai", "loaichungthu", "loaichungthuso", "loaithuebao"),
    "not_before": ("notbefore", "validfrom", "hieuluctu", "cohieuluctu", "ngayhieuluc", "ngaycap", "tungay"),
    "not_after": (
        *("notafter", "validto", "expires", "hieulucden", "cohieulucden", "denngay", "hethan"),
        *("ngayhethan", "ngayhethieuluc"),
    ),
    "issuer": ("issuer", "nhacungcap", "tochuccap"),
    "unit": ("unit", "donvi", "coquan"),
    "holder": ("holder", "holdername", "name", "chuthe", "thuebao", "hoten"),
}
REQUIRED = ("serial", "holder_kind", "not_before", "not_after")
"""The columns without which a table is no register."""

KINDS = {"organisation": "organisation", "organization": "organisation", "tochuc": "organisation"}
KINDS |= {"person": "person", "individual": "person", "canhan": "person"}
"""What may be written for each kind of holder, as `plain` has it."""


class Unusable(Exception):
    """The whole register can't be read; its text quotes nothing of the content."""

    def __init__(self, reason: Reason, problem: str) -> None:
        super().__init__(problem)
        self.reason = reason


@dataclass
class Reading:
    """What was read so far: rows, and what is wrong with the others by line. Bounded; never quotes the content."""

    rows: list[CertificateRow] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    def stopped(self, line: int) -> bool:
        """Whether reading has to end here, which `broken` then says."""
        if len(self.rows) + len(self.broken) < _MOST_ROWS and len(self.broken) < _MOST_BROKEN:
            return False
        self.broken[str(line)] = f"{READING_STOPPED}: too many rows, or too many broken ones"
        return True


def read(records: Iterable[Record]) -> Reading:
    """Every readable row. Raises what `records` raises."""
    reading = Reading()
    for line, fields in records:
        if reading.stopped(line):
            break
        try:
            reading.rows.append(_row(line, fields))
        except ValueError as error:
            reading.broken[str(line)] = str(error)
    return reading


def csv_records(content: bytes) -> Iterator[Record]:
    """Each record of a CSV file with the line that it ends on. Raises Unusable when it is none, or names no columns."""
    try:
        text = content.decode("utf-8-sig")
        separator = max(",;\t", key=text.split("\n", 1)[0].count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        names = columns(next(reader, []))
        if names is None:
            raise Unusable(Reason.MALFORMED, f"has a first line that does not name the columns {', '.join(REQUIRED)}")
        for record in reader:
            if any(cell.strip() for cell in record):
                yield reader.line_num, {name: cell.strip() for name, cell in zip(names, record, strict=False) if name}
    except UnicodeDecodeError:
        raise Unusable(Reason.MALFORMED, "is no register: neither UTF-8 text, a workbook nor certificates") from None
    except csv.Error as error:
        raise Unusable(Reason.MALFORMED, f"is no register: {error}") from None


def columns(headers: Sequence[str], above: Sequence[str] = ()) -> list[str] | None:
    """The column that each header names, "" for others; None unless the required ones are among them.

    `above` is the line before: headers that are merged over several lines stand there.
    """
    higher = [*above, *[""] * len(headers)]
    names = [_column(header) or _column(other) for header, other in zip(headers, higher, strict=False)]
    return names if set(REQUIRED) <= set(names) else None


def pseudonym(holder: bytes, serial: str) -> str:
    """A hash of the holder under the serial: equal holders of two certificates can't be told to be equal."""
    key = hashlib.blake2s(serial.encode()).digest()
    return hashlib.blake2s(holder, key=key, digest_size=8).hexdigest()


def plain(text: str) -> str:
    """Lower case without marks, spaces and underscores: "Loại chứng thư" -> "loaichungthu"."""
    decomposed = unicodedata.normalize("NFD", text[:_LONGEST_FIELD].lower().replace("đ", "d"))
    return "".join(c for c in decomposed if c.isalnum() and not unicodedata.combining(c))


def shortened(text: str) -> str:
    """The text without what can't be printed, 200 characters at most."""
    return "".join(c for c in text[:_LONGEST_FIELD] if c.isprintable())


def _row(line: int, fields: Mapping[str, str]) -> CertificateRow:
    serial = fields.get("serial", "").replace(":", "").replace(" ", "").lower().removeprefix("0x")
    if not _SERIAL.fullmatch(serial):
        raise ValueError("the serial is no hexadecimal number")
    serial = serial.lstrip("0") or "0"  # a number: RFC 5280 section 4.1.2.2
    kind = KINDS.get(plain(fields.get("holder_kind", "")))
    if kind is None:
        raise ValueError("the holder is neither organisation nor person")
    start = _time(fields.get("not_before", ""), "not_before")
    end = _time(fields.get("not_after", ""), "not_after")
    if end < start:
        raise ValueError("not_after is before not_before")
    holder = fields.get("holder", "")
    person = holder if kind == "person" else ""
    return CertificateRow(
        line=line,
        pseudonym=pseudonym(holder.encode("utf-8", "replace"), serial),
        holder=kind,
        serial=serial,
        not_before=start,
        not_after=end,
        issuer=_without(person, fields.get("issuer", "")),
        unit=_without(person, fields.get("unit", "")),
    )


def _without(person: str, text: str) -> str:
    """The text of another column, or nothing where the person's name stands in it too, word by word."""
    if len(person) > _LONGEST_FIELD:  # no name; and cut off it could not be found
        return ""
    name, words = _words(person), _words(text)
    named = any(words[start : start + len(name)] == name for start in range(len(words)))
    return "" if name and named else shortened(text)


def _words(text: str) -> list[str]:
    """The words of a text as `plain` has them."""
    spaced = "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in text[: 2 * _LONGEST_FIELD])
    return [plain(word) for word in spaced.split()]


def _time(text: str, column: str) -> float:
    """Seconds since 1970; a date alone is its midnight in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _vietnamese_time(text, column)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.timestamp()
    except (OverflowError, OSError):
        raise ValueError(f"{column} is no date") from None


def _vietnamese_time(text: str, column: str) -> datetime:
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError(f"{column} is no date")


def _column(header: str) -> str:
    text = plain(header)
    return next((name for name, headers in _COLUMNS.items() if text in headers), "")
