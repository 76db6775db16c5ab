"""DNS messages in wire format (RFC 1035 section 4), read for scans: what was read before is not read again.

The servers of a zone give the same RRsets over and over: in answers to one question, and in sections of others. Here
a message is walked once, and an RRset is made only where its bytes are new. What comes out is what dnspython makes of
the message; and dnspython itself reads every message that is not plain, whatever is odd about it: an opcode other
than QUERY, TSIG, a record that is malformed or in the wrong place, a name that leads astray, a count that is not
true. So there is one opinion on hostile bytes. Property tests and the fuzzer hold the two against each other.
"""

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.wire

__all__ = ["HEADER", "Record", "Unusual", "first_question", "read_message", "records", "shared_name"]

HEADER = 12
"""Octets of a message's header (RFC 1035 section 4.1.1)."""

_HEADER = struct.Struct("!6H")
_QUESTION = struct.Struct("!HH")  # type, class
_RECORD = struct.Struct("!HHIH")  # type, class, TTL, length
_OPCODE = 0x7800  # of the header's flags
_LABEL, _POINTER = 0x40, 0xC0  # below: octets of a label; from here on: a pointer (RFC 1035 section 4.1.4)
_HOPS = dns.name.MAX_COMPRESSION_POINTER_CHAIN
_LONGEST_NAME = 255  # octets
_REMEMBERED = 32_768  # RRsets, and names

_IN = dns.rdataclass.IN
_NONE, _OPT, _RRSIG = dns.rdatatype.NONE, dns.rdatatype.OPT, dns.rdatatype.RRSIG

_COMPRESSIBLE: dict[int, tuple[int, int]] = {
    dns.rdatatype.NS: (0, 1),
    dns.rdatatype.CNAME: (0, 1),
    dns.rdatatype.PTR: (0, 1),
    dns.rdatatype.MX: (2, 1),
    dns.rdatatype.SOA: (0, 2),
    dns.rdatatype.SRV: (6, 1),
}
"""Types whose names may be compressed (RFC 3597 section 4): how many octets before the names, and how many names."""

_LEFT_TO_DNSPYTHON = frozenset(
    map(dns.rdatatype.from_text, ("AFSDB", "NAPTR", "NXT", "PX", "RP", "RT", "SIG", "TKEY", "TSIG"))
)
"""Other such types, which are hardly ever met, and those that make a message something else than an answer."""


class Unusual(ValueError):
    """The bytes are malformed, or no plain message."""


class Record(NamedTuple):
    """A resource record as it stands in a message: its data are the octets from `start` to `end`."""

    section: int  # 1 answer, 2 authority, 3 additional
    owner: bytes  # uncompressed
    rdtype: int
    rdclass: int
    ttl: int
    start: int
    end: int


def read_message(wire: bytes) -> dns.message.Message | None:
    """Read a message tolerantly: a malformed record is left out and listed in `.errors`, trailing octets are ignored.

    None when not even header and question can be read. Messages share RRsets: they are to be read and never changed.
    """
    try:
        return _plain(wire)
    except Unusual:
        return _by_dnspython(wire)


def records(wire: bytes) -> Iterator[Record]:
    """Walk over the records of a message without reading their data. Raises Unusual where one can't be."""
    return _Walk(wire).records()


def first_question(wire: bytes) -> tuple[dns.name.Name, dns.rdatatype.RdataType]:
    """Name and type of a message's first question. Raises Unusual when it has none."""
    for name, rdtype, _ in _Walk(wire).questions():
        return _name(name), dns.rdatatype.RdataType.make(rdtype)
    raise Unusual("no question")


def shared_name(name: dns.name.Name) -> dns.name.Name:
    """The name object that messages with the same name have: it equals them at a glance."""
    return _name(name.to_wire() or b"")


class _Walk:
    """A message, and the names that were met in it by their offset, with the pointers that each took."""

    def __init__(self, wire: bytes) -> None:
        if len(wire) < HEADER:
            raise Unusual("no header")
        self.wire = wire
        self.id, self.flags, self._questions, *self._counts = _HEADER.unpack_from(wire)
        self._names: dict[int, tuple[bytes, int]] = {}
        self._body = HEADER

    def questions(self) -> Iterator[tuple[bytes, int, int]]:
        """Name, type and class of each question, which come before the records."""
        for _ in range(self._questions):
            name, at = self.name(self._body, len(self.wire))
            self._body = at + _QUESTION.size
            if self._body > len(self.wire):
                raise Unusual("a question is cut off")
            yield name, *_QUESTION.unpack_from(self.wire, at)

    def records(self) -> Iterator[Record]:
        """The records of all sections, once `questions` are read or else after them."""
        if self._body == HEADER:
            for _ in self.questions():
                pass
        at, length = self._body, len(self.wire)
        for section, count in enumerate(self._counts, 1):
            for _ in range(count):
                owner, at = self.name(at, length)
                start = at + _RECORD.size
                if start > length:
                    raise Unusual("a record is cut off")
                rdtype, rdclass, ttl, size = _RECORD.unpack_from(self.wire, at)
                at = start + size
                if at > length:
                    raise Unusual("a record's data are cut off")
                yield Record(section, owner, rdtype, rdclass, ttl, start, at)

    def name(self, start: int, end: int) -> tuple[bytes, int]:
        """The uncompressed name at `start`, and the offset behind it; nothing at `end` or beyond belongs to it.

        A pointer leads to before the part of the name that it ends, and what it leads to must be over there
        (as dnspython has it): so there are no loops. Raises Unusual.
        """
        name, _, after = self._read(start, end, 0)
        return name, after

    def _read(self, start: int, end: int, depth: int) -> tuple[bytes, int, int]:
        wire, at = self.wire, start
        while at < end:
            octet = wire[at]
            if not octet:
                return self._met(start, wire[start : at + 1], 0, at + 1)
            if octet < _LABEL:
                at += 1 + octet
                continue
            if octet < _POINTER or at + 2 > end:
                break
            target = (octet - _POINTER) << 8 | wire[at + 1]
            if target >= start or depth >= _HOPS:
                break
            rest, hops = self._names.get(target) or self._read(target, start, depth + 1)[:2]
            return self._met(start, wire[start:at] + rest, hops + 1, at + 2)
        raise Unusual("no name")

    def _met(self, start: int, name: bytes, hops: int, after: int) -> tuple[bytes, int, int]:
        if len(name) > _LONGEST_NAME or hops > _HOPS:
            raise Unusual("too long a name")
        self._names[start] = name, hops
        return name, hops, after

    def data(self, record: Record) -> bytes:
        """The data of a record, names in them uncompressed. Raises Unusual."""
        layout = _COMPRESSIBLE.get(record.rdtype)
        if layout is None:
            return self.wire[record.start : record.end]
        at, names = record.start + layout[0], b""
        for _ in range(layout[1]):
            name, at = self.name(at, record.end)
            names += name
        return self.wire[record.start : record.start + layout[0]] + names + self.wire[at : record.end]


