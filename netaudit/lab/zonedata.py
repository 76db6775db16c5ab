"""A zone of the lab: content that is signed with keys at hand, each signature when it is first asked for."""

from typing import NamedTuple

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.util import Bitmap

from netaudit.authority.content import Nsec3Parameters, ZoneContent
from netaudit.lab.keys import ZoneKeys, colliding, sign

__all__ = ["Nsec3Parameters", "ZoneData"]

_IN = dns.rdataclass.IN


class _Signing(NamedTuple):
    keys: ZoneKeys
    inception: int
    expiration: int


class ZoneData(ZoneContent):
    """A zone whose records all have one TTL; to be filled, finished, and then signed."""

    def __init__(self, apex: dns.name.Name, ttl: int) -> None:
        super().__init__(apex)
        self.ttl = ttl
        self._signing: _Signing | None = None

    def add(self, name: dns.name.Name, rdata: dns.rdata.Rdata, ttl: int | None = None) -> None:
        """Add one record."""
        super().add(name, rdata, self.ttl if ttl is None else ttl)

    @property
    def signed(self) -> bool:
        """Whether the zone has keys and signatures."""
        return self._signing is not None

    def sign(
        self,
        keys: ZoneKeys,
        inception: int,
        expiration: int,
        nsec3: Nsec3Parameters | None,
        *,
        collisions: int = 0,
    ) -> None:
        """Add the keys, and chain the names with NSEC or with NSEC3 (RFC 5155 section 7.1).

        Signatures themselves, valid from `inception` to `expiration`, are made when first asked for. With `collisions`
        so many keys that only share its tag are shown in place of the ZSK.
        """
        self._signing = _Signing(keys, inception, expiration)
        self.nsec3 = nsec3
        zone_keys = colliding(keys.zsk.dnskey, collisions) if collisions else [keys.zsk.dnskey]
        for dnskey in (keys.ksk.dnskey, *zone_keys):
            self.add(self.apex, dnskey)
        if nsec3 is None:
            self._add_nsec()
        else:
            self._add_nsec3(*nsec3)
        self.finish()

    def signature(self, name: dns.name.Name, rdtype: int) -> dns.rrset.RRset | None:
        """The RRSIG RRset over an RRset; None when there is no such RRset or it is not signed (glue, NS of a cut)."""
        made = self.signatures.get((name, rdtype))
        if made is not None or self._signing is None:
            return made
        rrset = self.get(name, rdtype)
        if rrset is None or not self.authoritative(name, rdtype):
            return None
        made = sign(rrset, self._signing.keys, self._signing.inception, self._signing.expiration)
        self.signatures[name, rdtype] = made
        return made

    def _types(self, name: dns.name.Name, *more: int) -> list[dns.rdatatype.RdataType]:
        present = self.rrsets.get(name, {})
        cut = self.cut_above(name) == name
        kept = [t for t in present if not cut or t in (dns.rdatatype.NS, dns.rdatatype.DS)]
        if dns.rdatatype.NSEC in more or any(self.authoritative(name, t) for t in kept):
            more = (*more, dns.rdatatype.RRSIG)
        return [dns.rdatatype.RdataType(t) for t in sorted({*kept, *more})]

    def _add_nsec(self) -> None:
        owners = self.owners()
        for name, after in zip(owners, [*owners[1:], self.apex], strict=True):
            windows = Bitmap.from_rdtypes(self._types(name, dns.rdatatype.NSEC)).windows
            rdata = dns.rdata.from_text(_IN, dns.rdatatype.NSEC, f"{after} NSEC")
            self.add(name, rdata.replace(windows=tuple(windows)))

    def _add_nsec3(self, salt: bytes, iterations: int) -> None:
        self.add(
            self.apex,
            dns.rdata.from_text(_IN, dns.rdatatype.NSEC3PARAM, f"1 0 {iterations} {salt.hex() or '-'}"),
        )
        names = {self.nsec3_owner(name): name for name in (*self.owners(), *self.non_terminals)}
        owners = sorted(names)
        for owner, after in zip(owners, [*owners[1:], owners[0]], strict=True):
            text = f"1 0 {iterations} {salt.hex() or '-'} {after.labels[0].decode()}"
            rdata = dns.rdata.from_text(_IN, dns.rdatatype.NSEC3, text)
            windows = Bitmap.from_rdtypes(self._types(names[owner])).windows
            self.add(owner, rdata.replace(windows=tuple(windows)))
