"""Whether TLSA records fit the certificate that an HTTPS endpoint shows at each address (RFC 6698, RFC 7671)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.dane import DANE_EE, Presented, bogus, described, fitting, published, tlsa_of, tlsa_text, usable
from netaudit.rules.fetches import endpoint_reach, row, trusted, untested
from netaudit.rules.records import INDETERMINATE, malformed, missing, reason_of, status_of

from ._helpers import BOTH, not_for_tls, port_of


def judge(evidence: EndpointEvidence) -> Outcome:
    """First whether the records count at all, then whether they fit every address that showed a certificate."""
    problem = not_for_tls(evidence)
    if problem is not None:
        return problem
    found = published(evidence.host, evidence.host.found, port_of(evidence))
    if found is None:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    facts = found.lookup.facts
    error = malformed(found)
    if error:
        return failed("malformed", facts=facts, name=found.lookup.name, error=error)
    unknown = missing(found)
    if unknown is not None:
        return could_not_test("not_tested", unknown, facts=facts)
    name, records = found.lookup.name, tlsa_of(found)
    texts = tuple(tlsa_text(record) for record in records)
    if bogus(found, evidence.host):
        return failed("bogus", facts=facts, name=name, cause=reason_of(found.security))
    if not records:
        return not_applicable("none", facts=facts, name=name)
    status = status_of(found.security)
    if status is SecurityStatus.INSECURE:
        return warned("insecure", facts=facts, name=name, records=texts)
    if status is not SecurityStatus.SECURE:
        return could_not_test("not_tested", INDETERMINATE, facts=facts)
    good = [record for record in records if usable(record, pkix=True)]
    if not good:
        return warned("unusable", facts=facts, name=name, records=texts)
    seen = [(fact, fitting(good, Presented(_certificates(fact), t), evidence.now)) for fact, t in trusted(evidence)]
    if not seen:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    rows = tuple(row(fact, described(fits), bool(fits)) for fact, fits in seen)
    facts = (*facts, *(fact.id for fact, _ in seen))
    bad = tuple(fact.address for fact, fits in seen if not fits)
    if bad:
        return failed("mismatch", observed=rows, facts=facts, addresses=bad, records=texts, name=name)
    message = "ok_single" if len(good) == 1 and int(good[0].usage) == DANE_EE else "ok"
    return passed(message, observed=rows, facts=facts, records=texts, total=len(seen))


def _certificates(fact: WebFact) -> tuple[bytes, ...]:
    session = next((hop.tls for hop in fact.hops if hop.tls is not None), None)
    return session.certificates if session is not None else ()
