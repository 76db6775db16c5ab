"""What validating resolvers put up with: their limits on keys, signatures, DS, NSEC3 and name servers.

Defaults of released software at `LIMITS_DATE`; most came with the mitigations of KeyTrap (CVE-2023-50387) and of
NSEC3 exhaustion (CVE-2023-50868). No standard sets them: RFC 4035 sets no bound, and RFC 9276 leaves that of NSEC3
iterations to resolvers. A zone within all of them is one that no resolver gives up on.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

__all__ = ["ADVISED_UDP", "LIMITS", "LIMITS_DATE", "SAFE_UDP", "Effect", "Limit", "Measure", "exceeded"]

LIMITS_DATE = date(2026, 11, 1)

ADVISED_UDP = 1400
"""Octets of a UDP response that avoid fragmentation nearly everywhere (RFC 9715 section 3.2)."""

SAFE_UDP = 1232
"""Octets that resolvers ask for by default since DNS flag day 2020; beyond them they ask again over TCP."""


class Measure(StrEnum):
    """What is counted, as reports name it in either language."""

    SIGNATURES = "RRSIG/RRset"  # in date: others cost nothing
    KEYS = "DNSKEY"
    SAME_TAG = "DNSKEY/key tag"  # of one algorithm
    EXPONENT = "RSA exponent (bit)"
    DS = "DS"
    NSEC3 = "NSEC3"  # in one negative answer
    ITERATIONS = "NSEC3 iterations"
    SERVERS = "NS"


class Effect(StrEnum):
    """What becomes of a zone beyond a limit."""

    FAILS = "fails"  # SERVFAIL, whatever the order of the records
    INSECURE = "insecure"  # taken for unsigned
    PART = "part"  # the records beyond the limit are not looked at: it fails when the good ones are among them


class Limit(NamedTuple):
    """The most that a resolver puts up with, and where it says so."""

    resolver: str
    measure: Measure
    most: int
    effect: Effect
    source: str


_UNBOUND, _BIND, _KNOT, _POWERDNS = "Unbound", "BIND", "Knot Resolver", "PowerDNS Recursor"

LIMITS = (
    Limit(_POWERDNS, Measure.SIGNATURES, 2, Effect.PART, "max-rrsigs-per-record (5.0.2)"),
    Limit(_UNBOUND, Measure.SIGNATURES, 8, Effect.PART, "MAX_VALIDATE_RRSIGS (1.19.1)"),
    Limit(_BIND, Measure.SIGNATURES, 16, Effect.PART, "max-validations-per-fetch (9.20.0)"),
    Limit(_BIND, Measure.KEYS, 100, Effect.FAILS, "max-records-per-type (9.18.28, CVE-2024-1737)"),
    Limit(_POWERDNS, Measure.SAME_TAG, 2, Effect.PART, "max-dnskeys (5.0.2)"),
    Limit(_UNBOUND, Measure.SAME_TAG, 4, Effect.PART, "MAX_DS_MATCH_FAILURES (1.19.1)"),
    Limit(_BIND, Measure.EXPONENT, 35, Effect.FAILS, "RSA_MAX_PUBEXP_BITS"),
    # the setting is 8, and the loop that holds to it gives up at the tenth record
    Limit(_POWERDNS, Measure.DS, 9, Effect.FAILS, "max-ds-per-zone (5.0.2)"),
    Limit(_BIND, Measure.DS, 100, Effect.FAILS, "max-records-per-type (9.18.28, CVE-2024-1737)"),
    Limit(_KNOT, Measure.NSEC3, 8, Effect.FAILS, "release notes of 5.7.1, CVE-2023-50868"),
    Limit(_POWERDNS, Measure.NSEC3, 10, Effect.PART, "max-nsec3s-per-record (5.0.2)"),
    Limit(_BIND, Measure.ITERATIONS, 50, Effect.INSECURE, "DNS_NSEC3_MAXITERATIONS (9.20.0; 150 before)"),
    Limit(_KNOT, Measure.ITERATIONS, 50, Effect.INSECURE, "KR_NSEC3_MAX_ITERATIONS (150 before 5.7)"),
    Limit(_POWERDNS, Measure.ITERATIONS, 50, Effect.INSECURE, "nsec3-max-iterations (5.0.1; 150 before)"),
    Limit(_UNBOUND, Measure.ITERATIONS, 150, Effect.INSECURE, "val-nsec3-keysize-iterations (1.13.2)"),
    Limit(_BIND, Measure.SERVERS, 13, Effect.PART, "max-delegation-servers (20 before, fixed)"),
    Limit(_UNBOUND, Measure.SERVERS, 20, Effect.PART, "iter-scrub-ns"),
)


def exceeded(counted: Mapping[Measure, int]) -> tuple[Limit, ...]:
    """The limits that these counts are beyond, those that do harm for certain first."""
    order = list(Effect)
    found = [limit for limit in LIMITS if counted.get(limit.measure, 0) > limit.most]
    return tuple(sorted(found, key=lambda limit: order.index(limit.effect)))
