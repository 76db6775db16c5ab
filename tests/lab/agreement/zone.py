"""A zone that is filled, signed and then broken in exactly one way; a master file comes out."""

import dataclasses
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tokenizer
import dns.zonefile
from dns.rdtypes.util import Bitmap

from tests.lab.agreement.chains import NSEC, NSEC3, OPT_OUT, Denial, Owned, authoritative, chain, hashed
from tests.lab.agreement.keys import SEP, ZONE, Ds, Key, Rrsig, Times, changed, make_key, signature
from tests.lab.agreement.places import CHILDREN, LIAR

__all__ = ["NSEC", "NSEC3", "OPT_OUT", "TTL", "Denial", "Zone"]

TTL = 300
_IN = dns.rdataclass.IN
_CONTENT = """
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
www A 192.0.2.80
www TXT "text"
mail MX 10 www
*.wild A 192.0.2.81
host.ent A 192.0.2.82
"""


@dataclasses.dataclass
class Zone:
    """One zone. Names are relative text; `addresses` are those of its server `ns`."""

    name: dns.name.Name
    addresses: tuple[str, ...]
    rrsets: dict[Owned, dns.rrset.RRset] = dataclasses.field(default_factory=dict)
    signatures: dict[Owned, list[Rrsig]] = dataclasses.field(default_factory=dict)
    ds: list[Ds] = dataclasses.field(default_factory=list)
    children: list["Zone"] = dataclasses.field(default_factory=list)
    canned: dict[tuple[str, str], dns.message.Message] = dataclasses.field(default_factory=dict)
    at_parent: list[Callable[["Zone"], None]] = dataclasses.field(default_factory=list)  # once the parent is signed
    readers: str = ""  # whom BIND lets ask, where it serves the zone
    second: "Zone | None" = None  # what another server has instead
    denial: Denial = NSEC
    ksk: Key = dataclasses.field(default_factory=lambda: make_key(flags=ZONE | SEP))
    zsk: Key = dataclasses.field(default_factory=make_key)
    times: Times = dataclasses.field(default_factory=Times)  # of all signatures

    def __post_init__(self) -> None:
        if not self.rrsets:
            self.add(_CONTENT, *(f"ns {_address_type(address)} {address}" for address in self.addresses))

    # --- content

    def add(self, *lines: str) -> None:
        """Add records in master-file syntax."""
        for rrset in _read("\n".join(lines), self.name):
            known = self.rrsets.setdefault((rrset.name, rrset.rdtype), rrset)
            if known is not rrset:
                for rdata in rrset:
                    known.add(rdata, TTL)

    def add_rdata(self, owner: str, rdata: dns.rdata.Rdata) -> None:
        """Add one record."""
        name = self.absolute(owner)
        rrset = self.rrsets.setdefault((name, rdata.rdtype), dns.rrset.RRset(name, _IN, rdata.rdtype))
        rrset.add(rdata, TTL)

    def rrset(self, owner: str, rdtype: str) -> dns.rrset.RRset:
        return self.rrsets[self.key(owner, rdtype)]

    def remove(self, owner: str, rdtype: str) -> None:
        """Remove an RRset and its signatures."""
        del self.rrsets[self.key(owner, rdtype)]
        self.signatures.pop(self.key(owner, rdtype), None)

    def child(self, label: str = "kid", *, signed: bool = False) -> "Zone":
        """Delegate a zone to the server of children."""
        child = Zone(self.absolute(label), (CHILDREN,))
        if signed:
            child.sign()
        self.delegate(child)
        return child

    @property
    def family(self) -> list["Zone"]:
        """The zones below it."""
        return [zone for child in self.children for zone in (child, *child.family)]

    def lying_child(self, label: str = "kid") -> "Zone":
        """Delegate a signed zone to the server of written answers."""
        child = Zone(self.absolute(label), (LIAR,))
        child.sign()
        self.delegate(child)
        return child

    def delegate(self, child: "Zone") -> None:
        """Add the delegation of `child`, with its DS as they are now."""
        self.children.append(child)
        label = child.name.relativize(self.name).to_text()
        self.add(f"{label} NS ns.{label}", *(f"ns.{label} {_address_type(a)} {a}" for a in child.addresses))
        for record in child.ds:
            self.add_rdata(label, record)

    def absolute(self, owner: str) -> dns.name.Name:
        return dns.name.from_text(owner, self.name) if owner != "@" else self.name

    def key(self, owner: str, rdtype: str) -> Owned:
        return self.absolute(owner), dns.rdatatype.from_text(rdtype)

    # --- signing

    def sign(self, denial: Denial | None = None, *, keys: Sequence[Key] | None = None) -> None:
        """Publish the keys, chain the names, sign everything, and take the KSK's DS."""
        self.denial = denial if denial is not None else self.denial
        for key in (self.ksk, self.zsk) if keys is None else keys:
            self.add_rdata("@", key.dnskey)
        self.add(*chain(self.rrsets, self.name, self.denial))
        for name, rdtype in self.rrsets:
            if authoritative(self.rrsets, self.name, name, rdtype):
                self.resign(name.to_text(), dns.rdatatype.to_text(rdtype), **self.times)
        self.ds = [self.ksk.ds(self.name)]

    def resign(
        self, owner: str, rdtype: str, key: Key | None = None, signer: dns.name.Name | None = None, **fields: Any
    ) -> None:
        """Replace the signatures of an RRset by one by `key`, made over `fields` as `signature` takes them."""
        self.signatures[self.key(owner, rdtype)] = []
        self.cosign(owner, rdtype, key, signer, **fields)

    def cosign(
        self, owner: str, rdtype: str, key: Key | None = None, signer: dns.name.Name | None = None, **fields: Any
    ) -> None:
        """Add a signature to those that an RRset has."""
        key = key or (self.ksk if rdtype == "DNSKEY" else self.zsk)
        made = signature(self.rrset(owner, rdtype), key, signer or self.name, **fields)
        self.signatures.setdefault(self.key(owner, rdtype), []).append(made)

    def edit(self, owner: str, rdtype: str, **fields: Any) -> None:
        """Change fields of an RRset's signatures, so that they don't verify any more."""
        made = self.signatures[self.key(owner, rdtype)]
        self.signatures[self.key(owner, rdtype)] = [changed(one, **fields) for one in made]

    def spoil(self, owner: str, rdtype: str) -> None:
        """Flip one bit of the signatures of an RRset."""
        made = self.signatures[self.key(owner, rdtype)]
        self.signatures[self.key(owner, rdtype)] = [changed(one, signature=_flipped(one.signature)) for one in made]

    def withdraw(self, key: Key) -> None:
        """Take a key out of the DNSKEY RRset, which must be signed anew then."""
        kept = [rdata for rdata in self.rrset("@", "DNSKEY") if rdata != key.dnskey]
        self.rrsets[self.key("@", "DNSKEY")] = dns.rrset.from_rdata_list(self.name, TTL, kept)

    def unsign(self, owner: str, rdtype: str) -> None:
        """Drop the signatures of an RRset."""
        del self.signatures[self.key(owner, rdtype)]

    def of_type(self, rdtype: str) -> list[str]:
        """The owners of a type, absolute, in canonical order."""
        wanted = dns.rdatatype.from_text(rdtype)
        return [name.to_text() for name in sorted(name for name, present in self.rrsets if present == wanted)]

    def hashed(self, owner: str) -> str:
        """The name of the NSEC3 record of a name."""
        return f"{hashed(self.absolute(owner), self.denial)}.{self.name}"

    def covering(self, owner: str) -> str:
        """The NSEC or NSEC3 record that covers a name."""
        owners = self.of_type("NSEC3" if self.denial.nsec3 else "NSEC")
        wanted = dns.name.from_text(self.hashed(owner)) if self.denial.nsec3 else self.absolute(owner)
        before = [name for name in owners if dns.name.from_text(name) < wanted]
        return before[-1] if before else owners[-1]

    def set_nsec(self, owner: str, after: str, types: str, **fields: Any) -> None:
        """Replace an NSEC record, and sign it."""
        self.rrsets.pop(self.key(owner, "NSEC"), None)
        self.add(f"{owner} NSEC {after} {types}")
        self.resign(owner, "NSEC", **fields)

    def set_nsec3(self, owner: str, *, types: str) -> None:
        """Replace the types that the NSEC3 record of a name lists, and sign it."""
        self.set_nsec3_record(
            self.hashed(owner), windows=tuple(Bitmap.from_text(dns.tokenizer.Tokenizer(types)).windows)
        )

    def set_nsec3_record(self, owner: str, **fields: Any) -> None:
        """Replace fields of an NSEC3 record, and sign it."""
        (rdata,) = self.rrset(owner, "NSEC3")
        self.remove(owner, "NSEC3")
        self.add_rdata(owner, changed(rdata, **fields))
        self.resign(owner, "NSEC3")

    def move_nsec3(self, owner: str, new: str) -> None:
        """Give an NSEC3 record another owner, and sign it."""
        (rdata,) = self.rrset(owner, "NSEC3")
        self.remove(owner, "NSEC3")
        self.add_rdata(new, rdata)
        self.resign(new, "NSEC3")

    def set_raw(self, owner: str, *rdatas: dns.rdata.GenericRdata) -> None:
        """Replace an RRset by records that need not be valid ones of their type, and sign it."""
        name, rdtype = self.absolute(owner), rdatas[0].rdtype
        self.rrsets[name, rdtype] = dns.rrset.from_rdata_list(name, TTL, rdatas)
        self.resign(owner, rdtype.name)

    # --- answers that no honest server gives

    def can(self, owner: str, rdtype: str, *, answer: str = "", authority: str = "", rcode: str = "NOERROR") -> None:
        """Answer a question with these RRsets, each "OWNER TYPE", and their signatures; separated by commas."""
        self.can_rrsets(owner, rdtype, self.signed(answer), self.signed(authority), rcode)

    def can_rrsets(
        self,
        owner: str,
        rdtype: str,
        answer: Iterable[dns.rrset.RRset],
        authority: Iterable[dns.rrset.RRset],
        rcode: str = "NOERROR",
    ) -> None:
        """Answer a question with these RRsets."""
        query = dns.message.make_query(self.absolute(owner), rdtype, want_dnssec=True)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        response.set_rcode(dns.rcode.from_text(rcode))
        response.answer.extend(answer)
        response.authority.extend(authority)
        self.canned[self.absolute(owner).to_text(), rdtype] = response

    def can_referral(self, owner: str, rdtype: str, cut: str, proof: Iterable[dns.rrset.RRset]) -> None:
        """Answer a question with a referral to `cut` and this proof about its DS."""
        self.can_rrsets(owner, rdtype, [], [self.rrset(cut, "NS"), *proof])
        response = self.canned[self.absolute(owner).to_text(), rdtype]
        response.flags &= ~dns.flags.AA
        response.additional.append(self.rrset(f"ns.{cut}", "A"))

    def expanded(self, wildcard: str, owner: str, rdtype: str) -> list[dns.rrset.RRset]:
        """A wildcard's RRset and signatures with the owner name that they are expanded to."""
        found = self.signed(f"{wildcard} {rdtype}")
        return [dns.rrset.from_rdata_list(self.absolute(owner), TTL, list(rrset)) for rrset in found]

    def made_nsec(
        self, owner: str, after: str, types: str, signer: dns.name.Name | None = None
    ) -> list[dns.rrset.RRset]:
        """An NSEC record that is not in the zone, with its signature."""
        return self.made_signed(f"{owner} NSEC {after} {types}", signer)

    def made_signed(self, line: str, signer: dns.name.Name | None = None) -> list[dns.rrset.RRset]:
        """A record that is not in the zone, with its signature."""
        rrset = self.made(line)
        return [rrset, dns.rrset.from_rdata(rrset.name, TTL, signature(rrset, self.zsk, signer or self.name))]

    def made(self, line: str) -> dns.rrset.RRset:
        """A record that is not in the zone."""
        (rrset,) = _read(line, self.name)
        return rrset

    def signed(self, listed: str) -> list[dns.rrset.RRset]:
        """RRsets of this zone with their signatures."""
        found = []
        for item in filter(None, (part.strip() for part in listed.split(","))):
            owner, rdtype = item.split()
            found.append(self.rrset(owner, rdtype))
            made = self.signatures.get(self.key(owner, rdtype))
            if made:
                found.append(dns.rrset.from_rdata_list(self.absolute(owner), found[-1].ttl, made))
        return found

    # --- output

    @property
    def text(self) -> str:
        """The master file; SOA first."""
        lines = []
        for (name, rdtype), rrset in sorted(self.rrsets.items(), key=lambda item: item[0][1] != dns.rdatatype.SOA):
            rdatas: list[dns.rdata.Rdata] = [*rrset, *self.signatures.get((name, rdtype), ())]
            lines += [f"{name} {rrset.ttl} IN {dns.rdatatype.to_text(r.rdtype)} {r.to_text()}" for r in rdatas]
        return "\n".join(lines) + "\n"


def _read(text: str, origin: dns.name.Name) -> list[dns.rrset.RRset]:
    return dns.zonefile.read_rrsets(io.StringIO(text), default_ttl=TTL, origin=origin, relativize=False, rdclass=None)


def _flipped(octets: bytes) -> bytes:
    return bytes([*octets[:-1], octets[-1] ^ 1])


def _address_type(address: str) -> str:
    return "AAAA" if ":" in address else "A"
