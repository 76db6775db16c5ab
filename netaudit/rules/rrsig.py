"""Keys, DS and signatures as records: what fits what, dates on the calendar, and whether a signature verifies."""

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

import dns.dnssec
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rdtypes.ANY.RRSIG
import dns.rrset

from netaudit.rules.algorithms import VERIFIABLE
from netaudit.rules.signed_data import is_good, owner_labels, signed_data
from netaudit.rules.weak_rsa import RsaKey, parse

__all__ = [
    "DNSKEY", "DS", "RRSIG", "Validity", "Verifier", "computable", "ds_text", "is_zone_key", "key_tag", "key_text",
    "matches", "moment", "rsa_bits", "rsa_key", "utc", "validity", "verifies",
]  # fmt: skip

DNSKEY = dns.rdtypes.ANY.DNSKEY.DNSKEY
DS = dns.rdtypes.ANY.DS.DS
RRSIG = dns.rdtypes.ANY.RRSIG.RRSIG

_ZONE, _REVOKE, _SEP = 0x0100, 0x0080, 0x0001
_RSA = frozenset({1, 5, 7, 8, 10})
_DIGESTS = {1: "SHA1", 2: "SHA256", 4: "SHA384"}
_RSAMD5 = 1
_TRIES = 4  # keys that share one tag, and signatures that one key is tried with (CVE-2023-50387)
_VERIFICATIONS = 16  # for one RRset
_REMEMBERED = 16_384  # keys' tags, signatures' dates, matches of DS and key


class Validity(NamedTuple):
    """How the best signature over an RRset stands, and when it begins and ends, in seconds since 1970."""

    state: str  # one of _STATES
    inception: float = 0.0
    expiration: float = 0.0
    key_tag: int = 0


_STATES = ("none", "invalid", "not_yet", "expired", "undecided", "current")  # the best last
_RANK = {state: rank for rank, state in enumerate(_STATES)}
_NONE = Validity("none")


def validity(signatures: Iterable[RRSIG], now: float) -> Validity:
    """How signatures stand in time alone.

    One current signature is enough (RFC 6840 section 5.11), the one that lasts longest counts.
    Signatures left over from a rollover beside it do no harm.
    """
    return _best(_dated(signature, now) for signature in signatures)


class Verifier:
    """Judges the signatures over a zone's RRsets by cryptography and by date.

    At most 16 verifications for one RRset and 4 keys that share a tag (CVE-2023-50387). What that leaves open is
    `undecided`, and so it is neither good nor bad.
    """

    def __init__(self, zone: dns.name.Name, now: float) -> None:
        self._zone = zone
        self._now = now

    def judge(self, rrset: dns.rrset.RRset, signatures: Iterable[RRSIG], keys: Sequence[DNSKEY]) -> Validity:
        """How the signatures stand that one of `keys` made; `invalid` when there are some, but none by these keys.

        A signature by an algorithm that can't be verified here is taken at its dates.
        """
        found: list[Validity] = []
        left = _VERIFICATIONS
        for signature in signatures:
            fitting = [key for key in keys if _fits(signature, key)] if signature.signer == self._zone else []
            tried = fitting[: min(_TRIES, left)]
            left -= len(tried)
            if any(not _verifiable(key) or verifies(rrset, [signature], key, self._zone) for key in tried):
                found.append(_dated(signature, self._now))
            else:
                state = "invalid" if tried == fitting else "undecided"
                found.append(Validity(state, key_tag=signature.key_tag))
        return _best(found)


def _best(found: Iterable[Validity]) -> Validity:
    return max(found, key=lambda one: (_RANK[one.state], one.expiration), default=_NONE)


def _dated(signature: RRSIG, now: float) -> Validity:
    return _between(signature.inception, signature.expiration, signature.key_tag, now)


@lru_cache(_REMEMBERED)
def _between(inception: int, expiration: int, tag: int, now: float) -> Validity:
    """A signature's place in time; its first and its last second count (RFC 4034 section 3.1.5)."""
    begins, ends = moment(inception, now), moment(expiration, now)
    state = "not_yet" if begins > int(now) else "expired" if ends < int(now) else "current"
    return Validity(state, begins, ends, tag)


def moment(stamp: int, now: float) -> float:
    """The second nearest to `now` that a 32-bit serial time stands for (RFC 4034 section 3.1.5)."""
    return int(now) + ((int(stamp) - int(now) + 0x80000000) & 0xFFFFFFFF) - 0x80000000


