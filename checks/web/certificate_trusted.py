"""Whether the server's certificate is trusted and names the host, at every address (RFC 5280, RFC 9525)."""

from netaudit.model.evidence import CertificateTrust, EndpointEvidence
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.fetches import endpoint_reach, row, untested, vouched

from ._helpers import BOTH, not_for_sessions


def judge(evidence: EndpointEvidence) -> Outcome:
    """The name comes first: a certificate for another host is the commoner mistake, and explains more."""
    problem = not_for_sessions(evidence)
    if problem is not None:
        return problem
    seen = vouched(evidence)
    if not seen:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    rows = tuple(row(fact, _described(trust), trust.trusted and trust.name_matches) for fact, trust in seen)
    facts = tuple(fact.id for fact, _ in seen)
    misnamed = [(fact, trust) for fact, trust in seen if not trust.name_matches]
    if misnamed:
        return failed(
            "name_mismatch", observed=rows, facts=facts, addresses=tuple(fact.address for fact, _ in misnamed),
            names=misnamed[0][1].names[:8], host=evidence.host.host,
        )  # fmt: skip
    bad = [(fact, trust) for fact, trust in seen if not trust.trusted]
    if bad:
        addresses = tuple(fact.address for fact, _ in bad)
        if all(trust.not_after < evidence.now for _, trust in bad):
            return failed("expired", observed=rows, facts=facts, addresses=addresses)
        error, issuer = bad[0][1].error or "untrusted", bad[0][1].issuer
        return failed("untrusted", observed=rows, facts=facts, addresses=addresses, issuer=issuer, error=error)
    return passed("ok", observed=rows, facts=facts, issuer=seen[0][1].issuer, total=len(seen))


def _described(trust: CertificateTrust) -> str:
    return f"{trust.subject}; issuer {trust.issuer}; {trust.error or 'valid'}"
