"""DNSSEC algorithms and DS digests: what software must validate and what operators must treat as insecure.

Source: the IANA registries "DNS Security Algorithm Numbers" and "DS RR Type Digest Algorithms" with the
columns of RFC 9904, as changed by RFC 9905 (SHA-1) and RFC 9906 (GOST).
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import dns.rdtypes.ANY.DNSKEY

__all__ = [
    "ALGORITHMS", "DIGESTS", "HISTORIC", "OPERATOR", "POLICIES", "REGISTRY_DATE", "SOFTWARE",
    "Algorithm", "Digest", "Policy", "Use", "Verifier", "algorithm_name", "digest_name",
]  # fmt: skip

REGISTRY_DATE = date(2025, 11, 30)


class Use(StrEnum):
    """The requirement words of RFC 9904's columns."""

    MUST = "MUST"
    RECOMMENDED = "RECOMMENDED"
    MAY = "MAY"
    NOT_RECOMMENDED = "NOT RECOMMENDED"
    MUST_NOT = "MUST NOT"


class Algorithm(NamedTuple):
    """A signing algorithm: the requirement for zones, for operators of validators, and what we can verify."""

    number: int
    mnemonic: str
    signing: Use
    validation: Use
    verifiable: bool  # `cryptography` verifies it


class Digest(NamedTuple):
    """A DS digest type: the requirement for delegations and for validators, and its size in octets."""

    number: int
    mnemonic: str
    delegation: Use
    validation: Use
    size: int | None  # None: not computable here


ALGORITHMS: dict[int, Algorithm] = {
    item.number: item
    for item in (
        Algorithm(1, "RSAMD5", Use.MUST_NOT, Use.MUST_NOT, True),
        Algorithm(3, "DSA", Use.MUST_NOT, Use.MUST_NOT, True),
        Algorithm(5, "RSASHA1", Use.MUST_NOT, Use.RECOMMENDED, True),
        Algorithm(6, "DSA-NSEC3-SHA1", Use.MUST_NOT, Use.MUST_NOT, True),
        Algorithm(7, "RSASHA1-NSEC3-SHA1", Use.MUST_NOT, Use.RECOMMENDED, True),
        Algorithm(8, "RSASHA256", Use.RECOMMENDED, Use.RECOMMENDED, True),
        Algorithm(10, "RSASHA512", Use.NOT_RECOMMENDED, Use.RECOMMENDED, True),
        Algorithm(12, "ECC-GOST", Use.MUST_NOT, Use.MUST_NOT, False),
        Algorithm(13, "ECDSAP256SHA256", Use.RECOMMENDED, Use.RECOMMENDED, True),
        Algorithm(14, "ECDSAP384SHA384", Use.MAY, Use.RECOMMENDED, True),
        Algorithm(15, "ED25519", Use.RECOMMENDED, Use.RECOMMENDED, True),
        Algorithm(16, "ED448", Use.MAY, Use.RECOMMENDED, True),
        Algorithm(17, "SM2SM3", Use.MAY, Use.MAY, False),
        Algorithm(23, "ECC-GOST12", Use.MAY, Use.MAY, False),
    )
}

DIGESTS: dict[int, Digest] = {
    item.number: item
    for item in (
        Digest(1, "SHA-1", Use.MUST_NOT, Use.RECOMMENDED, 20),
        Digest(2, "SHA-256", Use.RECOMMENDED, Use.RECOMMENDED, 32),
        Digest(3, "GOST R 34.11-94", Use.MUST_NOT, Use.MUST_NOT, None),
        Digest(4, "SHA-384", Use.MAY, Use.RECOMMENDED, 48),
        Digest(5, "GOST R 34.11-2012", Use.MAY, Use.MAY, None),
        Digest(6, "SM3", Use.MAY, Use.MAY, None),
    )
}


Verifier = Callable[[bytes, bytes, dns.rdtypes.ANY.DNSKEY.DNSKEY], bool]
"""Whether a signature (second) over data (first) is by a key: what a caller supplies for an algorithm of its own."""


class Policy(NamedTuple):
    """What a validator takes for signed: anything else makes a zone insecure (RFC 4035 section 5.2).

    `verifiers` holds the verification of algorithms that are not shipped, or replaces a shipped one.
    """

    name: str
    algorithms: frozenset[int]
    digests: frozenset[int]
    verifiers: Mapping[int, Verifier] = MappingProxyType({})

    def with_verifier(self, number: int, verifier: Verifier) -> "Policy":
        """Return the policy with one more algorithm, which `verifier` verifies; it must not raise."""
        return self._replace(algorithms=self.algorithms | {number}, verifiers={**self.verifiers, number: verifier})

    def validates_algorithm(self, number: int) -> bool:
        """Whether signatures of this algorithm count."""
        return number in self.algorithms

    def validates_digest(self, number: int) -> bool:
        """Whether DS records of this digest type count."""
        return number in self.digests


_VERIFIABLE = frozenset(a.number for a in ALGORITHMS.values() if a.verifiable)
_COMPUTABLE = frozenset(d.number for d in DIGESTS.values() if d.size is not None)
_PROHIBITED = frozenset(a.number for a in ALGORITHMS.values() if a.validation is Use.MUST_NOT)

# RFC 9905 section 2: operators treat SHA-1 as unsupported; validating software keeps the ability.
OPERATOR = Policy("operator", _VERIFIABLE - _PROHIBITED - {5, 7}, _COMPUTABLE - {1})
SOFTWARE = Policy("software", _VERIFIABLE - _PROHIBITED, _COMPUTABLE)
HISTORIC = Policy("historic", _VERIFIABLE, _COMPUTABLE)
POLICIES: dict[str, Policy] = {policy.name: policy for policy in (OPERATOR, SOFTWARE, HISTORIC)}


def algorithm_name(number: int) -> str:
    """The mnemonic of an algorithm number; the number itself when the registry has none."""
    known = ALGORITHMS.get(number)
    return known.mnemonic if known else f"algorithm {number}"


def digest_name(number: int) -> str:
    """The name of a DS digest type; the number itself when the registry has none."""
    known = DIGESTS.get(number)
    return known.mnemonic if known else f"digest type {number}"
