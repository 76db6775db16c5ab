"""The OPT record of a message as it is on the wire: options that nobody should send are there too."""

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import dns.name
import dns.rdatatype

from netaudit.model.exchange import Exchange
from netaudit.model.wire import Unusual, records
from netaudit.rules.zones import name_text

__all__ = ["COOKIE", "EXTENDED_ERROR", "NSID", "REPORT_CHANNEL", "Opt", "opt_in", "opt_of", "option_of", "report_agent"]

NSID, COOKIE, EXTENDED_ERROR, REPORT_CHANNEL = 3, 10, 15, 18
"""Option codes (RFC 5001, RFC 7873, RFC 8914, RFC 9567)."""

_OPT_BEGINS = b"\0" + int(dns.rdatatype.OPT).to_bytes(2, "big")  # the root is its owner
_OPT_FIXED = 11  # octets before its options
_REPORT_CHANNEL_CODE = REPORT_CHANNEL.to_bytes(2, "big")
_OPTION = struct.Struct("!HH")  # code, length
_REMEMBERED = 4_096  # responses


class Opt(NamedTuple):
    """An OPT record (RFC 6891 section 6.1.3): `flags` with DO and the reserved bits, `options` as code and data."""

    version: int
    flags: int
    size: int
    options: tuple[tuple[int, bytes], ...]

    @property
    def dnssec(self) -> bool:
        """Whether DO is set (RFC 3225)."""
        return bool(self.flags & 0x8000)

    @property
    def reserved(self) -> int:
        """The flags that must be zero."""
        return self.flags & 0x7FFF


def opt_of(exchange: Exchange) -> Opt | None:
    """The first OPT record of a response; None without one, or where it can't be read."""
    return _told(exchange.content) if exchange.response is not None else None


@lru_cache(_REMEMBERED)
def _told(content: bytes) -> Opt | None:
    return opt_in(b"\0\0" + content)


def opt_in(message: bytes) -> Opt | None:
    """The first OPT record of a message in wire format; None without one, or where it can't be read."""
    try:
        found = next((record for record in records(message) if record.rdtype == dns.rdatatype.OPT), None)
        if found is None:
            return None
        options = tuple(_options(message[found.start : found.end]))
    except Unusual:
        return None
    return Opt(found.ttl >> 16 & 0xFF, found.ttl & 0xFFFF, found.rdclass, options)


def option_of(exchange: Exchange, code: int) -> bytes | None:
    """The data of an EDNS option in the response; None without it."""
    opt = opt_of(exchange)
    return next((data for found, data in opt.options if found == code), None) if opt is not None else None


def report_agent(exchange: Exchange) -> str:
    """The agent that a response names for error reports (RFC 9567 section 5), "." for the root; empty without one."""
    response = exchange.response or b""
    begins = response.find(_OPT_BEGINS)
    if begins < 0 or response.find(_REPORT_CHANNEL_CODE, begins + _OPT_FIXED) < 0:
        return ""  # nearly all responses: there is no such option behind what could be an OPT record
    data = option_of(exchange, REPORT_CHANNEL)
    try:
        name, used = dns.name.from_wire(data, 0) if data else (dns.name.root, 0)
    except Exception:  # a stranger's bytes: dnspython raises several kinds of exception over them
        return ""
    return name_text(name) if data and used == len(data) else ""


def _options(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Code and data of each option. Raises Unusual when one is cut off."""
    at = 0
    while at < len(data):
        start = at + _OPTION.size
        if start > len(data):
            raise Unusual("an option is cut off")
        code, length = _OPTION.unpack_from(data, at)
        at = start + length
        if at > len(data):
            raise Unusual("an option's data are cut off")
        yield code, data[start:at]
