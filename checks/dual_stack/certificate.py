"""Whether the server shows the same certificate over IPv4 and IPv6 (RFC 9525; RFC 7469 section 2.4 on keys)."""

from netaudit.model.common import Family
from netaudit.model.evidence import CertificateTrust, EndpointEvidence
from netaudit.model.facts import DialogueFact, TlsObservation, WebFact
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.dialects import complete, speaks_to_clients
from netaudit.rules.fetches import endpoint_reach, row, untested, vouched

from ._helpers import BOTH, one_family, public_key, same_certificate


def judge(evidence: EndpointEvidence) -> Outcome:
    """Alike are certificates of one key, or of the same names, issuer and term."""
    if not _expected(evidence):
        return not_applicable("no_tls")
    if one_family(evidence.host):
        return not_applicable("one_family")
    seen = vouched(evidence)
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


_Session = tuple[WebFact | DialogueFact, CertificateTrust]


def _expected(evidence: EndpointEvidence) -> bool:
    """Whether TLS is: of a web site by its scheme; of submission and IMAP unless an address is known to have none."""
    if not speaks_to_clients(evidence.endpoint):
        return evidence.endpoint.startswith("https://")
    return not any(complete(talk) and talk.tls is None for talk in evidence.dialogues)


def _same(one: _Session, other: _Session) -> bool:
    keys = [public_key(_tls(fact)) for fact, _ in (one, other)]
    return same_certificate(one[1], other[1]) or (keys[0] != "" and keys[0] == keys[1])


def _tls(fact: WebFact | DialogueFact) -> TlsObservation | None:
    if isinstance(fact, DialogueFact):
        return fact.tls
    return fact.hops[0].tls if fact.hops else None
