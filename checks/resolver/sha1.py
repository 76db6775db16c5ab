"""What a resolver makes of names signed with SHA-1 alone: RFC 9905 wants its operator to treat them as insecure."""

import dns.rcode

from netaudit.model.evidence import ResolverEvidence
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Outcome, failed, manual, not_applicable, passed

from ._helpers import (
    ANSWERED,
    Reply,
    facts_of,
    fit_names,
    labels,
    nothing_to_ask,
    replies,
    told,
    unanswered,
    validating,
)


def judge(evidence: ResolverEvidence) -> Outcome:
    """Data without AD is right; AD is for its operator to look at, for software must still be able to (section 2).

    SERVFAIL is wrong either way: an algorithm that is not supported makes a zone insecure (RFC 4035 section 5.2).
    """
    return told(evidence, evidence.fact.tests.sha1, _judged(evidence))


def _judged(evidence: ResolverEvidence) -> Outcome:
    names = evidence.fact.tests.sha1
    stopped = nothing_to_ask(evidence, names, SecurityStatus.SECURE)
    if stopped is not None:
        return stopped
    if validating(evidence) is False:
        return not_applicable("not_validating")
    found = replies(evidence, fit_names(evidence, names, SecurityStatus.SECURE))
    observed, facts = tuple(r.seen(_good(r)) for r in found), facts_of(found)
    refused = labels(found, lambda r: r.rcode == dns.rcode.SERVFAIL)
    if refused:
        return failed("refused", observed=observed, facts=facts, answers=refused)
    answers = [r for r in found if r.rcode in ANSWERED]
    if not answers:
        return unanswered(evidence, found)
    trusted = labels(answers, lambda r: r.authentic)
    if trusted:
        return manual("validated", facts=facts, answers=trusted)
    return passed("ok", observed=observed, facts=facts, answered=len(answers), total=len(found))


def _good(found: Reply) -> bool | None:
    if found.rcode == dns.rcode.SERVFAIL:
        return False
    return True if found.rcode in ANSWERED and not found.authentic else None
