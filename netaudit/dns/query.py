"""DNS queries in wire format, built without a library: a scan sends some fifty for every zone."""

import os
import struct
from itertools import chain, count
from typing import NamedTuple

import dns.flags
import dns.name
import dns.rdataclass
import dns.rdatatype

__all__ = ["EDNS_SIZE", "Edns", "edns_query", "make_query", "name_to_wire"]

EDNS_SIZE = 1232  # RFC 9715: what passes without fragments

_HEADER = struct.Struct("!HHHHHH")  # id, flags, and how many records each section has (RFC 1035 section 4.1.1)
_TYPE_AND_CLASS = struct.Struct("!HH")
_OPT = struct.Struct("!BHHBBHH")
_MANY_IDS = struct.Struct("!512H")

_IDS = chain.from_iterable(_MANY_IDS.unpack(os.urandom(_MANY_IDS.size)) for _ in count())
"""Random ids without end (RFC 5452 section 4.3): the operating system is asked for many at a time."""


class Edns(NamedTuple):
    """An OPT record (RFC 6891 section 6.1.2); `options` are code and data."""

    version: int = 0
    flags: int = 0
    size: int = EDNS_SIZE
    options: tuple[tuple[int, bytes], ...] = ()

    def to_wire(self) -> bytes:
        """The record in wire format."""
        data = b"".join(struct.pack("!HH", code, len(value)) + value for code, value in self.options)
        return _OPT.pack(0, dns.rdatatype.OPT, self.size, 0, self.version, self.flags, len(data)) + data


_DNSSEC_OK = Edns(flags=dns.flags.DO).to_wire()
_PLAIN = Edns().to_wire()


def make_query(
    name: dns.name.Name, rdtype: dns.rdatatype.RdataType, *, dnssec: bool = True, recursion: bool = False
) -> bytes:
    """Return a query in wire format with a random id and an EDNS buffer of 1232 bytes (RFC 6891).

    `dnssec` sets the DO flag (RFC 3225), `recursion` the RD flag.
    """
    return _query(name, rdtype, _DNSSEC_OK if dnssec else _PLAIN, recursion)


def edns_query(
    name: dns.name.Name, rdtype: dns.rdatatype.RdataType, edns: Edns | None, *, recursion: bool = False
) -> bytes:
    """Return a query with a random id and this very OPT record, or none; whether servers may like it or not."""
    return _query(name, rdtype, edns.to_wire() if edns is not None else b"", recursion)


def name_to_wire(name: dns.name.Name) -> bytes:
    """An absolute name in wire format, uncompressed (RFC 1035 section 3.1); its case is kept."""
    return b"".join([bytes((len(label),)) + label for label in name.labels])


def _query(name: dns.name.Name, rdtype: dns.rdatatype.RdataType, opt: bytes, recursion: bool) -> bytes:
    header = _HEADER.pack(next(_IDS), dns.flags.RD if recursion else 0, 1, 0, 0, 1 if opt else 0)
    return header + name_to_wire(name) + _TYPE_AND_CLASS.pack(rdtype, dns.rdataclass.IN) + opt
