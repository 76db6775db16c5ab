"""The content of one zone: RRsets, their signatures, and the chain of NSEC or NSEC3 that denies the rest."""

import bisect
from collections.abc import Iterator
from typing import NamedTuple

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.util import Bitmap

from netaudit.lab.keys import ZoneKeys, sign

__all__ = ["Nsec3Parameters", "ZoneData"]

_IN = dns.rdataclass.IN
Nsec3Parameters = tuple[bytes, int]  # salt, iterations


class _Signing(NamedTuple):
    keys: ZoneKeys
    inception: int
    expiration: int


class ZoneData:
    """A zone that can be filled, signed, looked into and written out. Names are absolute and lower case."""

    def __init__(self, apex: dns.name.Name, ttl: int) -> None:
        self.apex = apex
        self.ttl = ttl
        self.rrsets: dict[dns.name.Name, dict[int, dns.rrset.RRset]] = {}
        self.nsec3: Nsec3Parameters | None = None
        self._signing: _Signing | None = None
        self._signatures: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = {}
        self._chain: list[dns.name.Name] = []  # owners of NSEC in canonical order, or of NSEC3 by hash
        self._hashes: list[str] = []
        self._hashed_owners: set[dns.name.Name] = set()
        self._non_terminals: set[dns.name.Name] = set()

    def add(self, name: dns.name.Name, rdata: dns.rdata.Rdata) -> None:
        """Add one record."""
        rrsets = self.rrsets.setdefault(name.canonicalize(), {})
        rrset = rrsets.get(rdata.rdtype)
        if rrset is None:
            rrset = rrsets[rdata.rdtype] = dns.rrset.RRset(name.canonicalize(), _IN, rdata.rdtype)
            rrset.update_ttl(self.ttl)
        rrset.add(rdata, self.ttl)

    def get(self, name: dns.name.Name, rdtype: int) -> dns.rrset.RRset | None:
        """The RRset of a name and type."""
        return self.rrsets.get(name, {}).get(rdtype)

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
        """Note the empty non-terminals; to be called when all records are in, before signing."""
        for name in self._owners():
            while len(name) > len(self.apex) + 1:
                name = name.parent()
                if name not in self.rrsets:
                    self._non_terminals.add(name)

    @property
    def signed(self) -> bool:
        """Whether the zone has keys and signatures."""
        return self._signing is not None

    def sign(self, keys: ZoneKeys, inception: int, expiration: int, nsec3: Nsec3Parameters | None) -> None:
        """Add the keys, and chain the names with NSEC or with NSEC3 (RFC 5155 section 7.1).

        Signatures themselves, valid from `inception` to `expiration`, are made when first asked for.
        """
        self._signing = _Signing(keys, inception, expiration)
        self.nsec3 = nsec3
        for pair in (keys.ksk, keys.zsk):
            self.add(self.apex, pair.dnskey)
        if nsec3 is None:
            self._add_nsec()
        else:
            self._add_nsec3(*nsec3)

    def signature(self, name: dns.name.Name, rdtype: int) -> dns.rrset.RRset | None:
        """The RRSIG RRset over an RRset; None when there is no such RRset or it is not signed (glue, NS of a cut)."""
        made = self._signatures.get((name, rdtype))
        if made is not None or self._signing is None:
            return made
        rrset = self.get(name, rdtype)
        if rrset is None or not self._authoritative(name, rdtype):
            return None
        made = sign(rrset, self._signing.keys, self._signing.inception, self._signing.expiration)
        self._signatures[name, rdtype] = made
        return made

    def matching(self, name: dns.name.Name) -> dns.name.Name | None:
        """The owner of the NSEC or NSEC3 record that matches `name`, or None."""
        owner = name if self.nsec3 is None else self._nsec3_owner(self._hash(name))
        rdtype = dns.rdatatype.NSEC if self.nsec3 is None else dns.rdatatype.NSEC3
        return owner if self.get(owner, rdtype) is not None else None

    def covering(self, name: dns.name.Name) -> dns.name.Name:
        """The owner of the NSEC or NSEC3 record that covers `name`, which has none of its own."""
        if self.nsec3 is None:
            return self._chain[bisect.bisect_right(self._chain, name) - 1]
        return self._nsec3_owner(self._hashes[bisect.bisect_right(self._hashes, self._hash(name)) - 1])

    def lines(self) -> Iterator[str]:
        """The zone as master-file lines, the SOA first, signatures behind what they sign."""
        order = sorted(self.rrsets, key=lambda name: (name != self.apex, name))
        for name in order:
            for rdtype in sorted(self.rrsets[name], key=lambda kind: (kind != dns.rdatatype.SOA, kind)):
                yield from self.rrsets[name][rdtype].to_text().splitlines()
                signature = self.signature(name, rdtype)
                if signature is not None:
                    yield from signature.to_text().splitlines()

    def _authoritative(self, name: dns.name.Name, rdtype: int) -> bool:
        cut = self.cut_above(name)
        if cut is None:
            return True
        return name == cut and rdtype in (dns.rdatatype.DS, dns.rdatatype.NSEC)

    def _owners(self) -> list[dns.name.Name]:
        """Names that the chain speaks of: authoritative ones and delegations, no glue."""
        return sorted(name for name in self.rrsets if self.cut_above(name) in (None, name))

    def _types(self, name: dns.name.Name, *more: int) -> list[dns.rdatatype.RdataType]:
        present = self.rrsets.get(name, {})
        cut = self.cut_above(name) == name
        kept = [t for t in present if not cut or t in (dns.rdatatype.NS, dns.rdatatype.DS)]
        if dns.rdatatype.NSEC in more or any(self._authoritative(name, t) for t in kept):
            more = (*more, dns.rdatatype.RRSIG)
        return [dns.rdatatype.RdataType(t) for t in sorted({*kept, *more})]

    def _add_nsec(self) -> None:
        self._chain = self._owners()
        following = [*self._chain[1:], self.apex]
        for name, after in zip(self._chain, following, strict=True):
            windows = Bitmap.from_rdtypes(self._types(name, dns.rdatatype.NSEC)).windows
            rdata = dns.rdata.from_text(_IN, dns.rdatatype.NSEC, f"{after} NSEC")
            self.add(name, rdata.replace(windows=tuple(windows)))

    def _add_nsec3(self, salt: bytes, iterations: int) -> None:
        self.add(
            self.apex,
            dns.rdata.from_text(_IN, dns.rdatatype.NSEC3PARAM, f"1 0 {iterations} {salt.hex() or '-'}"),
        )
        names = {self._hash(name): name for name in [*self._owners(), *self._non_terminals]}
        self._hashes = sorted(names)
        following = [*self._hashes[1:], self._hashes[0]]
        for hashed, after in zip(self._hashes, following, strict=True):
            text = f"1 0 {iterations} {salt.hex() or '-'} {after}"
            rdata = dns.rdata.from_text(_IN, dns.rdatatype.NSEC3, text)
            windows = Bitmap.from_rdtypes(self._types(names[hashed])).windows
            self.add(self._nsec3_owner(hashed), rdata.replace(windows=tuple(windows)))
            self._hashed_owners.add(self._nsec3_owner(hashed))

    def _hash(self, name: dns.name.Name) -> str:
        assert self.nsec3 is not None
        return dns.dnssec.nsec3_hash(name, self.nsec3[0], self.nsec3[1], 1).lower()

    def _nsec3_owner(self, hashed: str) -> dns.name.Name:
        return dns.name.Name((hashed.encode(), *self.apex.labels))
