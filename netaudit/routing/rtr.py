"""The RPKI-to-Router protocol (RFC 8210): what a cache answered, from the bytes that it sent.

Versions 0 (RFC 6810) and 1 are read, and 2 (draft-ietf-sidrops-8210bis) with its ASPA, in the form of that draft and
in that of its drafts before -11, which caches of 2022 and 2023 speak. Nothing is sent here: whoever has a connection,
or a file that was saved from one, hands over the bytes. The protocol tells no time, and of no payload its end.
"""

import ipaddress
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from netaudit.model.routing import Vrp
from netaudit.routing.aspas import OwnAspas
from netaudit.routing.vrps import VrpError, VrpExport
from netaudit.routing.wanted import Prefix, Wanted

__all__ = ["END_OF_DATA", "Pdu", "is_rtr", "pdus", "read_rtr", "read_rtr_file"]

SERIAL_NOTIFY, CACHE_RESPONSE, IPV4_PREFIX, IPV6_PREFIX = 0, 3, 4, 6
END_OF_DATA, CACHE_RESET, ROUTER_KEY, ERROR_REPORT, ASPA = 7, 8, 9, 10, 11

_HEADER = struct.Struct(">BBHI")
_ANNOUNCED = 1  # a flag; without it the payload is withdrawn
_LONGEST = {  # octets; what has no entry is of one length
    ROUTER_KEY: 4096, ERROR_REPORT: 65_536, ASPA: 16 + 4 * 16_380,
}  # fmt: skip
_LENGTHS = {
    SERIAL_NOTIFY: (12,), CACHE_RESPONSE: (8,), IPV4_PREFIX: (20,), IPV6_PREFIX: (32,), END_OF_DATA: (12, 24),
    CACHE_RESET: (8,),
}  # fmt: skip
_KEPT = 10_000  # payloads that concern one data centre
_BYTES = 256 * 1024 * 1024  # of a saved stream: ten times what all payloads of the world take today


class Pdu(NamedTuple):
    """One protocol data unit, and where it begins."""

    offset: int
    version: int
    kind: int
    field: int  # the third and fourth octet: session id, error code, flags
    body: bytes  # what follows the first eight octets


def pdus(data: bytes) -> Iterator[Pdu]:
    """Cut a cache's bytes into units. Raises ValueError for one of a wrong length, EOFError where the bytes end."""
    offset = 0
    while offset < len(data):
        if len(data) - offset < _HEADER.size:
            raise EOFError("the stream ends within a header")
        version, kind, field, length = _HEADER.unpack_from(data, offset)
        _check(version, kind, length)
        if len(data) - offset < length:
            raise EOFError(f"the stream ends within a unit of {length} octets")
        yield Pdu(offset, version, kind, field, data[offset + _HEADER.size : offset + length])
        offset += length


def read_rtr(source: str, data: bytes, prefixes: Sequence[str], asns: Sequence[int] = ()) -> VrpExport:
    """What a cache's response holds of our resources. `source` is named in errors.

    Raises VrpError for bytes that are no such response, or that end before its End of Data; with what came before.
    """
    reader = _Reader(prefixes, asns)
    at = 0
    try:
        for pdu in pdus(data):
            at = pdu.offset
            reader.take(pdu)
            at += _HEADER.size + len(pdu.body)
        if not reader.complete:
            raise EOFError("the stream ends before End of Data")
    except (ValueError, EOFError, struct.error) as error:
        raise VrpError(source, at, str(error), reader.result()) from error
    return reader.result()


def read_rtr_file(path: Path, prefixes: Sequence[str], asns: Sequence[int] = ()) -> VrpExport:
    """Read a saved stream. Raises VrpError, and OSError for a file that is missing."""
    with path.open("rb") as file:
        data = file.read(_BYTES + 1)
    if len(data) > _BYTES:
        raise VrpError(path.name, _BYTES, f"longer than {_BYTES} octets", VrpExport((), 0, None))
    return read_rtr(path.name, data, prefixes, asns)


def is_rtr(head: bytes) -> bool:
    """Whether a file that begins so is a saved stream: no JSON text begins with a version of the protocol."""
    return len(head) >= 2 and head[0] <= 2 and head[1] <= ASPA


def _check(version: int, kind: int, length: int) -> None:
    if version > 2:
        raise ValueError(f"version {version} of the protocol")
    lengths, longest = _LENGTHS.get(kind), _LONGEST.get(kind)
    if lengths is None and longest is None:
        raise ValueError(f"a unit of type {kind}, which no cache sends")
    if (lengths is not None and length not in lengths) or (longest is not None and not 8 <= length <= longest):
        raise ValueError(f"a unit of type {kind} and {length} octets")


