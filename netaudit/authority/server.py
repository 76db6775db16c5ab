"""An authoritative DNS server without sockets: query bytes in, response bytes out.

Written for speed, because scans of thousands of zones run against it in the lab: one pass over the query,
record data rendered once, whole responses kept by (zone, question, EDNS). Owner names are compressed to the
zone's name in the question, which every response to a question about the zone ends with.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple

import dns.flags
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from netaudit.authority.answers import Answer, Answerer, Item
from netaudit.authority.content import ZoneContent

__all__ = ["EDNS_SIZE", "DnsServer", "Responder", "wire_name"]

EDNS_SIZE = 1232  # what we offer and the most we send over UDP (RFC 9715)
_PLAIN_SIZE = 512  # without EDNS (RFC 1035 section 4.2.1)
_HEADER = struct.Struct("!HHHHHH")
_OPT = struct.Struct("!BHHBBHH")
_KEPT = 20_000  # responses kept of one zone
_NAME_BYTES = 255
_TRANSFERS = (dns.rdatatype.AXFR, dns.rdatatype.IXFR)


class _Edns(NamedTuple):
    version: int
    size: int
    dnssec: bool


class _Query(NamedTuple):
    id: int
    flags: int
    name: bytes  # wire format, as asked
    rdtype: int
    rdclass: int
    edns: _Edns | None
    question: bytes


class DnsServer:
    """One authoritative server: `zones` maps zone names in wire format to responders, None for a silent zone.

    Without `edns` it ignores OPT records, as servers do that never heard of RFC 6891.
    """

    def __init__(self, zones: Mapping[bytes, "Responder | None"], *, edns: bool = True) -> None:
        self._zones = zones
        self._edns = edns

    def respond(self, data: bytes, *, datagram: bool) -> bytes | None:
        """Answer a message; None where a server stays silent (no message, a response, a silent zone)."""
        if len(data) < _HEADER.size or data[2] & 0x80:
            return None
        try:
            query = _parse(data)
        except (ValueError, struct.error, IndexError):
            return _error(data, dns.rcode.FORMERR, None)
        if isinstance(query, int):
            return _error(data, query, None)
        if not self._edns:
            query = query._replace(edns=None)
        return self._respond(data, query, datagram)

    def _respond(self, data: bytes, query: _Query, datagram: bool) -> bytes | None:
        if query.edns is not None and query.edns.version > 0:
            return _error(data, dns.rcode.BADVERS, query)
        if query.rdclass != dns.rdataclass.IN or query.rdtype in _TRANSFERS:
            return _error(data, dns.rcode.REFUSED, query)
        name = query.name.lower()
        apex = self._zone_of(name, query.rdtype)
        if apex is None:
            return _error(data, dns.rcode.REFUSED, query)
        responder = self._zones[apex]
        return None if responder is None else responder.respond(query, name, datagram)

    def _zone_of(self, name: bytes, rdtype: int) -> bytes | None:
        """The deepest zone that holds the name; for DS that of the parent, if it is here (RFC 4035 3.1.4.1)."""
        position, own = 0, None
        while True:
            suffix = name[position:]
            if suffix in self._zones:
                if position or rdtype != dns.rdatatype.DS or suffix == b"\0":
                    return suffix
                own = suffix
            if not name[position]:
                return own
            position += name[position] + 1


class Responder:
    """Responses from one zone, kept."""

    def __init__(self, data: ZoneContent) -> None:
        self._answerer = Answerer(data)
        self._apex = wire_name(data.apex)
        self._kept: dict[tuple[bytes, _Edns | None, bool], tuple[int, bytes]] = {}
        self._owners: dict[dns.name.Name, bytes] = {}

    def respond(self, query: _Query, name: bytes, datagram: bool) -> bytes:
        """The response to a question about this zone."""
        key = (query.question, query.edns, datagram)
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = self._kept[key] = self._make(query, name, datagram)
        flags, rest = kept
        return struct.pack("!HH", query.id, flags | query.flags & dns.flags.RD) + rest

    def _make(self, query: _Query, name: bytes, datagram: bool) -> tuple[int, bytes]:
        """Flags, and everything behind them."""
        dnssec = query.edns is not None and query.edns.dnssec
        answer = self._answerer.answer(dns.name.from_wire(name, 0)[0], query.rdtype, dnssec=dnssec)
        flags = dns.flags.QR | (dns.flags.AA if answer.authoritative else 0) | answer.rcode
        opt = _opt(query.edns)
        rest = self._render(query, answer, opt)
        if datagram and len(rest) + 4 > _udp_size(query.edns):
            flags |= dns.flags.TC
            rest = struct.pack("!HHHH", 1, 0, 0, 1 if opt else 0) + query.question + opt
        return int(flags), rest

    def _render(self, query: _Query, answer: Answer, opt: bytes) -> bytes:
        pointer = b"\0"
        if self._apex != b"\0":
            offset = _HEADER.size + len(query.name) - len(self._apex)
            pointer = (0xC000 | offset).to_bytes(2, "big")
        parts = [query.question]
        counts = [1]
        for section in (answer.answer, answer.authority, answer.additional):
            counts.append(sum(len(item.tails) for item in section))
            for item in section:
                owner = self._owner(item) + pointer
                parts += [owner + tail for tail in item.tails]
        counts[-1] += 1 if opt else 0
        return struct.pack("!HHHH", *counts) + b"".join(parts) + opt

    def _owner(self, item: Item) -> bytes:
        """The owner's labels in front of the zone's name."""
        labels = self._owners.get(item.owner)
        if labels is None:
            labels = self._owners[item.owner] = wire_name(item.owner)[: -len(self._apex)]
        return labels


def _parse(data: bytes) -> _Query | int:
    """Take a query apart, or return the RCODE that refuses it. Raises ValueError and the like for garbage."""
    id, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(data)
    if flags & 0x7800:
        return dns.rcode.NOTIMP
    if questions != 1 or answers:
        return dns.rcode.FORMERR
    end = _name_end(data, _HEADER.size)
    rdtype, rdclass = struct.unpack_from("!HH", data, end)
    question = data[_HEADER.size : end + 4]
    name = data[_HEADER.size : end]
    if rdtype in _TRANSFERS:  # an IXFR has our SOA in its authority section
        return _Query(id, flags, name, rdtype, rdclass, None, question)
    if authorities or additionals > 1:
        return dns.rcode.FORMERR
    edns = _parse_edns(data, end + 4) if additionals else None
    return _Query(id, flags, name, rdtype, rdclass, edns, question)


def _parse_edns(data: bytes, start: int) -> _Edns | None:
    """Read the OPT record that ends the query (RFC 6891 section 6.1.2); anything else there is ignored."""
    owner, rdtype, size, _, version, flags, length = _OPT.unpack_from(data, start)
    if owner or rdtype != dns.rdatatype.OPT:
        return None
    if start + _OPT.size + length != len(data):
        raise ValueError("the OPT record is not the end of the message")
    position = start + _OPT.size
    while position < len(data):
        position += 4 + int.from_bytes(data[position + 2 : position + 4], "big")
    if position != len(data):
        raise ValueError("EDNS options overrun their record")
    return _Edns(version, size, bool(flags & dns.flags.DO))


def _name_end(data: bytes, start: int) -> int:
    """The offset behind an uncompressed name. Raises ValueError or IndexError."""
    position = start
    while data[position]:
        if data[position] > 63:
            raise ValueError("a compressed or extended label in a question")
        position += data[position] + 1
    if position + 1 - start > _NAME_BYTES:
        raise ValueError("a name of more than 255 bytes")
    return position + 1


def _error(data: bytes, rcode: int, query: _Query | None) -> bytes:
    """A response of header, question if it could be read, and OPT if there was one."""
    opcode_and_rd = int.from_bytes(data[2:4], "big") & (0x7800 | dns.flags.RD)
    flags = dns.flags.QR | opcode_and_rd | rcode & 0xF
    opt = _opt(query.edns, rcode >> 4) if query else b""
    question = query.question if query else b""
    header = data[:2] + struct.pack("!HHHHH", flags, 1 if question else 0, 0, 0, 1 if opt else 0)
    return header + question + opt


def _opt(edns: _Edns | None, extended_rcode: int = 0) -> bytes:
    if edns is None:
        return b""
    return _OPT.pack(0, dns.rdatatype.OPT, EDNS_SIZE, extended_rcode, 0, dns.flags.DO if edns.dnssec else 0, 0)


def _udp_size(edns: _Edns | None) -> int:
    return _PLAIN_SIZE if edns is None else min(max(edns.size, _PLAIN_SIZE), EDNS_SIZE)


def wire_name(name: dns.name.Name) -> bytes:
    """A name in wire format, as the keys of `DnsServer` have it; lower case when the name is."""
    return name.to_wire() or b"\0"
