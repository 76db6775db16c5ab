"""Whether the CAA records of a host allow the authority that issued its certificate (RFC 8659).

An authority looks at CAA when it issues, not later: a certificate that is not allowed stays valid, but can't be
renewed.
"""

from netaudit.model.evidence import CertificateTrust, EndpointEvidence, FoundRecords
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, could_not_test, failed, manual, not_applicable, passed
from netaudit.rules.caa import Policy, authority_names, caa_of, issuer_organisation
from netaudit.rules.fetches import endpoint_reach, row, trusted, untested
from netaudit.rules.records import find, missing

from ._helpers import BOTH, not_for_tls


def judge(evidence: EndpointEvidence) -> Outcome:
    """The nearest CAA records at or above the host, held against the issuer at every address."""
    problem = not_for_tls(evidence)
    if problem is not None:
        return problem
    found = _nearest(evidence)
    if found is None:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    facts = found.lookup.facts
    unknown = missing(found)
    if unknown is not None:
        return could_not_test("not_tested", unknown, facts=facts)
    at, policy = found.lookup.name, Policy.of(caa_of(found))
    if not found.rdatas:
        return not_applicable("none", facts=facts)
    if policy.critical:
        return failed("critical", facts=facts, at=at, tags=policy.critical)
    seen = trusted(evidence)
    if not seen:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    public = [(fact, trust) for fact, trust in seen if trust.trusted]
    if not public:
        return not_applicable("untrusted", facts=facts)
    return _held(evidence, policy, at, facts, public)


def _held(
    evidence: EndpointEvidence,
    policy: Policy,
    at: str,
    facts: tuple[str, ...],
    public: list[tuple[WebFact, CertificateTrust]],
) -> Outcome:
    """What the policy says of the issuers of these certificates."""
    plain = all(evidence.host.host in {name.lower() for name in trust.names} for _, trust in public)
    allowed = policy.allowed(wildcard=not plain)  # where one address shows a wildcard, that is what must be renewed
    judged = [(fact, issuer, _may_issue(issuer, allowed)) for fact, issuer in _issuers(public)]
    said = _said(allowed)
    observed = tuple(row(fact, f"issuer {issuer}; CAA at {at}: {said}", good) for fact, issuer, good in judged)
    facts = (*facts, *(fact.id for fact, _ in public))
    forbidden = [(fact, issuer) for fact, issuer, good in judged if good is False]
    if forbidden:
        addresses = tuple(fact.address for fact, _ in forbidden)
        return failed(
            "forbidden", observed=observed, facts=facts,
            at=at, issuer=forbidden[0][1], allowed=said, addresses=addresses,
        )  # fmt: skip
    unknown = [issuer for _, issuer, good in judged if good is None]
    if unknown:
        return manual("unknown_issuer", facts=facts, at=at, issuer=unknown[0], allowed=said)
    return passed("unlimited" if allowed is None else "ok", observed=observed, facts=facts, at=at, allowed=said)


def _may_issue(issuer: str, allowed: tuple[str, ...] | None) -> bool | None:
    """Whether an issuer is allowed; None when its names in CAA are not known."""
    if allowed is None or not allowed:
        return allowed is None
    names = authority_names(issuer)
    return bool(set(names) & set(allowed)) if names else None


def _nearest(evidence: EndpointEvidence) -> FoundRecords | None:
    """The look-up that counts: the first, from the host up, that holds records or failed, else the last one made."""
    labels = evidence.host.host.split(".")
    made: FoundRecords | None = None
    for start in range(len(labels)):
        found = find(evidence.host.found, "CAA", ".".join(labels[start:]))
        if found is None:
            break
        made = found
        if found.rdatas or missing(found) is not None:
            break
    return made


def _issuers(public: list[tuple[WebFact, CertificateTrust]]) -> list[tuple[WebFact, str]]:
    """Who issued each certificate: the organisation, or what it is called where it names none."""
    found = []
    for fact, trust in public:
        session = next((hop.tls for hop in fact.hops if hop.tls is not None), None)
        shown = session.certificates if session is not None else ()
        found.append((fact, (issuer_organisation(shown[0]) if shown else "") or trust.issuer))
    return found


def _said(allowed: tuple[str, ...] | None) -> str:
    return "no limit" if allowed is None else ", ".join(allowed) or "nobody"