@lru_cache(_REMEMBERED)
def utc(seconds: float) -> str:
    """A time as ISO 8601 in UTC; years beyond the calendar come out as plain seconds."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return f"{seconds:.0f} s"


def verifies(rrset: dns.rrset.RRset, signatures: Sequence[RRSIG], key: DNSKEY, zone: dns.name.Name) -> bool:
    """Whether one of the signatures over `rrset` is by `key` and cryptographically right, whatever its dates.

    At most four signatures that fit the key are tried.
    """
    fitting = [s for s in signatures if s.signer == zone and _fits(s, key) and _covers(s, rrset)]
    return any(is_good(signed_data(rrset, signature), signature.signature, key) for signature in fitting[:_TRIES])


def _covers(signature: RRSIG, rrset: dns.rrset.RRset) -> bool:
    """Whether a signature speaks of the RRset at all (RFC 4035 section 5.3.1)."""
    return signature.type_covered == rrset.rdtype and signature.labels <= owner_labels(rrset.name)


def _fits(signature: RRSIG, key: DNSKEY) -> bool:
    return signature.algorithm == key.algorithm and signature.key_tag == key_tag(key)


def _verifiable(key: DNSKEY) -> bool:
    return int(key.algorithm) in VERIFIABLE


def computable(ds: DS) -> bool:
    """Whether a DS can be held against keys here: its digest can be computed, signatures of its algorithm verified."""
    return int(ds.digest_type) in _DIGESTS and int(ds.algorithm) in VERIFIABLE


def matches(ds: DS, key: DNSKEY, zone: dns.name.Name) -> bool | None:
    """Whether a DS is the digest of a key. None: its digest type can't be computed."""
    digest = _DIGESTS.get(int(ds.digest_type))
    if digest is None:
        return None
    if ds.key_tag != key_tag(key) or ds.algorithm != key.algorithm:
        return False
    return _digest(zone, key, digest) == ds.digest


@lru_cache(_REMEMBERED)
def _digest(zone: dns.name.Name, key: DNSKEY, algorithm: str) -> bytes:
    return dns.dnssec.make_ds(zone, key, algorithm, policy=dns.dnssec.allow_all_policy).digest


def is_zone_key(key: DNSKEY) -> bool:
    """Whether a key may sign its zone's data: zone flag, protocol 3, not revoked (RFC 4034 2.1, RFC 5011 2.1)."""
    return bool(key.flags & _ZONE) and not key.flags & _REVOKE and key.protocol == 3


def key_tag(key: DNSKEY) -> int:
    """The key tag (RFC 4034 appendix B): a sum over all octets, which is done once for a key."""
    return _tag(int(key.flags), key.protocol, int(key.algorithm), key.key)


@lru_cache(_REMEMBERED)
def _tag(flags: int, protocol: int, algorithm: int, octets: bytes) -> int:
    data = struct.pack("!HBB", flags, protocol, algorithm) + octets
    if algorithm == _RSAMD5:
        return int.from_bytes(data[-3:-1], "big")
    total = sum(data[::2]) << 8
    total += sum(data[1::2])
    return total + (total >> 16) & 0xFFFF


def key_text(key: DNSKEY) -> str:
    """A key as "12345 13 257": key tag, algorithm, flags."""
    return f"{key_tag(key)} {int(key.algorithm)} {int(key.flags)}"


class DSFields(Protocol):
    """What every DS record says before its digest."""

    @property
    def key_tag(self) -> int: ...
    @property
    def algorithm(self) -> int: ...
    @property
    def digest_type(self) -> int: ...


def ds_text(ds: DSFields) -> str:
    """A DS as "12345 13 2": key tag, algorithm, digest type."""
    return f"{ds.key_tag} {int(ds.algorithm)} {int(ds.digest_type)}"


def rsa_key(key: DNSKEY) -> RsaKey | None:
    """The exponent and modulus of an RSA key; None: not RSA, or not of its form (RFC 3110 section 2)."""
    return parse(key.key) if int(key.algorithm) in _RSA else None


def rsa_bits(key: DNSKEY) -> int | None:
    """The size of an RSA modulus in bits, 0 when it can't be read; None: not RSA."""
    if int(key.algorithm) not in _RSA:
        return None
    found = rsa_key(key)
    return found.modulus.bit_length() if found is not None else 0
