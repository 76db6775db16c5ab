"""Whether a recursive resolver validates DNSSEC: AD with what is properly signed (RFC 4035 section 3.2.3)."""

from netaudit.model.evidence import ResolverEvidence
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Outcome, failed, passed

from ._helpers import ANSWERED, Reply, facts_of, fit_names, labels, nothing_to_ask, replies, told, unanswered


def judge(evidence: ResolverEvidence) -> Outcome:
    """Every address that answers about a signed name must say that it is authentic."""
    return told(evidence, evidence.fact.tests.signed, _judged(evidence))


def _judged(evidence: ResolverEvidence) -> Outcome:
    names = evidence.fact.tests.signed
    stopped = nothing_to_ask(evidence, names, SecurityStatus.SECURE)
    if stopped is not None:
        return stopped
    found = replies(evidence, fit_names(evidence, names, SecurityStatus.SECURE))
    answers = [r for r in found if r.rcode in ANSWERED]
    if not answers:
        return unanswered(evidence, found)
    observed, facts = tuple(r.seen(_good(r)) for r in found), facts_of(found)
    without = labels(answers, lambda r: not r.authentic)
    if without:
        return failed("not_validating", observed=observed, facts=facts, answers=without)
    return passed("ok", observed=observed, facts=facts, answered=len(answers), total=len(found))


def _good(found: Reply) -> bool | None:
    return found.authentic if found.rcode in ANSWERED else None
