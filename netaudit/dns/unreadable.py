"""DS records that can't be read: a digest of the wrong length for its type.

The parent signed the RRset with them, so they belong to what its signature is over (RFC 4034 section 3.1.8.1). Such a
record is the digest of no key, and RFC 4035 section 5.2 asks for one DS that is, not for all: beside a good one it does
no harm, as for Unbound and Knot Resolver (BIND refuses the whole response). Alone it still says that the zone is signed
by an algorithm that is supported, so that the zone is bogus and never insecure; there all three agree.
"""

import struct
from collections.abc import Iterator

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from netaudit.dns.message import Kind, Response

__all__ = ["UnreadableDS", "ds_as_sent"]

_IN, _DS = dns.rdataclass.IN, dns.rdatatype.DS
_HEADER = 12  # octets (RFC 1035 section 4.1.1)
_RECORD = struct.Struct("!HHIH")  # type, class, TTL, length (RFC 1035 section 4.1.3)
_FIXED = struct.Struct("!HBB")  # of DS: key tag, algorithm, digest type (RFC 4034 section 5.1)


class UnreadableDS(dns.rdata.GenericRdata):
    """A DS record as octets; what stands before its digest can be read, if it is there."""

    @property
    def key_tag(self) -> int:
        """The tag of the key that it means."""
        return self._fixed()[0]

    @property
    def algorithm(self) -> int:
        """The algorithm of that key."""
        return self._fixed()[1]

    @property
    def digest_type(self) -> int:
        """The digest type whose length it does not have."""
        return self._fixed()[2]

    def _fixed(self) -> tuple[int, int, int]:
        tag, algorithm, digest_type = _FIXED.unpack(self.data[: _FIXED.size].ljust(_FIXED.size, b"\0"))
        return tag, algorithm, digest_type


def ds_as_sent(response: Response, zone: dns.name.Name) -> dns.rrset.RRset | None:
    """The DS RRset of `zone` in an answer or a referral with every record that was sent; None without any."""
    referral = response.kind is Kind.REFERRAL
    if response.message is None or not response.message.errors:
        return response.find(response.authority if referral else response.answer, zone, _DS)
    found: dns.rrset.RRset | None = None
    for ttl, data in _records(response.exchange.response or b"", zone, authority=referral):
        found = found or dns.rrset.RRset(zone, _IN, _DS)
        found.add(_record(data), ttl)
    return found


def _record(data: bytes) -> dns.rdata.Rdata:
    try:
        return dns.rdata.from_wire(_IN, _DS, data, 0, len(data))
    except (dns.exception.DNSException, ValueError):
        return UnreadableDS(_IN, _DS, data)


def _records(wire: bytes, zone: dns.name.Name, *, authority: bool) -> Iterator[tuple[int, bytes]]:
    """TTL and data of the DS records of `zone` in a section; a message that ends too early ends it too."""
    try:
        questions, answers, authorities = struct.unpack("!HHH", wire[4:10])
        at = _HEADER
        for _ in range(questions):
            at += dns.name.from_wire(wire, at)[1] + 4
        for number in range(answers + authorities):
            owner, length = dns.name.from_wire(wire, at)
            rdtype, rdclass, ttl, size = _RECORD.unpack_from(wire, at + length)
            start = at + length + _RECORD.size
            at = start + size
            if (number >= answers) is authority and (rdtype, rdclass) == (_DS, _IN) and owner == zone:
                yield ttl, wire[start:at]
    except (dns.exception.DNSException, struct.error, IndexError):
        return
