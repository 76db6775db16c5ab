"""What the judges of dual-stack services share: the two sides of an endpoint, and when two certificates are one."""

import hashlib
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from netaudit.model.common import Failure, Family
from netaudit.model.evidence import CertificateTrust, EndpointEvidence, HostEvidence
from netaudit.model.facts import TlsObservation, WebFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import addresses, first_failure, is_web, own, row, untested
from netaudit.rules.turned_away import turned_away
from netaudit.rules.zones import trouble

BOTH = (Family.IPV4, Family.IPV6)


def sides(evidence: EndpointEvidence) -> tuple[tuple[WebFact, ...], tuple[WebFact, ...]] | Outcome:
    """The complete fetches over IPv4 and over IPv6; an outcome when there is nothing to compare.

    Every fetch must be complete, redirects followed: where one failed, reachability is in question, not
    likeness, and the comparison says `not_tested`.
    """
    if not is_web(evidence):
        return not_applicable("not_web")
    if one_family(evidence.host):
        return not_applicable("one_family")
    facts = own(evidence)
    failure = first_failure(fact.failure for fact in facts) or _turned_away(facts)
    v4, v6 = (tuple(fact for fact in facts if fact.family is family) for family in BOTH)
    if failure is None and v4 and v6 and all(fact.hops for fact in facts):
        return v4, v6
    blind = [found for family in BOTH if (found := evidence.blind(family)) is not None]
    failure = blind[0] if blind else failure
    if failure is None:
        return untested(evidence, BOTH)
    rows = tuple(row(fact, _seen(fact)) for fact in facts)
    return could_not_test("not_tested", failure, observed=rows, facts=tuple(fact.id for fact in facts))


def one_family(host: HostEvidence) -> bool:
    """Whether the host is known to have addresses of one family at most."""
    lookups = [host.lookup(family) for family in BOTH]
    none = [item is not None and item.failure is None and not item.addresses for item in lookups]
    return any(none) and (all(none) or any(addresses(host, family) for family in BOTH))


def by_value(v4: tuple[WebFact, ...], v6: tuple[WebFact, ...], value: Callable[[WebFact], str], name: str) -> Outcome:
    """Whether each IPv6 fetch shows what some IPv4 fetch shows: `differs`, or `ok` with the value as `name`."""
    facts = tuple(fact.id for fact in (*v4, *v6))
    usual = {value(fact) for fact in v4}
    odd = tuple(fact for fact in v6 if value(fact) not in usual)
    rows = tuple(row(fact, value(fact), fact not in odd if fact in v6 else None) for fact in (*v4, *v6))
    if odd:
        return failed(
            "differs", observed=rows, facts=facts, addresses=tuple(fact.address for fact in odd),
            ipv4=value(v4[0]), ipv6=value(odd[0]),
        )  # fmt: skip
    return passed("ok", observed=rows, facts=facts, **{name: value(v4[0])})


def same_certificate(one: CertificateTrust, other: CertificateTrust) -> bool:
    """Whether two certificates stand for one identity although their bytes may differ: a renewal, a farm."""
    if one.fingerprint == other.fingerprint:
        return True
    return (sorted(one.names), one.issuer) == (sorted(other.names), other.issuer) and (
        abs(one.not_after - other.not_after) <= _RENEWAL
    )


def public_key(session: TlsObservation | None) -> str:
    """A digest of the SubjectPublicKeyInfo of the server's certificate; empty when there is none to read."""
    if session is None or not session.certificates:
        return ""
    try:
        key = x509.load_der_x509_certificate(session.certificates[0]).public_key()
        info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # the bytes are the peer's, and cryptography documents no closed list of what they may raise
        return ""
    return hashlib.sha256(info).hexdigest()


_RENEWAL = 7 * 86_400  # seconds between the renewals of one farm's machines


def _turned_away(facts: tuple[WebFact, ...]) -> Failure | None:
    """A wall against robots speaks of our own requests, not of what visitors see."""
    return next((found for fact in facts if fact.hops and (found := turned_away(fact.hops[-1])) is not None), None)


def _seen(fact: WebFact) -> str:
    if fact.failure is not None:
        return trouble(fact.failure)
    return f"HTTP {fact.hops[-1].status}" if fact.hops else "not fetched"
