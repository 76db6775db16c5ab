"""What a signature is over, and whether it is good: the cryptography of RFC 4034 section 3.1.8.1, dates aside."""

import struct
from functools import lru_cache

import dns.dnssecalgs
import dns.name
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.RRSIG
import dns.rrset
from dns.dnssecalgs.base import GenericPublicKey

__all__ = ["is_good", "owner_labels", "signed_data"]

DNSKEY = dns.rdtypes.ANY.DNSKEY.DNSKEY
RRSIG = dns.rdtypes.ANY.RRSIG.RRSIG

_REMEMBERED = 16_384  # signatures, and keys


_P25519, _P448 = 2**255 - 19, 2**448 - 2**224 - 1
_Y_OF_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
# EdDSA public keys (RFC 8032) of points whose order divides the cofactor, without the sign of x; other encodings too
_SMALL_ORDER = {
    15: frozenset(
        y.to_bytes(32, "little")
        for y in (0, 1, _P25519 - 1, _P25519, _P25519 + 1, _Y_OF_ORDER_8, _P25519 - _Y_OF_ORDER_8)
    ),
    16: frozenset(y.to_bytes(57, "little") for y in (0, 1, _P448 - 1, _P448, _P448 + 1)),
}


def signed_data(rrset: dns.rrset.RRset, signature: RRSIG) -> bytes:
    """What a signature is over: its own fields and the RRset in canonical form (RFC 4034 section 3.1.8.1)."""
    fields = struct.pack(
        "!HBBIIIH",
        signature.type_covered,
        signature.algorithm,
        signature.labels,
        signature.original_ttl,
        signature.expiration,
        signature.inception,
        signature.key_tag,
    )
    owner = rrset.name
    if signature.labels < owner_labels(owner):  # expanded from a wildcard: the wildcard was signed
        owner = dns.name.Name((b"*", *owner.labels[len(owner) - 1 - signature.labels :]))
    head = owner.to_digestable() + struct.pack("!HHI", rrset.rdtype, rrset.rdclass, signature.original_ttl)
    rdatas = sorted(rdata.to_digestable() for rdata in rrset)
    return (
        fields
        + signature.signer.to_digestable()
        + b"".join(head + struct.pack("!H", len(rdata)) + rdata for rdata in rdatas)
    )


def owner_labels(name: dns.name.Name) -> int:
    """Labels as RRSIG counts them: without the root and without a leading asterisk (RFC 4034 section 3.1.3)."""
    return len(name) - 1 - int(name.is_wild())


@lru_cache(_REMEMBERED)
def is_good(data: bytes, signature: bytes, key: DNSKEY) -> bool:
    """Whether `signature` over `data` is by `key`; found out once, for the validator and all checks. Never raises.

    A key of small order proves nothing: anybody can make signatures that it verifies, without a private key.
    """
    if _has_small_order(key):
        return False
    try:
        public = _public(key)
        public.verify(signature, data)
    except Exception:
        # Key and signature are a stranger's bytes, and the libraries below raise a dozen kinds of
        # exception over them; whatever it is, the signature was not verified.
        return False
    return True


def _has_small_order(key: DNSKEY) -> bool:
    octets = key.key[:-1] + bytes(octet & 0x7F for octet in key.key[-1:])
    return octets in _SMALL_ORDER.get(int(key.algorithm), ())


@lru_cache(_REMEMBERED)
def _public(key: DNSKEY) -> GenericPublicKey:
    return dns.dnssecalgs.get_algorithm_cls_from_dnskey(key).public_cls.from_dnskey(key)
