"""Whether a resolver reaches name servers that have addresses of one family only (draft-ietf-dnsop-3901bis)."""

import dns.rcode

from netaudit.model.common import Family
from netaudit.model.evidence import ResolverEvidence
from netaudit.model.verdict import Outcome, passed, warned

from ._helpers import Reply, facts_of, fit_names, nothing_to_ask, replies, told, unanswered


def judge(evidence: ResolverEvidence) -> Outcome:
    """What we resolve ourselves, the resolver should; SERVFAIL for it says that it lacks that family."""
    return told(evidence, (*evidence.fact.tests.ipv6_only, *evidence.fact.tests.ipv4_only), _judged(evidence))


def _judged(evidence: ResolverEvidence) -> Outcome:
    tests = evidence.fact.tests
    names = {Family.IPV6: tests.ipv6_only, Family.IPV4: tests.ipv4_only}
    stopped = nothing_to_ask(evidence, (*tests.ipv6_only, *tests.ipv4_only), None)
    if stopped is not None:
        return stopped
    found: list[Reply] = []
    lacking: dict[Family, list[str]] = {}
    answered = 0
    for family, asked in names.items():
        for reply in replies(evidence, fit_names(evidence, asked, None)):
            found.append(reply)
            answered += reply.rcode == dns.rcode.NOERROR
            if reply.rcode == dns.rcode.SERVFAIL:
                lacking.setdefault(family, []).append(reply.label)
    observed, facts = tuple(r.seen(_good(r)) for r in found), facts_of(found)
    for family, message in ((Family.IPV6, "no_ipv6"), (Family.IPV4, "no_ipv4")):
        if family in lacking:
            return warned(message, observed=observed, facts=facts, answers=tuple(lacking[family]))
    if not answered:
        return unanswered(evidence, found)
    return passed("ok", observed=observed, facts=facts, answered=answered, total=len(found))


def _good(found: Reply) -> bool | None:
    return True if found.rcode == dns.rcode.NOERROR else False if found.rcode == dns.rcode.SERVFAIL else None
