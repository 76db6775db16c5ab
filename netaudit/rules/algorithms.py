"""DNSSEC algorithms and DS digests: what the registry says of them, and the policies of validators.

Software must be able to validate more than operators may rely on (RFC 9905 section 2): each has a policy. The registry
is a dated file, `dnssec-algorithms-….yaml` beside this module.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import dns.rdtypes.ANY.DNSKEY

from netaudit.rules.algorithm_registry import Algorithm, Digest, Registry, RegistryError, Use

__all__ = [
    "ALGORITHMS", "DIGESTS", "HISTORIC", "OPERATOR", "POLICIES", "REGISTRY", "REGISTRY_DATE", "SOFTWARE", "VERIFIABLE",
    "Algorithm", "Digest", "Policy", "Registry", "RegistryError", "Use", "Verifier", "algorithm_name", "digest_name",
]  # fmt: skip

REGISTRY = Registry.from_file(Path(__file__).with_name("dnssec-algorithms-2026-09-07.yaml"))
REGISTRY_DATE = REGISTRY.date
ALGORITHMS = REGISTRY.algorithms
DIGESTS = REGISTRY.digests

VERIFIABLE = frozenset({1, 3, 5, 6, 7, 8, 10, 13, 14, 15, 16})  # the signing algorithms that `cryptography` verifies
_COMPUTABLE = frozenset({1, 2, 4})  # the digest types that the standard library computes


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

    @classmethod
    def of(cls, registry: Registry, name: str = "software") -> "Policy":
        """The policy of that name (`operator`, `software`, `historic`) by a registry. Raises ValueError for others."""
        if name not in _MAKERS:
            raise ValueError(f"no policy is called {name!r}: {', '.join(_MAKERS)}")
        return _MAKERS[name](registry)

    @classmethod
    def from_file(cls, path: Path, name: str = "software") -> "Policy":
        """The policy of that name by the registry in a file. Raises RegistryError, OSError and ValueError."""
        return cls.of(Registry.from_file(path), name)

    def with_verifier(self, number: int, verifier: Verifier) -> "Policy":
        """Return the policy with one more algorithm, which `verifier` verifies; it must not raise."""
        return self._replace(algorithms=self.algorithms | {number}, verifiers={**self.verifiers, number: verifier})

    def validates_algorithm(self, number: int) -> bool:
        """Whether signatures of this algorithm count."""
        return number in self.algorithms

    def validates_digest(self, number: int) -> bool:
        """Whether DS records of this digest type count."""
        return number in self.digests


def _software(registry: Registry) -> Policy:
    """What software must or may validate: all that is not MUST NOT to implement, as far as it can be verified here."""
    banned = {a.number for a in registry.algorithms.values() if a.implement_validation is Use.MUST_NOT}
    useless = {d.number for d in registry.digests.values() if d.implement_validation is Use.MUST_NOT}
    return Policy(
        "software", VERIFIABLE & set(registry.algorithms) - banned, _COMPUTABLE & set(registry.digests) - useless
    )


def _operator(registry: Registry) -> Policy:
    """What those who run validators may rely on; all else they treat as unsupported, and so as insecure."""
    software = _software(registry)
    return Policy(
        "operator",
        frozenset(number for number in software.algorithms if registry.algorithms[number].relied_on),
        frozenset(number for number in software.digests if registry.digests[number].relied_on),
    )


def _historic(_registry: Registry) -> Policy:
    """All that can be verified at all, whatever the registry says: for records of long ago."""
    return Policy("historic", VERIFIABLE, _COMPUTABLE)


_MAKERS: Mapping[str, Callable[[Registry], Policy]] = {
    "operator": _operator, "software": _software, "historic": _historic,
}  # fmt: skip
POLICIES: dict[str, Policy] = {name: Policy.of(REGISTRY, name) for name in _MAKERS}
OPERATOR, SOFTWARE, HISTORIC = POLICIES["operator"], POLICIES["software"], POLICIES["historic"]


def algorithm_name(number: int) -> str:
    """The mnemonic of an algorithm number; the number itself when the registry has none."""
    known = ALGORITHMS.get(number)
    return known.mnemonic if known else f"algorithm {number}"


def digest_name(number: int) -> str:
    """The name of a DS digest type; the number itself when the registry has none."""
    known = DIGESTS.get(number)
    return known.mnemonic if known else f"digest type {number}"
