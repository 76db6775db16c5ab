"""Keys of test zones, and signatures in which every field can be chosen."""

import functools
import time
from typing import Any, NamedTuple, TypedDict, TypeVar

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rdtypes.ANY.RRSIG
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from dns.dnssecalgs import get_algorithm_cls

__all__ = [
    "DAY",
    "NOW",
    "REVOKE",
    "Dnskey",
    "SEP",
    "ZONE",
    "Ds",
    "Key",
    "Rrsig",
    "colliding_keys",
    "make_key",
    "signature",
]

DAY = 86_400
NOW = int(time.time())
ZONE, SEP, REVOKE = 0x0100, 0x0001, 0x0080

Dnskey = dns.rdtypes.ANY.DNSKEY.DNSKEY
Ds = dns.rdtypes.ANY.DS.DS
Rrsig = dns.rdtypes.ANY.RRSIG.RRSIG


_RRSIG: Any = Rrsig  # dnspython leaves it without types
Record = TypeVar("Record", bound=dns.rdata.Rdata)


class Times(TypedDict, total=False):
    """When a signature is valid, in seconds since 1970."""

    begin: int
    end: int


def changed(record: Record, **fields: Any) -> Record:
    """A record with other values in some fields."""
    made = record.replace(**fields)
    assert isinstance(made, type(record))
    return made


class Key(NamedTuple):
    """A private key and its DNSKEY, whose fields may have been changed."""

    private: Any
    dnskey: Dnskey

    @property
    def tag(self) -> int:
        return dns.dnssec.key_id(self.dnskey)

    def ds(self, zone: dns.name.Name, digest: str = "SHA256") -> Ds:
        """The DS of the key, of any digest type that dnspython computes."""
        return dns.dnssec.make_ds(zone, self.dnskey, digest, policy=dns.dnssec.allow_all_policy)

    def published(self, **fields: Any) -> "Key":
        """The same key with a DNSKEY of other fields: `flags`, `protocol`, `algorithm` or `key`."""
        return self._replace(dnskey=changed(self.dnskey, **fields))


def make_key(algorithm: int = 13, flags: int = ZONE, *, bits: int = 2048) -> Key:
    """A fresh key. RSA and DSA keys are made once for each size and role, since they cost time."""
    private = _costly(algorithm, bits, flags) if algorithm in (1, 3, 5, 6, 7, 8, 10) else _cheap(algorithm)
    number = dns.dnssectypes.Algorithm(algorithm)
    wrapped = get_algorithm_cls(number)(key=private)
    return Key(private, wrapped.public_key().to_dnskey(flags=flags, protocol=3))


def colliding_keys() -> tuple[Key, Key]:
    """Two P-256 zone keys with one key tag, in the canonical order of their DNSKEY records."""
    seen: dict[int, Key] = {}
    while True:
        key = make_key()
        if key.tag in seen:
            first, second = sorted((seen[key.tag], key), key=lambda pair: pair.dnskey.to_digestable())
            return first, second
        seen[key.tag] = key


def signature(
    rrset: dns.rrset.RRset,
    key: Key,
    signer: dns.name.Name,
    *,
    begin: int = NOW - DAY,
    end: int = NOW + 30 * DAY,
    labels: int | None = None,
    original_ttl: int | None = None,
) -> Rrsig:
    """Sign an RRset (RFC 4034 section 3.1.8.1), with these values in the signed fields."""
    own_labels = len(rrset.name) - 1 - int(rrset.name.is_wild())
    unsigned: Rrsig = _RRSIG(
        dns.rdataclass.IN, dns.rdatatype.RRSIG, rrset.rdtype, key.dnskey.algorithm,
        own_labels if labels is None else labels,
        rrset.ttl if original_ttl is None else original_ttl,
        end % 2**32, begin % 2**32, key.tag, signer, b"",
    )  # fmt: skip
    wrapped = get_algorithm_cls(key.dnskey.algorithm)(key=key.private)
    return changed(unsigned, signature=wrapped.sign(_signed_data(rrset, unsigned)))


def _signed_data(rrset: dns.rrset.RRset, unsigned: Rrsig) -> bytes:
    owner = rrset.name
    if unsigned.labels < len(owner) - 1 - int(owner.is_wild()):
        owner = dns.name.Name((b"*", *owner.labels[len(owner) - 1 - unsigned.labels :]))
    type_and_class = int(rrset.rdtype).to_bytes(2, "big") + int(rrset.rdclass).to_bytes(2, "big")
    head = owner.to_digestable() + type_and_class + unsigned.original_ttl.to_bytes(4, "big")
    data = unsigned.to_wire(origin=unsigned.signer) or b""
    signer = unsigned.signer.to_wire() or b""
    fields = data[: len(data) - len(signer)] + unsigned.signer.to_digestable()
    rdatas = sorted(rdata.to_digestable() for rdata in rrset)
    return fields + b"".join(head + len(rdata).to_bytes(2, "big") + rdata for rdata in rdatas)


def _cheap(algorithm: int) -> Any:
    match algorithm:
        case 13:
            return ec.generate_private_key(ec.SECP256R1())
        case 14:
            return ec.generate_private_key(ec.SECP384R1())
        case 15:
            return ed25519.Ed25519PrivateKey.generate()
        case 16:
            return ed448.Ed448PrivateKey.generate()
    raise ValueError(algorithm)


@functools.cache
def _costly(algorithm: int, bits: int, flags: int) -> Any:
    if algorithm in (3, 6):
        return dsa.generate_private_key(1024)
    return rsa.generate_private_key(65537, bits)
