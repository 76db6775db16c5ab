"""Small zones signed with real keys, which answer questions as an authoritative server does: in wire format."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, cast

import dns.dnssec
import dns.dnssectypes
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

NOW = 1_795_000_000.0
DAY = 86_400
_TTL = 3600
_POLICY = dns.dnssec.allow_all_policy

DNSKEY = dns.rdtypes.ANY.DNSKEY.DNSKEY
DS = dns.rdtypes.ANY.DS.DS


class Key(NamedTuple):
    """A private key and its DNSKEY."""

    private: Any
    dnskey: DNSKEY

    @property
    def tag(self) -> int:
        return dns.dnssec.key_id(self.dnskey)

    def flagged(self, flags: int) -> "Key":
        """The same key with other flags: revoked, or without the zone flag."""
        return self.changed(flags=flags)

    def changed(self, **fields: object) -> "Key":
        """The same private key with another DNSKEY."""
        return Key(self.private, cast("DNSKEY", self.dnskey.replace(**fields)))

    def cds(self, zone: str, digest: str = "SHA256") -> str:
        """The CDS of the key, in presentation format."""
        return self.ds(zone, digest).to_text()

    @property
    def cdnskey(self) -> str:
        """The CDNSKEY of the key, in presentation format."""
        return self.dnskey.to_text()

    def ds(self, zone: str, digest: str = "SHA256") -> DS:
        return dns.dnssec.make_ds(dns.name.from_text(zone), self.dnskey, digest, policy=_POLICY)


@cache
def key(label: str, algorithm: str = "ECDSAP256SHA256", flags: int = 257, bits: int = 2048) -> Key:
    """A key that stays the same for its label throughout a test run. 257 is a KSK or a CSK, 256 a ZSK."""
    private: Any
    if algorithm.startswith("RSA"):
        private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    elif algorithm == "ED25519":
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        private = ec.generate_private_key(ec.SECP256R1())
    number = dns.dnssectypes.Algorithm[algorithm]
    return Key(private, dns.dnssec.make_dnskey(private.public_key(), number, flags=flags))


@cache
def _read(name: str, rdtype: int, records: tuple[str, ...]) -> dns.rrset.RRset:
    """An RRset, read once: zones have much in common. Copy it."""
    kind = dns.rdatatype.to_text(dns.rdatatype.RdataType(rdtype))
    return dns.rrset.from_text(f"{name}.", _TTL, "IN", kind, *records)


KSK, ZSK = key("ksk"), key("zsk", flags=256)


class Window(NamedTuple):
    """When signatures begin and end."""

    begin: float = NOW - DAY
    end: float = NOW + 30 * DAY


_MONTH = Window()


class Nsec3(NamedTuple):
    """The parameters of a zone with NSEC3."""

    iterations: int = 0
    salt: str = ""
    opt_out: bool = False
    algorithm: int = 1


class Cut(NamedTuple):
    """A delegation: its servers with their glue, and its DS records."""

    servers: dict[str, tuple[str, ...]]
    ds: tuple[DS, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A zone. `published` are all its keys, `data_signers` and `key_signers` those that sign; none: unsigned."""

    name: str
    servers: tuple[str, ...] = ("ns1.tinh.example", "ns2.tinh.example")
    published: tuple[Key, ...] = (KSK, ZSK)
    data_signers: tuple[Key, ...] = (ZSK,)
    key_signers: tuple[Key, ...] = (KSK,)
    serial: int = 2026112401
    expire: int = 14 * DAY
    window: Window = _MONTH
    key_window: Window | None = None
    nsec3: Nsec3 | None = None
    hosts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    mx: tuple[str, ...] = ()
    others: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)  # name -> type -> records
    cuts: dict[str, Cut] = field(default_factory=dict)
    parameters: tuple[str, ...] | None = None  # NSEC3PARAM other than those of `nsec3`
    cds: tuple[str, ...] = ()
    cdnskey: tuple[str, ...] = ()
    cds_signers: tuple[Key, ...] | None = None  # of CDS and CDNSKEY; None: the key signers
    cds_window: Window | None = None
    _made: dict[tuple[str, str], dns.rrset.RRset] = field(default_factory=dict, init=False, repr=False)
    _said: dict[bytes, bytes] = field(default_factory=dict, init=False, repr=False)

    @property
    def apex(self) -> dns.name.Name:
        return dns.name.from_text(self.name)

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        """The response to a query: answer, referral or denial, with signatures."""
        name, rdtype = query.question[0].name, query.question[0].rdtype
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        text = name.to_text(omit_final_dot=True)
        if text in self.cuts and rdtype != dns.rdatatype.DS:
            return self._refer(response, text)
        found = self._records(text, rdtype)
        if found:
            self._put(response.answer, self._rrset(text, rdtype, found))
            return response
        if text not in self._names():
            response.set_rcode(dns.rcode.NXDOMAIN)
        self._put(response.authority, self._rrset(self.name, dns.rdatatype.SOA, self._records(self.name, 6)))
        self._deny(response)
        return response

    def reply(self, query: dns.message.Message) -> bytes:
        """The response as it goes over the wire; made once for each question, whatever the message id."""
        wire = query.to_wire()
        if wire[2:] not in self._said:
            self._said[wire[2:]] = self.respond(query).to_wire(max_size=65_535)[2:]
        return wire[:2] + self._said[wire[2:]]

    def _refer(self, response: dns.message.Message, child: str) -> dns.message.Message:
        response.flags &= ~dns.flags.AA
        cut = self.cuts[child]
        response.authority.append(self._rrset(child, dns.rdatatype.NS, [f"{s}." for s in cut.servers]))
        if cut.ds:
            self._put(response.authority, self._rrset(child, dns.rdatatype.DS, self._records(child, 43)))
        else:
            self._deny(response)
        for server, addresses in cut.servers.items():
            for address in addresses:
                rdtype = "AAAA" if ":" in address else "A"
                response.additional.append(dns.rrset.from_text(f"{server}.", _TTL, "IN", rdtype, address))
        return response

    def _records(self, name: str, rdtype: int) -> list[str]:
        """The records of a name and type, in presentation format."""
        kind = dns.rdatatype.to_text(dns.rdatatype.RdataType(rdtype))
        if name in self.cuts:
            return [ds.to_text() for ds in self.cuts[name].ds] if kind == "DS" else []
        if kind in self.others.get(name, {}):
            return list(self.others[name][kind])
        if name in self.hosts:
            return [address for address in self.hosts[name] if kind == ("AAAA" if ":" in address else "A")]
        if name != self.name:
            return []
        soa = f"{self.servers[0]}. hostmaster.{self.name}. {self.serial} 7200 1800 {self.expire} 300"
        own = [f"{p.algorithm} 0 {p.iterations} {p.salt or '-'}" for p in (self.nsec3,) if p is not None]
        return {
            "SOA": [soa],
            "NS": [f"{server}." for server in self.servers],
            "MX": list(self.mx),
            "CDS": list(self.cds),
            "CDNSKEY": list(self.cdnskey),
            "DNSKEY": [held.dnskey.to_text() for held in self.published],
            "NSEC3PARAM": list(own if self.parameters is None else self.parameters),
        }.get(kind, [])

    def _names(self) -> list[str]:
        return list(dict.fromkeys((self.name, *self.hosts, *self.others, *self.cuts)))

    def _rrset(self, name: str, rdtype: int, records: list[str]) -> dns.rrset.RRset:
        return _read(name, rdtype, tuple(records)).copy()  # type: ignore[no-untyped-call,no-any-return]

    def _put(self, section: list[dns.rrset.RRset], rrset: dns.rrset.RRset) -> None:
        """Add an RRset and its signatures, the same ones every time."""
        section.append(rrset)
        of_keys = rrset.rdtype == dns.rdatatype.DNSKEY
        for_parent = rrset.rdtype in (dns.rdatatype.CDS, dns.rdatatype.CDNSKEY)
        signers = self.key_signers if of_keys or for_parent else self.data_signers
        if for_parent and self.cds_signers is not None:
            signers = self.cds_signers
        if not signers:
            return
        window = (self.key_window if of_keys else self.cds_window if for_parent else None) or self.window
        place = (str(rrset.name), dns.rdatatype.to_text(rrset.rdtype))
        if place not in self._made:
            made = [
                dns.dnssec.sign(
                    rrset, signer.private, self.apex, signer.dnskey,
                    inception=int(window.begin), expiration=int(window.end), policy=_POLICY,
                )
                for signer in signers
            ]  # fmt: skip
            self._made[place] = dns.rrset.from_rdata(rrset.name, _TTL, *made)
        section.append(self._made[place].copy())  # type: ignore[no-untyped-call]

    def _deny(self, response: dns.message.Message) -> None:
        """Add the whole chain of NSEC or NSEC3, which proves whatever it can."""
        if not self.data_signers:
            return
        for rrset in self._nsec() if self.nsec3 is None else self._hashed(self.nsec3):
            self._put(response.authority, rrset)

    def _types(self, name: str) -> str:
        if name in self.cuts:
            return "NS DS RRSIG" if self.cuts[name].ds else "NS"
        kinds = "NS SOA MX" if name == self.name and self.mx else "NS SOA" if name == self.name else ""
        kinds += "".join(f" {kind}" for kind in ("A", "AAAA") if self._records(name, dns.rdatatype.RdataType[kind]))
        kinds += "".join(f" {kind}" for kind in self.others.get(name, {}))
        return f"{kinds} RRSIG" + (" DNSKEY" if name == self.name else "")

    def _nsec(self) -> list[dns.rrset.RRset]:
        names = sorted(self._names(), key=dns.name.from_text)
        following = [*names[1:], names[0]]
        return [
            self._rrset(name, dns.rdatatype.NSEC, [f"{after}. {self._types(name)} NSEC"])
            for name, after in zip(names, following, strict=True)
        ]

    def _hashed(self, chain: Nsec3) -> list[dns.rrset.RRset]:
        unspoken = {name for name, cut in self.cuts.items() if chain.opt_out and not cut.ds}
        names = [name for name in self._names() if name not in unspoken]
        hashes = {dns.dnssec.nsec3_hash(f"{n}.", chain.salt or None, chain.iterations, 1): n for n in names}
        order = sorted(hashes)
        following = [*order[1:], order[0]]
        head = f"{chain.algorithm} {int(chain.opt_out)} {chain.iterations} {chain.salt or '-'}"
        return [
            self._rrset(f"{hashed}.{self.name}", dns.rdatatype.NSEC3, [f"{head} {after} {self._types(hashes[hashed])}"])
            for hashed, after in zip(order, following, strict=True)
        ]
