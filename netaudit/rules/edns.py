"""The OPT record of a message as it is on the wire: options that nobody should send are there too."""

from typing import NamedTuple

import dns.name
import dns.rdatatype
import dns.wire

from netaudit.model.exchange import Exchange

__all__ = ["COOKIE", "NSID", "Opt", "opt_in", "opt_of", "option_of"]

NSID, COOKIE = 3, 10
"""Option codes (RFC 5001, RFC 7873)."""

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
