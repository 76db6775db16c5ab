"""Whether the server shows the same certificate over IPv4 and IPv6 (RFC 9525; RFC 7469 section 2.4 on keys)."""

from netaudit.model.common import Family
from netaudit.model.evidence import CertificateTrust, EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.fetches import endpoint_reach, trusted, untested

from ._helpers import BOTH, one_family, public_key, row, same_certificate


def judge(evidence: EndpointEvidence) -> Outcome:
    """Alike are certificates of one key, or of the same names, issuer and term."""
    if not evidence.endpoint.startswith("https://"):
        return not_applicable("no_tls")
    if one_family(evidence.host):
        return not_applicable("one_family")
    seen = trusted(evidence)
    v4, v6 = ([pair for pair in seen if pair[0].family is family] for family in BOTH)
    if not v4 or not v6:
        reached = endpoint_reach(evidence, BOTH, min_tries=1)
        blind = [family for family in BOTH if evidence.blind(family) is not None]
        mute = [family for family, found in ((Family.IPV4, v4), (Family.IPV6, v6)) if not found]
        wanted = tuple(blind or mute)
        return untested(evidence, wanted, [reach for reach in reached if reach.family in wanted])
    facts = tuple(fact.id for fact, _ in seen)
    odd = [pair for pair in v6 if not any(_same(pair, other) for other in v4)]
    odd_addresses = {fact.address for fact, _ in odd}
    rows = tuple(
        row(fact, f"{trust.subject}; issuer {trust.issuer}; SHA-256 {trust.fingerprint[:16]}",
            fact.address not in odd_addresses if fact.family is Family.IPV6 else None)
        for fact, trust in seen
    )  # fmt: skip
    if odd:
        return failed(
            "differs", observed=rows, facts=facts, addresses=tuple(sorted(odd_addresses)),
            ipv4=v4[0][1].subject, ipv6=odd[0][1].subject,
        )  # fmt: skip
    return passed("ok", observed=rows, facts=facts, subject=v4[0][1].subject)


def _same(one: tuple[WebFact, CertificateTrust], other: tuple[WebFact, CertificateTrust]) -> bool:
    keys = [public_key(fact.hops[0].tls) if fact.hops else "" for fact, _ in (one, other)]
    return same_certificate(one[1], other[1]) or (keys[0] != "" and keys[0] == keys[1])
