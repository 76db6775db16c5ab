"""Whether a resolver says why it answers SERVFAIL (RFC 8914). For information: nobody has to."""

import dns.rcode

from netaudit.model.evidence import ResolverEvidence
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Outcome, not_applicable, passed
from netaudit.rules.edns import EXTENDED_ERROR, option_of

from ._helpers import Reply, facts_of, fit_names, nothing_to_ask, replies, row, told, unanswered


def judge(evidence: ResolverEvidence) -> Outcome:
    """Collect the Extended DNS Errors that come with SERVFAIL for bogus names."""
    return told(evidence, evidence.fact.tests.bogus, _judged(evidence))


def _judged(evidence: ResolverEvidence) -> Outcome:
    names = evidence.fact.tests.bogus
    stopped = nothing_to_ask(evidence, names, SecurityStatus.BOGUS)
    if stopped is not None:
        return stopped
    found = replies(evidence, fit_names(evidence, names, SecurityStatus.BOGUS))
    rejected = [r for r in found if r.rcode == dns.rcode.SERVFAIL]
    if not rejected:
        if all(r.failure is not None for r in found):
            return unanswered(evidence, found)
        return not_applicable("accepted", observed=tuple(r.seen(None) for r in found), facts=facts_of(found))
    errors = [_error(r) for r in rejected]
    observed = tuple(
        row(r.address, f"SERVFAIL, {error or 'no Extended DNS Error'}", None, r.name)
        for r, error in zip(rejected, errors, strict=True)
    )
    given = tuple(sorted({error for error in errors if error}))
    if not given:
        return not_applicable("none", observed=observed, facts=facts_of(rejected))
    return passed("ok", observed=observed, facts=facts_of(rejected), errors=given)


def _error(reply: Reply) -> str:
    """The code, as `EDE 7`."""
    data = option_of(reply.exchange, EXTENDED_ERROR) if reply.exchange is not None else None
    return f"EDE {int.from_bytes(data[:2], 'big')}" if data and len(data) >= 2 else ""
