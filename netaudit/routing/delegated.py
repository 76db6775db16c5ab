"""The registries' delegated-extended files: which blocks and AS numbers were handed out, and to the same holder or not.

A line is `registry|country|type|start|value|date|status|opaque-id`; lines of one holder have the same opaque id, which
names nobody. All five registries write them, and the NRO one of them all. Streamed: hundreds of thousands of lines.
"""

import ipaddress
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from netaudit.model.routing import Registration
from netaudit.routing.holdings import Found, OwnResources, Registrations, RegistrationsError, printable
from netaudit.routing.jsontext import one_line
from netaudit.routing.streams import UNPACKING_ERRORS, opened_lines
from netaudit.rules.blocks import ASN, Block

__all__ = ["is_delegated", "read_delegated"]

_LINE = 1_024
_WHOLE_WORLD = "nro"  # the registry that a file of all five names
_HANDED_OUT = {"allocated", "assigned"}
_OFFSET = re.compile(r"([+-]?)(\d{1,3}?)(\d\d)?", re.ASCII)
_FARTHEST = 14  # hours; no clock on land is further ahead of UTC
_SLACK = 10  # lines by which a header may be wrong about its file: registries differ in what they count


def is_delegated(line: bytes) -> bool:
    """Whether a file whose first line that is no comment is this one may be such a file: it gives a version."""
    fields = line.split(b"|")
    return len(fields) >= 7 and fields[0].replace(b".", b"").isdigit()


def read_delegated(path: Path, own: OwnResources) -> Registrations:
    """Read the lines about our resources.

    What a registry has and did not hand out is `not_found`; in the NRO's file, what is not listed too. Raises
    RegistrationsError for a file that is malformed or ends before its last line.
    """
    with opened_lines(path) as file:
        reader = _Reader(file, own)
        try:
            reader.read()
        except (ValueError, *UNPACKING_ERRORS) as error:
            raise RegistrationsError(path.name, reader.offset, one_line(str(error)), reader.result()) from error
    return reader.result()


class _Reader:
    def __init__(self, file: IO[bytes], own: OwnResources) -> None:
        self._file = file
        self._own = own
        self._found = Found()
        self._time: float | None = None
        self._announced = 0
        self._lines = 0
        self._complete = False
        self.offset = 0

    def read(self) -> None:
        world = self._header() == _WHOLE_WORLD
        while line := self._line():
            if not (line.startswith(b"#") or line.isspace() or line.rstrip().endswith(b"|summary")):
                self._lines += 1
                self._take(line)
            self.offset += len(line)
        if self._lines < self._announced - _SLACK:
            raise ValueError(f"the file ends after {self._lines} of {self._announced} lines")
        if world:
            self._found.not_found |= dict.fromkeys(self._own)
        self._complete = True

    def result(self) -> Registrations:
        """What was read so far. That something is missing is known of a whole file alone."""
        found = self._found.result("delegated", self._time)
        return found if self._complete else found._replace(not_found=())

    def _header(self) -> str:
        """The version line: version|registry|serial|records|startdate|enddate|UTC offset."""
        while line := self._line():
            if not line.startswith(b"#") and not line.isspace():
                break
            self.offset += len(line)
        fields = line.decode("ascii", "replace").strip().split("|")
        if len(fields) < 7 or not fields[3].isdigit():
            raise ValueError("the first line gives no version of the format")
        self._announced = int(fields[3][:12])
        midnight = datetime.strptime(fields[5], "%Y%m%d").replace(tzinfo=UTC)
        self._time = midnight.timestamp() - _seconds_ahead(fields[6])
        self.offset += len(line)
        return fields[1].lower()

    def _line(self) -> bytes:
        line = self._file.readline(_LINE + 1)
        if len(line) > _LINE:
            raise ValueError(f"a line of more than {_LINE} octets")
        return line

    def _take(self, line: bytes) -> None:
        fields = line.split(b"|")
        if len(fields) < 7:
            raise ValueError(f"a line of {len(fields)} fields")
        block = _block(fields[2], fields[3].decode("ascii", "replace"), fields[4])
        if block is None:
            return
        for resource in self._own.within(block):
            registry, country, *_ = (printable(field.decode("utf-8", "replace")) for field in fields)
            status = fields[6].decode("ascii", "replace").strip().lower()
            if status not in _HANDED_OUT:  # available, reserved
                self._found.not_found[resource] = None
                continue
            holder = printable(fields[7].decode("utf-8", "replace")) if len(fields) > 7 else ""
            self._found.add(
                Registration(
                    resource=resource,
                    registered=str(block),
                    registry=registry.lower(),
                    status=status,
                    holder_id=holder,
                    country=country,
                )
            )


def _seconds_ahead(offset: str) -> int:
    """How far the registry's clock is ahead of UTC: `+1000` is ten hours, `+7` seven; AFRINIC writes `00000`."""
    found = _OFFSET.fullmatch(offset)
    if found is None or int(found[2]) > _FARTHEST:
        raise ValueError(f"{printable(offset)!r} is no offset from UTC")
    seconds = int(found[2]) * 3_600 + int(found[3] or 0) * 60
    return -seconds if found[1] == "-" else seconds


def _block(kind: bytes, start: str, value: bytes) -> Block | None:
    """IPv4: a first address and how many; IPv6: a prefix; AS numbers: the first and how many."""
    number = int(value) if value.isdigit() and len(value) < 12 else 0
    if kind == b"ipv6":
        if not 0 < number <= 128:
            raise ValueError(f"a prefix of length {printable(value.decode('ascii', 'replace'))}")
        first = int(ipaddress.IPv6Address(start))
        return Block(6, first, first + (1 << 128 - number) - 1)
    if kind not in (b"ipv4", b"asn"):
        return None
    if not number:
        raise ValueError(f"{printable(value.decode('ascii', 'replace'))!r} is no number of addresses")
    if kind == b"ipv4":
        first = int(ipaddress.IPv4Address(start))
        return Block(4, first, first + number - 1)
    return Block(ASN, int(start), int(start) + number - 1)
