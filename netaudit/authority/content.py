"""The content of one zone: RRsets, their signatures, and the chain of NSEC or NSEC3 that denies the rest."""

import bisect
from collections.abc import Iterator

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.NSEC3
import dns.rrset

__all__ = ["Nsec3Parameters", "ZoneContent"]

_IN = dns.rdataclass.IN
_SHA1 = 1  # the only hash of NSEC3 (RFC 5155 section 11)
Nsec3Parameters = tuple[bytes, int]  # salt, iterations


class ZoneContent:
    """A zone that can be filled, looked into and written out. Names are absolute and lower case.

    Call `finish` when all records are in.
    """

    def __init__(self, apex: dns.name.Name) -> None:
        self.apex = apex
        self.rrsets: dict[dns.name.Name, dict[int, dns.rrset.RRset]] = {}
        self.signatures: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = {}
        self.nsec3: Nsec3Parameters | None = None
        self._chain: list[dns.name.Name] = []  # owners of NSEC in canonical order
        self._hashes: list[str] = []  # owners of NSEC3, their first label
        self._hashed_owners: set[dns.name.Name] = set()
        self._non_terminals: set[dns.name.Name] = set()

    def add(self, name: dns.name.Name, rdata: dns.rdata.Rdata, ttl: int) -> None:
        """Add one record; an RRSIG goes to what it covers."""
        name = name.canonicalize()
        if rdata.rdtype == dns.rdatatype.RRSIG:
            covered = rdata.covers()
            rrset = self.signatures.get((name, covered))
            if rrset is None:
                rrset = self.signatures[name, covered] = dns.rrset.RRset(name, _IN, rdata.rdtype, covered)
                rrset.update_ttl(ttl)
        else:
            rrsets = self.rrsets.setdefault(name, {})
            rrset = rrsets.get(rdata.rdtype)
            if rrset is None:
                rrset = rrsets[rdata.rdtype] = dns.rrset.RRset(name, _IN, rdata.rdtype)
                rrset.update_ttl(ttl)
        rrset.add(rdata, ttl)

    def get(self, name: dns.name.Name, rdtype: int) -> dns.rrset.RRset | None:
        """The RRset of a name and type."""
        return self.rrsets.get(name, {}).get(rdtype)

    def signature(self, name: dns.name.Name, rdtype: int) -> dns.rrset.RRset | None:
        """The RRSIG RRset over an RRset, or None."""
        return self.signatures.get((name, rdtype))

    @property
    def signed(self) -> bool:
        """Whether the zone has signatures."""
        return bool(self.signatures)

    def cut_above(self, name: dns.name.Name) -> dns.name.Name | None:
        """The delegation at or above `name` within the zone, the highest one."""
        for depth in range(len(self.apex) + 1, len(name) + 1):
            candidate = dns.name.Name(name.labels[-depth:])
            if dns.rdatatype.NS in self.rrsets.get(candidate, {}):
                return candidate
        return None

    def exists(self, name: dns.name.Name) -> bool:
        """Whether the name has records, or names below it have (an empty non-terminal).

        The owner of an NSEC3 record does not exist for that (RFC 5155 section 7.2.8).
        """
        return (name in self.rrsets and name not in self._hashed_owners) or name in self._non_terminals

    def finish(self) -> None:
        """Note the empty non-terminals and the chain that denies names and types."""
        self.nsec3 = self._nsec3_parameters()
        if self.nsec3 is not None:
            self._hashed_owners = {
                name for name, rrsets in self.rrsets.items() if set(rrsets) == {int(dns.rdatatype.NSEC3)}
            }
            self._hashes = sorted(name.labels[0].decode("latin-1").lower() for name in self._hashed_owners)
        self._chain = sorted(name for name, rrsets in self.rrsets.items() if dns.rdatatype.NSEC in rrsets)
        for name in self.owners():
            while len(name) > len(self.apex) + 1:
                name = name.parent()
                if name not in self.rrsets:
                    self._non_terminals.add(name)

    def owners(self) -> list[dns.name.Name]:
        """Names that the chain must speak of, in canonical order: authoritative ones and delegations, no glue."""
        return sorted(
            name for name in self.rrsets if name not in self._hashed_owners and self.cut_above(name) in (None, name)
        )

    @property
    def non_terminals(self) -> frozenset[dns.name.Name]:
        """Names without records that have names below them."""
        return frozenset(self._non_terminals)

    def authoritative(self, name: dns.name.Name, rdtype: int) -> bool:
        """Whether an RRset is the zone's own and so must be signed: no glue, no NS of a delegation."""
        cut = self.cut_above(name)
        if cut is None:
            return True
        return name == cut and rdtype in (dns.rdatatype.DS, dns.rdatatype.NSEC)

    def matching(self, name: dns.name.Name) -> dns.name.Name | None:
        """The owner of the NSEC or NSEC3 record that matches `name`, or None."""
        owner = name if self.nsec3 is None else self.nsec3_owner(name)
        rdtype = dns.rdatatype.NSEC if self.nsec3 is None else dns.rdatatype.NSEC3
        return owner if self.get(owner, rdtype) is not None else None

    def covering(self, name: dns.name.Name) -> dns.name.Name | None:
        """The owner of the NSEC or NSEC3 record that covers `name`, which has none of its own; None without a chain."""
        if self.nsec3 is None:
            return self._chain[bisect.bisect_right(self._chain, name) - 1] if self._chain else None
        if not self._hashes:
            return None
        hashed = self._hashes[bisect.bisect_right(self._hashes, self._hash(name)) - 1]
        return self._hashed(hashed)

    def nsec3_owner(self, name: dns.name.Name) -> dns.name.Name:
        """The owner of the NSEC3 record that matches `name`."""
        return self._hashed(self._hash(name))

    def lines(self) -> Iterator[str]:
        """The zone as master-file lines, the SOA first, signatures behind what they sign."""
        order = sorted(self.rrsets, key=lambda name: (name != self.apex, name))
        for name in order:
            for rdtype in sorted(self.rrsets[name], key=lambda kind: (kind != dns.rdatatype.SOA, kind)):
                yield from self.rrsets[name][rdtype].to_text().splitlines()
                signature = self.signature(name, rdtype)
                if signature is not None:
                    yield from signature.to_text().splitlines()

    def _nsec3_parameters(self) -> Nsec3Parameters | None:
        """Those of NSEC3PARAM (RFC 5155 section 4), or of the NSEC3 records themselves where it is missing."""
        listed = self.get(self.apex, dns.rdatatype.NSEC3PARAM)
        if listed is None:
            found = (rrsets.get(dns.rdatatype.NSEC3) for rrsets in self.rrsets.values())
            listed = next((rrset for rrset in found if rrset is not None), None)
        for rdata in listed or ():
            if rdata.algorithm == _SHA1:
                return rdata.salt, rdata.iterations
        return None

    def _hash(self, name: dns.name.Name) -> str:
        assert self.nsec3 is not None
        return dns.dnssec.nsec3_hash(name, self.nsec3[0], self.nsec3[1], _SHA1).lower()

    def _hashed(self, hashed: str) -> dns.name.Name:
        return dns.name.Name((hashed.encode("latin-1"), *self.apex.labels))
