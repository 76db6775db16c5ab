"""The OPT record of a message as it is on the wire: options that nobody should send are there too."""

from typing import NamedTuple

import dns.name
import dns.rdatatype
import dns.wire

from netaudit.model.exchange import Exchange
from netaudit.rules.zones import name_text

__all__ = ["COOKIE", "EXTENDED_ERROR", "NSID", "REPORT_CHANNEL", "Opt", "opt_in", "opt_of", "option_of", "report_agent"]

NSID, COOKIE, EXTENDED_ERROR, REPORT_CHANNEL = 3, 10, 15, 18
"""Option codes (RFC 5001, RFC 7873, RFC 8914, RFC 9567)."""

_REPORT_CHANNEL_CODE = REPORT_CHANNEL.to_bytes(2, "big")
_COUNTS = 4  # where the header's four counts begin (RFC 1035 section 4.1.1)


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
    return None if exchange.response is None else opt_in(exchange.response)


def opt_in(message: bytes) -> Opt | None:
    """The first OPT record of a message in wire format; None without one, or where it can't be read."""
    try:
        return _find(dns.wire.Parser(message))
    except Exception:  # a stranger's bytes: dnspython raises a dozen kinds of exception over them
        return None


def option_of(exchange: Exchange, code: int) -> bytes | None:
    """The data of an EDNS option in the response; None without it."""
    opt = opt_of(exchange)
    return next((data for found, data in opt.options if found == code), None) if opt is not None else None


def report_agent(exchange: Exchange) -> str:
    """The agent that a response names for error reports (RFC 9567 section 5), "." for the root; empty without one."""
    if exchange.response is None or _REPORT_CHANNEL_CODE not in exchange.response:
        return ""  # nearly all responses
    data = option_of(exchange, REPORT_CHANNEL)
    try:
        name, used = dns.name.from_wire(data, 0) if data else (dns.name.root, 0)
    except Exception:  # as above
        return ""
    return name_text(name) if data and used == len(data) else ""


def _find(parser: dns.wire.Parser) -> Opt | None:
    parser.seek(_COUNTS)
    questions, *sections = parser.get_struct("!HHHH")
    for _ in range(questions):
        _skip_name(parser)
        parser.get_struct("!HH")
    for _ in range(sum(sections)):
        _skip_name(parser)
        rdtype, size, ttl, length = parser.get_struct("!HHIH")
        end = parser.current + length
        if rdtype == dns.rdatatype.OPT:
            options = []
            with parser.restrict_to(length):
                while parser.remaining():
                    code, amount = parser.get_struct("!HH")
                    options.append((code, parser.get_bytes(amount)))
            return Opt(ttl >> 16 & 0xFF, ttl & 0xFFFF, size, tuple(options))
        parser.seek(end)
    return None


def _skip_name(parser: dns.wire.Parser) -> None:
    parser.seek(parser.current + dns.name.from_wire(parser.wire, parser.current)[1])
