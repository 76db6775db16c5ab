"""Proofs that a name or type does not exist: NSEC (RFC 4034, 4035) and NSEC3 (RFC 5155).

All functions work on records whose signatures were verified before, all of one zone. They answer with a
`Proof`; they never raise for odd records, except BudgetExceeded.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import dns.dnssec
import dns.name
import dns.rdatatype
import dns.rrset

from netaudit.dns.budget import Meter

__all__ = [
    "Nsec", "Nsec3", "Nsec3Zone", "Proof",
    "nsec_denial", "nsec_ds_denial", "nsec_no_closer_match", "read_nsec", "read_nsec3",
]  # fmt: skip

NXNAME = 128  # RFC 9824 section 3.4: the name does not exist, said by a NODATA answer
_CNAME, _NS, _SOA, _DS, _DNAME = (
    dns.rdatatype.CNAME,
    dns.rdatatype.NS,
    dns.rdatatype.SOA,
    dns.rdatatype.DS,
    dns.rdatatype.DNAME,
)


class Proof(StrEnum):
    """What the records prove of the question."""

    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    NXNAME = "nxname"  # the name does not exist, said in the form of NODATA (RFC 9824)
    OPT_OUT = "opt_out"  # an unsigned delegation may be there: proves nothing more, RFC 5155 section 9.2
    UNSIGNED_DELEGATION = "unsigned_delegation"  # DS only: a cut is there and has no DS
    NO_CUT = "no_cut"  # DS only: there is no zone cut at this name
    NOTHING = "nothing"


class Nsec(NamedTuple):
    """An NSEC record: from `owner` to `next` there is nothing; at `owner` there are `types`."""

    owner: dns.name.Name
    next: dns.name.Name
    types: frozenset[int]

    def covers(self, name: dns.name.Name) -> bool:
        """Whether `name` sorts strictly between owner and next; the last record wraps to the apex."""
        if self.owner < self.next:
            return bool(self.owner < name < self.next)
        return bool(name > self.owner or name < self.next)

    def delegation(self) -> bool:
        """Whether it is the parent side of a zone cut (RFC 6840 section 4.1)."""
        return _NS in self.types and _SOA not in self.types


class Nsec3(NamedTuple):
    """An NSEC3 record: hashes as 20 octets, made with these parameters."""

    owner: bytes
    next: bytes
    types: frozenset[int]
    opt_out: bool
    salt: bytes
    iterations: int

    def covers(self, hashed: bytes) -> bool:
        """Whether `hashed` lies strictly between owner and next; the last record wraps around."""
        if self.owner < self.next:
            return self.owner < hashed < self.next
        return hashed > self.owner or hashed < self.next

    def delegation(self) -> bool:
        """Whether it is the parent side of a zone cut."""
        return _NS in self.types and _SOA not in self.types


def read_nsec(rrsets: Iterable[dns.rrset.RRset], zone: dns.name.Name) -> list[Nsec]:
    """Return the NSEC records among `rrsets` that can be of `zone`."""
    return [
        Nsec(rrset.name, rdata.next, _types(rdata.windows))
        for rrset in rrsets
        if rrset.rdtype == dns.rdatatype.NSEC and rrset.name.is_subdomain(zone)
        for rdata in rrset
        if rdata.next.is_subdomain(zone) and (rrset.name < rdata.next or rdata.next == zone)
    ]


def nsec_denial(name: dns.name.Name, rdtype: int, records: Sequence[Nsec]) -> Proof:
    """Prove the absence of `name` or of its `rdtype` (RFC 4035 section 5.4)."""
    for record in records:
        if record.owner == name:
            return _nodata_at(record, rdtype)
    covering = next((r for r in records if _may_cover(r, name) and r.covers(name)), None)
    if covering is None:
        return Proof.NOTHING
    if covering.next.is_subdomain(name):
        return Proof.NODATA  # an empty non-terminal: names below exist
    encloser = max(
        (_common_ancestor(name, covering.owner), _common_ancestor(name, covering.next)), key=lambda found: len(found)
    )
    wildcard = dns.name.Name((b"*", *encloser.labels))
    for record in records:
        if record.owner == wildcard:
            return _nodata_at(record, rdtype)
        if _may_cover(record, wildcard) and record.covers(wildcard):
            # a wildcard without data of its own that has names below it exists (RFC 4592 section 2.2.2)
            return Proof.NODATA if record.next.is_subdomain(wildcard) else Proof.NXDOMAIN
    return Proof.NOTHING


def nsec_ds_denial(name: dns.name.Name, records: Sequence[Nsec]) -> Proof:
    """Prove the absence of a DS at `name`, and whether a zone cut is there (RFC 6840 section 4.4)."""
    for record in records:
        if record.owner == name:
            if _DS in record.types or _SOA in record.types or _CNAME in record.types:
                return Proof.NO_CUT if _CNAME in record.types and _DS not in record.types else Proof.NOTHING
            return Proof.UNSIGNED_DELEGATION if _NS in record.types else Proof.NO_CUT
    proof = nsec_denial(name, _DS, records)
    return Proof.NO_CUT if proof in (Proof.NODATA, Proof.NXDOMAIN, Proof.NXNAME) else Proof.NOTHING


def nsec_no_closer_match(name: dns.name.Name, encloser_labels: int, records: Sequence[Nsec]) -> bool:
    """Whether no name closer than the wildcard exists, as its answer needs (RFC 4035 section 5.3.4).

    `encloser_labels` counts the labels of the wildcard's parent, the root not included.
    """
    next_closer = dns.name.Name(name.labels[-(encloser_labels + 2) :])
    return any(
        _may_cover(record, name)
        and record.covers(name)
        and not record.owner.is_subdomain(next_closer)
        and not record.next.is_subdomain(next_closer)
        for record in records
    )


def _nodata_at(record: Nsec, rdtype: int) -> Proof:
    if NXNAME in record.types:
        return Proof.NXNAME
    if rdtype in record.types or (_CNAME in record.types and rdtype != _CNAME):
        return Proof.NOTHING
    if record.delegation() and rdtype != _DS:
        return Proof.NOTHING  # the parent's record can't speak for the child
    if rdtype == _DS and _SOA in record.types and len(record.owner) > 1:
        return Proof.NOTHING  # the child's record can't speak for the parent
    return Proof.NODATA


def _may_cover(record: Nsec, name: dns.name.Name) -> bool:
    """A delegation's or a DNAME's record says nothing of the names below it (RFC 6840 section 4.1)."""
    below = name != record.owner and name.is_subdomain(record.owner)
    return not (below and (record.delegation() or _DNAME in record.types))


class Nsec3Zone:
    """The NSEC3 records of one response, and the hashes computed for them.

    While a zone is being salted anew their parameters may differ. Each record is true by itself, so that one
    may prove what another does not (RFC 5155 section 8.2 lets validators choose; all do so).
    """

    def __init__(self, zone: dns.name.Name, records: Sequence[Nsec3], meter: Meter) -> None:
        self.zone = zone
        self.records = records
        self._meter = meter
        self._hashes: dict[tuple[dns.name.Name, bytes, int], bytes] = {}

    @property
    def iterations(self) -> int:
        """The most that a record costs; 0 without records."""
        return max((record.iterations for record in self.records), default=0)

    def denial(self, name: dns.name.Name, rdtype: int, *, nodata: bool = False) -> Proof:
        """Prove the absence of `name` or of its `rdtype` (RFC 5155 sections 8.4 to 8.7).

        `nodata`: the response says that the name exists. Opt-out may have left out an empty non-terminal that
        only leads to unsigned delegations, and then an opt-out span is all that can be shown (erratum 3441).
        """
        match = self._match(name)
        if match is not None:
            return self._nodata_at(match, rdtype)
        encloser, cover = self._closest_encloser(name)
        if encloser is None or cover is None:
            return Proof.NOTHING
        wildcard = dns.name.Name((b"*", *encloser.labels))
        at_wildcard = self._match(wildcard)
        if at_wildcard is not None:
            return self._nodata_at(at_wildcard, rdtype)
        if self._cover(wildcard) is None:
            return Proof.OPT_OUT if cover.opt_out and (nodata or rdtype == _DS) else Proof.NOTHING
        return Proof.OPT_OUT if cover.opt_out else Proof.NXDOMAIN

    def ds_denial(self, name: dns.name.Name) -> Proof:
        """Prove the absence of a DS at `name`, and whether a zone cut is there (RFC 5155 section 8.6, 8.9)."""
        match = self._match(name)
        if match is not None:
            if _DS in match.types or _SOA in match.types:
                return Proof.NOTHING
            return Proof.UNSIGNED_DELEGATION if _NS in match.types else Proof.NO_CUT
        encloser, cover = self._closest_encloser(name)
        if encloser is None or cover is None:
            return Proof.NOTHING
        return Proof.OPT_OUT if cover.opt_out else Proof.NO_CUT

    def no_closer_match(self, name: dns.name.Name, encloser_labels: int) -> Proof:
        """Prove that no name closer than the wildcard exists (RFC 5155 section 8.8)."""
        next_closer = dns.name.Name(name.labels[-(encloser_labels + 2) :])
        cover = self._cover(next_closer)
        if cover is None:
            return Proof.NOTHING
        return Proof.OPT_OUT if cover.opt_out else Proof.NXDOMAIN

    def _closest_encloser(self, name: dns.name.Name) -> tuple[dns.name.Name | None, Nsec3 | None]:
        """The closest encloser that is proved to exist, and the record that covers the next closer name."""
        candidate = name
        while candidate != self.zone and len(candidate) > len(self.zone):
            next_closer, candidate = candidate, candidate.parent()
            match = self._match(candidate)
            if match is not None:
                if match.delegation() or _DNAME in match.types:
                    return None, None
                return candidate, self._cover(next_closer)
        return None, None

    @staticmethod
    def _nodata_at(record: Nsec3, rdtype: int) -> Proof:
        if NXNAME in record.types:
            return Proof.NXNAME
        if rdtype in record.types or (_CNAME in record.types and rdtype != _CNAME):
            return Proof.NOTHING
        if record.delegation() and rdtype != _DS:
            return Proof.NOTHING
        return Proof.NODATA

    def _match(self, name: dns.name.Name) -> Nsec3 | None:
        return next((record for record in self.records if record.owner == self._hash(name, record)), None)

    def _cover(self, name: dns.name.Name) -> Nsec3 | None:
        return next((record for record in self.records if record.covers(self._hash(name, record))), None)

    def _hash(self, name: dns.name.Name, record: Nsec3) -> bytes:
        key = (name, record.salt, record.iterations)
        known = self._hashes.get(key)
        if known is None:
            self._meter.spend()
            text = dns.dnssec.nsec3_hash(name, record.salt, record.iterations, 1)
            known = self._hashes[key] = _base32hex(text)
        return known


def read_nsec3(rrsets: Iterable[dns.rrset.RRset], zone: dns.name.Name, meter: Meter) -> Nsec3Zone:
    """Return the usable NSEC3 records of `zone`: those of hash algorithm 1 and known flags (RFC 5155 section 8.2)."""
    records: list[Nsec3] = []
    for rrset in rrsets:
        if rrset.rdtype != dns.rdatatype.NSEC3 or len(rrset.name) != len(zone) + 1 or not rrset.name.is_subdomain(zone):
            continue
        owner = _base32hex(rrset.name.labels[0].decode("ascii", "replace"))
        for rdata in rrset:
            if rdata.algorithm == 1 and not rdata.flags & ~1 and len(owner) == len(rdata.next) == 20:
                types, opt_out = _types(rdata.windows), bool(rdata.flags & 1)
                records.append(Nsec3(owner, rdata.next, types, opt_out, rdata.salt, rdata.iterations))
    return Nsec3Zone(zone, records, meter)


def _base32hex(text: str) -> bytes:
    """Decode an unpadded base32hex label; anything else decodes to nothing."""
    value = 0
    for character in text.upper():
        digit = "0123456789ABCDEFGHIJKLMNOPQRSTUV".find(character)
        if digit < 0:
            return b""
        value = value << 5 | digit
    bits = len(text) * 5
    return (value >> bits % 8).to_bytes(bits // 8, "big")


def _types(windows: Iterable[tuple[int, bytes]]) -> frozenset[int]:
    """The types of a bitmap (RFC 4034 section 4.1.2)."""
    return frozenset(
        window * 256 + octet * 8 + bit
        for window, bitmap in windows
        for octet, byte in enumerate(bitmap)
        for bit in range(8)
        if byte & (0x80 >> bit)
    )


def _common_ancestor(one: dns.name.Name, other: dns.name.Name) -> dns.name.Name:
    _, _, labels = one.fullcompare(other)
    return dns.name.Name(one.labels[len(one.labels) - labels :])
