"""The register of digital certificates: a CSV file read under budgets, without keeping who holds what."""

import asyncio
import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import time

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import CertificateRow, Fact, RegisterFact
from netaudit.model.inventory import Register
from netaudit.rules.registers import READING_STOPPED

__all__ = ["RegisterProbe", "read_register"]

_LARGEST_FILE = 50 * 1024 * 1024
_MOST_ROWS = 1_000_000
_MOST_BROKEN = 1000
_LONGEST_FIELD = 200
_DATE_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M:%S")
_SERIAL = re.compile(r"[0-9A-Fa-f]{1,64}")
_COLUMNS: dict[str, tuple[str, ...]] = {  # column -> the headers that name it, without marks and spaces
    "serial": ("serial", "serialnumber", "soserial", "sohieu"),
    "holder_kind": ("holderkind", "kind", "type", "loai", "loaichungthu"),
    "not_before": ("notbefore", "validfrom", "hieuluctu", "tungay"),
    "not_after": ("notafter", "validto", "expires", "hieulucden", "denngay", "hethan"),
    "issuer": ("issuer", "nhacungcap", "tochuccap"),
    "unit": ("unit", "donvi", "coquan"),
    "holder": ("holder", "holdername", "name", "chuthe", "thuebao", "hoten"),
}
_REQUIRED = ("serial", "holder_kind", "not_before", "not_after")
_KINDS = {"organisation": "organisation", "organization": "organisation", "tochuc": "organisation"}
_KINDS |= {"person": "person", "individual": "person", "canhan": "person"}


class RegisterProbe:
    """Reads one register from its file. Sends nothing."""

    def __init__(self, register: Register, folder: Path) -> None:
        self._register = register
        self._folder = folder
        self._fact: RegisterFact | None = None

    async def run(self) -> None:
        """Read the file in a thread: a million rows take seconds of computing."""
        self._fact = await asyncio.to_thread(read_register, self._register, self._folder, time())

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The register as its file has it; with `failure` when the reading was cut short."""
        if self._fact is not None:
            return [self._fact]
        register = self._register
        return [
            RegisterFact(
                id=f"register-{register.id}",
                register=register.id,
                source=Path(register.file).name,
                at=time(),
                failure=failure,
            )
        ]


def read_register(register: Register, folder: Path, at: float) -> RegisterFact:
    """Read a register's CSV file in `folder`; never raises.

    The first line names the columns, in English or Vietnamese: serial, holder_kind (organisation or person),
    not_before and not_after (2026-01-31, 31/01/2026 or RFC 3339), and optionally issuer, unit and holder. A
    comma, semicolon or tab separates them. The holder's text never leaves this function: `pseudonym` is a hash
    of it with the serial, so that equal names can't be found again by hashing a list of names alone. Rows that
    can't be read are listed in `broken` by line.
    """
    fact_id = f"register-{register.id}"
    base = RegisterFact(id=fact_id, register=register.id, source=Path(register.file).name, at=at)
    try:
        content = _content(folder / register.file)
    except (OSError, ValueError) as error:
        return _unread(base, Reason.NO_DATA, f"can't be read: {getattr(error, 'strerror', None) or error}")
    if len(content) > _LARGEST_FILE:
        return _unread(base, Reason.TOO_LARGE, f"has more than {_LARGEST_FILE // 1024 // 1024} MB")
    digest = hashlib.sha256(content).hexdigest()
    try:
        rows, broken = _rows(content.decode("utf-8-sig"))
    except (ValueError, csv.Error) as error:
        return _unread(base, Reason.MALFORMED, f"is no register: {error}", digest)
    return RegisterFact(
        id=fact_id, register=register.id, source=base.source, at=at, sha256=digest, rows=tuple(rows), broken=broken
    )


def _content(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise ValueError("not a file")
    with path.open("rb") as file:
        return file.read(_LARGEST_FILE + 1)


def _unread(base: RegisterFact, reason: Reason, problem: str, digest: str = "") -> RegisterFact:
    failure = Failure(reason=reason, side=Side.OURS, detail=f"{base.source} {problem}")
    return RegisterFact(
        id=base.id, register=base.register, source=base.source, at=base.at, sha256=digest, failure=failure
    )


def _rows(text: str) -> tuple[list[CertificateRow], dict[str, str]]:
    """Every readable row, and what is wrong with the others by line. Raises ValueError for an unusable header."""
    rows: list[CertificateRow] = []
    broken: dict[str, str] = {}
    for line, fields in _records(text):
        if len(rows) + len(broken) >= _MOST_ROWS or len(broken) >= _MOST_BROKEN:
            broken[str(line)] = f"{READING_STOPPED}: too many rows, or too many broken ones"
            break
        try:
            rows.append(_row(line, fields))
        except ValueError as error:
            broken[str(line)] = str(error)
    return rows, broken


def _records(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each record as column -> text, with the line that it ends on."""
    header_line = text.split("\n", 1)[0]
    separator = max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns = [_column(cell) for cell in next(reader, [])]
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise ValueError(f"its first line names no column {', '.join(missing)}")
    for record in reader:
        if any(cell.strip() for cell in record):
            yield reader.line_num, {name: cell.strip() for name, cell in zip(columns, record, strict=False) if name}


def _row(line: int, fields: Mapping[str, str]) -> CertificateRow:
    serial = fields.get("serial", "").replace(":", "").replace(" ", "").lower().removeprefix("0x")
    if not _SERIAL.fullmatch(serial):
        raise ValueError("the serial is no hexadecimal number")
    kind = _KINDS.get(_plain(fields.get("holder_kind", "")))
    if kind is None:
        raise ValueError("the holder is neither organisation nor person")
    start = _time(fields.get("not_before", ""), "not_before")
    end = _time(fields.get("not_after", ""), "not_after")
    if end < start:
        raise ValueError("not_after is before not_before")
    return CertificateRow(
        line=line,
        pseudonym=_pseudonym(fields.get("holder", ""), serial),
        holder=kind,
        serial=serial,
        not_before=start,
        not_after=end,
        issuer=_shortened(fields.get("issuer", "")),
        unit=_shortened(fields.get("unit", "")),
    )


def _pseudonym(holder: str, serial: str) -> str:
    key = hashlib.blake2s(serial.encode()).digest()
    return hashlib.blake2s(holder.encode("utf-8", "replace"), key=key, digest_size=8).hexdigest()


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
    plain = _plain(header)
    return next((name for name, headers in _COLUMNS.items() if plain in headers), "")


def _plain(text: str) -> str:
    """Lower case without marks, spaces and underscores: "Loại chứng thư" -> "loaichungthu"."""
    decomposed = unicodedata.normalize("NFD", text[:_LONGEST_FIELD].lower().replace("đ", "d"))
    return "".join(c for c in decomposed if c.isalnum() and not unicodedata.combining(c))


def _shortened(text: str) -> str:
    return "".join(c for c in text[:_LONGEST_FIELD] if c.isprintable())
