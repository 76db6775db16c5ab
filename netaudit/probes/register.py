"""The register of digital certificates: a table or the certificates themselves, without keeping who holds what."""

import asyncio
import hashlib
from collections.abc import Iterable
from pathlib import Path
from time import time

from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact, RegisterFact
from netaudit.model.inventory import Register
from netaudit.probes.register_certificates import is_certificate, one_file, read_certificates, whole_folder
from netaudit.probes.register_rows import Reading, Unusable, csv_records, read
from netaudit.probes.register_sheet import SHEET_MAGIC, sheet_records
from netaudit.probes.register_trust import Trust

__all__ = ["RegisterProbe", "read_register"]

_LARGEST_FILE = 50 * 1024 * 1024
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")


class RegisterProbe:
    """Reads one register from its file or folder. Sends nothing."""

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
    """Read a register in `folder` as it is at a time; never raises.

    Its content shows what it is: CSV, an XLSX workbook, a file with X.509 certificates, or a folder of those. A table
    names its columns in English or Vietnamese: serial, holder_kind (organisation or person), not_before and not_after
    (2026-01-31, 31/01/2026 or RFC 3339), and optionally issuer, unit and holder. The holder never leaves this
    function: `pseudonym` is a hash with the serial, so that equal names can't be found again by hashing a list of
    names alone. What can't be read is listed in `broken` by line, and nothing of it is quoted.
    """
    base = RegisterFact(id=f"register-{register.id}", register=register.id, source=Path(register.file).name, at=at)
    try:
        return _read(register, folder, base)
    except Unusable as error:
        return _unread(base, error.reason, str(error))
    except (OSError, ValueError) as error:
        return _unread(base, Reason.NO_DATA, f"can't be read: {getattr(error, 'strerror', None) or 'not a file'}")


def _read(register: Register, folder: Path, base: RegisterFact) -> RegisterFact:
    """Raises OSError, ValueError and Unusable."""
    trust = Trust.of_files(folder, register.crl, register.roots, base.at)
    path = folder / register.file
    if path.is_dir():
        found = list(whole_folder(path))
        digest = hashlib.sha256(b"".join(hashlib.sha256(one.content).digest() for one in found)).hexdigest()
        form, reading = "x509", read_certificates(found, trust)
    else:
        content = _content(path)
        digest = hashlib.sha256(content).hexdigest()
        try:
            form, reading = _file(content, trust)
        except Unusable as error:
            return _unread(replace(base, sha256=digest), error.reason, str(error))
    return replace(
        base, sha256=digest, format=form, rows=tuple(reading.rows), broken=reading.broken, unused=trust.unread
    )


def _file(content: bytes, trust: Trust) -> tuple[str, Reading]:
    """A file by what it begins with. Raises Unusable."""
    if content.startswith(_COMPOUND_FILE):
        raise Unusable(Reason.MALFORMED, "is a workbook of the old kind (XLS), or needs a password; XLSX is read")
    if is_certificate(content):
        return "x509", read_certificates(list(one_file(content)), trust)
    sheet = content.startswith(SHEET_MAGIC)
    reading = read(sheet_records(content) if sheet else csv_records(content))
    reading.rows = [replace(row, revoked=trust.revoked_of_text(row.serial, row.issuer)) for row in reading.rows]
    return "xlsx" if sheet else "csv", reading


def _content(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise ValueError("not a file")
    with path.open("rb") as file:
        content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise Unusable(Reason.TOO_LARGE, f"has more than {_LARGEST_FILE // 1024 // 1024} MB")
    return content


def _unread(base: RegisterFact, reason: Reason, problem: str) -> RegisterFact:
    return replace(base, failure=Failure(reason=reason, side=Side.OURS, detail=f"{base.source} {problem}"))
