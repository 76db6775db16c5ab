"""Whether a resolver answers SERVFAIL for bogus names (RFC 4035 section 5.5), and gives the data away with CD alone."""

import dns.rcode

from netaudit.model.evidence import ResolverEvidence
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Observation, Outcome, failed, passed, warned

from ._helpers import ANSWERED, Reply, facts_of, fit_names, nothing_to_ask, replies, reply, told, unanswered, validating


def judge(evidence: ResolverEvidence) -> Outcome:
    """SERVFAIL without CD, and the data with it: without the latter a client can't validate for itself."""
    return told(evidence, evidence.fact.tests.bogus, _judged(evidence))


def _judged(evidence: ResolverEvidence) -> Outcome:
    names = evidence.fact.tests.bogus
    stopped = nothing_to_ask(evidence, names, SecurityStatus.BOGUS)
    if stopped is not None:
        return stopped
    found = replies(evidence, fit_names(evidence, names, SecurityStatus.BOGUS))
    again = [reply(r.address, r.name, unchecked=True) for r in found]
    rows: list[Observation] = []
    accepted: list[str] = []
    withheld: list[str] = []
    validates, rejected = validating(evidence) is True, 0  # else a SERVFAIL may have any cause
    for checked, unchecked in zip(found, again, strict=True):
        rows.append(checked.seen(_good(checked)))
        if checked.rcode in ANSWERED:
            accepted.append(checked.label)
        elif checked.rcode == dns.rcode.SERVFAIL:
            given = unchecked.rcode in ANSWERED
            rejected += given or validates
            rows.append(unchecked.seen(given if unchecked.failure is None else None))
            withheld += [checked.label] if unchecked.rcode == dns.rcode.SERVFAIL and validates else []
    observed, facts = tuple(rows), facts_of([*found, *again])
    if accepted:
        return failed("accepted", observed=observed, facts=facts, answers=tuple(accepted))
    if withheld:
        return warned("checking_always", observed=observed, facts=facts, answers=tuple(withheld))
    if not rejected:
        return unanswered(evidence, found)
    return passed("ok", observed=observed, facts=facts, rejected=rejected, total=len(found))


def _good(found: Reply) -> bool | None:
    return False if found.rcode in ANSWERED else True if found.rcode == dns.rcode.SERVFAIL else None
