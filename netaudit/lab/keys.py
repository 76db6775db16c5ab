"""Zone keys of the lab: a KSK and a ZSK for each signed zone, and signatures by them."""

from dataclasses import dataclass
from typing import Any

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rrset

from netaudit.lab.keyring import SHORT_RSA, Keyring

__all__ = ["SHORT_RSA", "KeyPair", "ZoneKeys", "colliding", "make_keys", "sign"]

_NUMBERS = {
    "RSASHA1": 5,
    "RSASHA1NSEC3SHA1": 7,
    "RSASHA256": 8,
    SHORT_RSA: 8,
    "ECDSAP256SHA256": 13,
    "ECDSAP384SHA384": 14,
    "ED25519": 15,
}
_KSK, _ZSK = 257, 256
_OF_KSK = (dns.rdatatype.DNSKEY, dns.rdatatype.CDS, dns.rdatatype.CDNSKEY)  # RFC 7344 section 4.1


@dataclass(frozen=True)
class KeyPair:
    """A private key and its DNSKEY."""

    private: Any
    dnskey: dns.rdtypes.ANY.DNSKEY.DNSKEY


@dataclass(frozen=True)
class ZoneKeys:
    """The keys of one zone."""

    zone: dns.name.Name
    ksk: KeyPair
    zsk: KeyPair

    def ds(self, digest: str = "SHA256") -> dns.rdtypes.ANY.DS.DS:
        """The DS of the KSK."""
        return dns.dnssec.make_ds(self.zone, self.ksk.dnskey, digest, policy=dns.dnssec.allow_all_policy)


def make_keys(zone: dns.name.Name, algorithm: str, keyring: Keyring | None = None, *, former: bool = False) -> ZoneKeys:
    """Take a zone's keys from the ring, or make fresh ones without it; `former`: others, that it has no longer.

    `algorithm` is a mnemonic; RSA with SHA-1 is there for zones that are old on purpose.
    """
    ring = keyring or Keyring()
    return ZoneKeys(zone, _pair(ring, zone, algorithm, _KSK, former), _pair(ring, zone, algorithm, _ZSK, former))


def sign(rrset: dns.rrset.RRset, keys: ZoneKeys, inception: int, expiration: int) -> dns.rrset.RRset:
    """Return the RRSIG RRset over `rrset`: by the KSK for DNSKEY, CDS and CDNSKEY, by the ZSK for all else."""
    pair = keys.ksk if rrset.rdtype in _OF_KSK else keys.zsk
    signature = dns.dnssec.sign(
        rrset,
        pair.private,
        keys.zone,
        pair.dnskey,
        inception=inception,
        expiration=expiration,
        policy=dns.dnssec.allow_all_policy,
    )
    return dns.rrset.from_rdata(rrset.name, rrset.ttl, signature)


def colliding(model: dns.rdtypes.ANY.DNSKEY.DNSKEY, count: int) -> list[dns.rdtypes.ANY.DNSKEY.DNSKEY]:
    """Return so many keys with the tag of `model`, that sign nothing: its last two octets even the sum out.

    A key tag is a sum of 16 bits (RFC 4034 appendix B); the length of the key must be even.
    """
    wanted, number = dns.dnssec.key_id(model), 0
    found: list[dns.rdtypes.ANY.DNSKEY.DNSKEY] = []
    while len(found) < count:
        head = number.to_bytes(len(model.key) - 2, "big")
        for carry in (0, 1):
            plain = _with_key(model, head + carry.to_bytes(2, "big"))
            missing = (wanted - dns.dnssec.key_id(plain) + carry) % 65_535
            key = _with_key(model, head + missing.to_bytes(2, "big"))
            if dns.dnssec.key_id(key) == wanted:
                found.append(key)
                break
        number += 1
    return found


def _with_key(model: dns.rdtypes.ANY.DNSKEY.DNSKEY, material: bytes) -> dns.rdtypes.ANY.DNSKEY.DNSKEY:
    key = model.replace(key=material)
    assert isinstance(key, dns.rdtypes.ANY.DNSKEY.DNSKEY)
    return key


def _pair(keyring: Keyring, zone: dns.name.Name, algorithm: str, flags: int, former: bool) -> KeyPair:
    private = keyring.key(f"{zone.to_text()} {flags}{' former' if former else ''}", algorithm)
    number = dns.dnssectypes.Algorithm(_NUMBERS[algorithm])
    return KeyPair(private, dns.dnssec.make_dnskey(private.public_key(), number, flags=flags))
