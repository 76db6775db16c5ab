"""The rule of the national "IPv6 Ready" label, as one scan sees it: an AAAA record, and the site opens over IPv6.

A status of 400 or more is no site that opens, save where we are turned away (403, 429), which says nothing about
visitors.
"""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, could_not_test, failed, passed
from netaudit.rules.fetches import endpoint_reach, in_circle, is_web, own, rows, untested
from netaudit.rules.rounds import FAILING_ROUNDS
from netaudit.rules.turned_away import turned_away

__all__ = ["ipv6_ready"]

_V6 = (Family.IPV6,)
_FORBIDDEN = 403


def ipv6_ready(evidence: EndpointEvidence, min_tries: int = 2, failing_rounds: int = FAILING_ROUNDS) -> Outcome:
    """Every AAAA must open: a visitor can't choose the one that works.

    Messages `ok`, or `connects` of what is no web site; `no_aaaa`, `unreachable` and `does_not_open`; `not_tested`.
    """
    lookup = evidence.host.aaaa
    if lookup is not None and lookup.failure is None and not lookup.addresses:
        return failed("no_aaaa", facts=lookup.facts)
    reached = endpoint_reach(evidence, _V6, min_tries, failing_rounds)
    facts = tuple(reach.fact for reach in reached if reach.fact)
    bad = tuple(reach.label for reach in reached if reach.ok is False)
    if bad:
        return failed("unreachable", observed=rows(reached), facts=facts, addresses=bad)
    ended = [_end(fact) for fact in own(evidence) if fact.family is Family.IPV6]
    broken = tuple(text for text, ok, _ in ended if ok is False)
    if broken:
        return failed("does_not_open", observed=rows(reached), facts=facts, addresses=broken)
    unknown = [failure for _, ok, failure in ended if ok is None and failure is not None]
    if not reached or any(reach.ok is None for reach in reached):
        return untested(evidence, _V6, reached)
    if unknown:
        failure = unknown[0]
        return could_not_test("not_tested", failure, observed=rows(reached), facts=facts)
    kind = "ok" if is_web(evidence) else "connects"
    return passed(kind, observed=rows(reached), facts=facts, total=len(reached))


def _end(fact: WebFact) -> tuple[str, bool | None, Failure | None]:
    """Where a fetch ended, redirects followed: whether the site opened there."""
    last = fact.hops[-1] if fact.hops else None
    if last is None:
        return fact.address, None, fact.failure
    if last.failure is not None:
        if last.failure.side is Side.OURS and last is not fact.hops[0]:
            return fact.address, True, None  # the redirect was not followed: the site itself did open
        stranded = last.failure.reason is Reason.NO_ADDRESS
        stranded |= in_circle(fact)
        return f"{fact.address} -> {last.url}", False if stranded else None, last.failure
    refused = turned_away(last)
    if refused is None and last.status == _FORBIDDEN:
        refused = Failure(reason=Reason.TURNED_AWAY, side=Side.TARGET, detail=f"HTTP {last.status}")
    if refused is not None:
        return fact.address, None, refused
    return f"{fact.address} (HTTP {last.status})", (last.status or 0) < 400, None