_Key = tuple[int, bytes, int, int, int]
"""Section, owner in lower case, class, type, and of signatures the type covered."""


def _plain(wire: bytes) -> dns.message.Message:
    """Read a message that is as most are. Raises Unusual for any other."""
    walk = _Walk(wire)
    if walk.flags & _OPCODE:
        raise Unusual("no QUERY")
    message = dns.message.QueryMessage(walk.id)
    message.flags = dns.flags.Flag(walk.flags)
    message.sections[0] = [_question(*question) for question in walk.questions()]
    found: dict[_Key, tuple[bytes, list[int], list[bytes]]] = {}
    for record in walk.records():
        if record.rdtype == _OPT:
            if record.section != 3 or message.opt is not None or record.owner != b"\0":
                raise Unusual("OPT in the wrong place")
            message.opt = _opt(record.rdclass, record.ttl, wire[record.start : record.end])
            continue
        if record.rdclass != _IN or record.rdtype in _LEFT_TO_DNSPYTHON:
            raise Unusual("a class or type that is left to dnspython")
        data = walk.data(record)
        covers = int.from_bytes(data[:2], "big") if record.rdtype == _RRSIG else _NONE
        key = (record.section, record.owner.lower(), record.rdclass, record.rdtype, covers)
        group = found.setdefault(key, (record.owner, [], []))
        group[1].append(record.ttl)
        group[2].append(data)
    for (section, _, _, rdtype, covers), (owner, ttls, datas) in found.items():
        message.sections[section].append(_rrset(owner, rdtype, covers, tuple(ttls), tuple(datas)))
    message.index = None  # type: ignore[assignment]  # so that searching it looks into its sections
    return message


def _by_dnspython(wire: bytes) -> dns.message.Message | None:
    try:
        return dns.message.from_wire(wire, continue_on_error=True, ignore_trailing=True, one_rr_per_rrset=False)
    except (dns.exception.DNSException, ValueError):
        return None


@lru_cache(_REMEMBERED)
def _rrset(owner: bytes, rdtype: int, covers: int, ttls: tuple[int, ...], datas: tuple[bytes, ...]) -> dns.rrset.RRset:
    """Make an RRset of class IN, as dnspython does: the least TTL counts, and one that is negative is 0."""
    kind = dns.rdatatype.RdataType.make(rdtype)
    rrset = dns.rrset.RRset(_name(owner), _IN, kind, dns.rdatatype.RdataType.make(covers))
    for ttl, data in zip(ttls, datas, strict=True):
        rrset.add(_rdata(_IN, kind, data), ttl if ttl < 1 << 31 else 0)
    return rrset


@lru_cache(_REMEMBERED)
def _opt(size: int, ttl: int, data: bytes) -> dns.rrset.RRset:
    rdclass = dns.rdataclass.RdataClass.make(size)
    try:
        return dns.rrset.from_rdata(dns.name.root, ttl, _rdata(rdclass, _OPT, data))
    except ValueError as error:
        raise Unusual("an OPT record that dnspython refuses") from error


def _rdata(rdclass: dns.rdataclass.RdataClass, rdtype: dns.rdatatype.RdataType, data: bytes) -> dns.rdata.Rdata:
    parser = dns.wire.Parser(data)
    try:
        rdata = dns.rdata.from_wire_parser(rdclass, rdtype, parser)
    except Exception as error:  # a stranger's bytes: dnspython raises a dozen kinds of exception over them
        raise Unusual("a malformed record") from error
    if parser.remaining():
        raise Unusual("a record with more data than its type has")
    return rdata


@lru_cache(_REMEMBERED)
def _question(name: bytes, rdtype: int, rdclass: int) -> dns.rrset.RRset:
    kind, of = dns.rdatatype.RdataType.make(rdtype), dns.rdataclass.RdataClass.make(rdclass)
    return dns.rrset.RRset(_name(name), of, kind)


@lru_cache(_REMEMBERED)
def _name(wire: bytes) -> dns.name.Name:
    return dns.name.from_wire(wire, 0)[0]