class _Reader:
    """Takes units in order: payloads count between Cache Response and End of Data (RFC 8210 section 8)."""

    def __init__(self, prefixes: Sequence[str], asns: Sequence[int]) -> None:
        self._wanted = Wanted(prefixes)
        self._aspas = OwnAspas(asns)
        self._vrps: dict[Vrp, None] = {}
        self._total = 0
        self._version: int | None = None
        self._open = False
        self.complete = False

    def result(self) -> VrpExport:
        return VrpExport(tuple(self._vrps), self._total, None, self._aspas.found)

    def take(self, pdu: Pdu) -> None:
        if self._version not in (None, pdu.version):
            raise ValueError(f"version {pdu.version} after version {self._version}")
        self._version = pdu.version
        match pdu.kind:
            case kind if kind == CACHE_RESPONSE:
                self._open = True
                if pdu.version == 2:
                    self._aspas.listed()
            case kind if kind == END_OF_DATA:
                self.complete = self._open
                self._open = False
            case kind if kind == ERROR_REPORT:
                raise ValueError(f"the cache reports error {pdu.field}: {_error_text(pdu.body)}")
            case kind if kind == CACHE_RESET:
                raise ValueError("the cache can't answer from that serial (Cache Reset)")
            case kind if kind in (IPV4_PREFIX, IPV6_PREFIX, ASPA, ROUTER_KEY) and not self._open:
                raise ValueError("a payload outside of a response")
            case kind if kind in (IPV4_PREFIX, IPV6_PREFIX):
                self._prefix(pdu)
            case kind if kind == ASPA:
                self._aspa(pdu)

    def _prefix(self, pdu: Pdu) -> None:
        flags, length, longest = pdu.body[0], pdu.body[1], pdu.body[2]
        version = 4 if pdu.kind == IPV4_PREFIX else 6
        bits, packed = (32, pdu.body[4:8]) if version == 4 else (128, pdu.body[4:20])
        if not length <= longest <= bits:
            raise ValueError(f"a prefix of length {length} up to {longest}")
        change = 1 if flags & _ANNOUNCED else -1
        self._total += change
        prefix = Prefix.of(version, packed, length)
        if not self._wanted.concerns(prefix):
            return
        (asn,) = struct.unpack(">I", pdu.body[-4:])
        vrp = Vrp(prefix=_text(prefix, packed), max_length=longest, asn=asn)
        if change > 0:
            self._vrps[vrp] = None
        elif vrp not in self._vrps:
            raise ValueError(f"{vrp.prefix} AS{asn} is withdrawn and was never announced")
        else:
            del self._vrps[vrp]
        if len(self._vrps) > _KEPT:
            raise ValueError(f"more than {_KEPT} payloads of our prefixes")

    def _aspa(self, pdu: Pdu) -> None:
        announced, customer, providers = _aspa_of(pdu)
        self._aspas.remove(customer)  # a new one replaces what was there
        if announced:
            self._aspas.add(customer, providers)


def _aspa_of(pdu: Pdu) -> tuple[bool, int, tuple[int, ...]]:
    """Whether announced, the customer, and the providers.

    Since draft -11 the flags are in the header; before, it was zero there, and flags, address families and the number
    of providers came first in the body.
    """
    if pdu.version != 2 or len(pdu.body) % 4 or not pdu.body:
        raise ValueError(f"an ASPA of {len(pdu.body)} octets in version {pdu.version}")
    words = struct.unpack(f">{len(pdu.body) // 4}I", pdu.body)
    flags = pdu.field >> 8
    if not flags & _ANNOUNCED and len(words) > 1:
        if words[0] & 0xFFFF != len(words) - 2:
            raise ValueError(f"an ASPA of {len(words) - 2} providers says that they are {words[0] & 0xFFFF}")
        return bool(words[0] >> 24 & _ANNOUNCED), words[1], words[2:]
    return bool(flags & _ANNOUNCED), words[0], words[1:]


def _text(prefix: Prefix, packed: bytes) -> str:
    if int.from_bytes(packed, "big") != prefix.value:
        raise ValueError(f"{ipaddress.ip_address(packed)}/{prefix.length} has host bits set")
    return str(prefix)


def _error_text(body: bytes) -> str:
    """The text of an Error Report, after a copy of the unit that it is about (RFC 8210 section 5.11)."""
    (copied,) = struct.unpack_from(">I", body)
    (length,) = struct.unpack_from(">I", body, 4 + copied)
    text = body[8 + copied : 8 + copied + length].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text)[:120] or "no text"
