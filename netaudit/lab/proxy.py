"""The header in front of every datagram and connection of the lab: PROXY protocol version 2, binary form."""

import ipaddress
import struct
from typing import NamedTuple

from netaudit.model.common import Family

__all__ = ["PREAMBLE", "Destination", "parse_addresses", "parse_datagram", "parse_preamble"]

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
PREAMBLE = 16  # bytes: signature, version and command, family and protocol, length
_LONGEST = 1_024  # addresses and the extensions behind them, which are skipped
_VERSION_PROXY = 0x21
_STREAM, _DATAGRAM = 1, 2
_FAMILIES = {1: (Family.IPV4, 4), 2: (Family.IPV6, 16)}


class Destination(NamedTuple):
    """Where a client wants to go in the simulated world."""

    address: str  # in its canonical text form
    port: int
    family: Family
    source: str = ""  # the client's address


def parse_preamble(data: bytes, *, datagram: bool) -> tuple[int, int]:
    """Return the family's code and the number of bytes that follow. Raises ValueError."""
    if len(data) < PREAMBLE or data[:12] != SIGNATURE or data[12] != _VERSION_PROXY:
        raise ValueError("no PROXY protocol v2 header")
    family, protocol = data[13] >> 4, data[13] & 0x0F
    length = int.from_bytes(data[14:16], "big")
    if family not in _FAMILIES or protocol != (_DATAGRAM if datagram else _STREAM):
        raise ValueError(f"family and protocol {data[13]:#04x}")
    if not 2 * _FAMILIES[family][1] + 4 <= length <= _LONGEST:
        raise ValueError(f"{length} bytes of addresses")
    return family, length


def parse_addresses(family: int, data: bytes) -> Destination:
    """Read the destination from the bytes that follow the preamble; `data` is long enough for the family."""
    known, size = _FAMILIES[family]
    address = ipaddress.ip_address(data[size : 2 * size])
    (port,) = struct.unpack_from("!H", data, 2 * size + 2)
    return Destination(str(address), port, known, str(ipaddress.ip_address(data[:size])))


def parse_datagram(data: bytes) -> tuple[Destination, bytes]:
    """Split a datagram into its destination and its payload. Raises ValueError."""
    family, length = parse_preamble(data, datagram=True)
    if len(data) < PREAMBLE + length:
        raise ValueError("a truncated PROXY protocol header")
    return parse_addresses(family, data[PREAMBLE : PREAMBLE + length]), data[PREAMBLE + length :]
