"""Whether every IPv6 address of an endpoint's host serves over IPv6 (RFC 6540; RFC 8305 on what a bad one costs)."""

from netaudit.model.common import Family, Reason
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import addresses, cut_short, endpoint_reach, rows, untested

_V6 = (Family.IPV6,)


def judge(evidence: EndpointEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """Any HTTP response below 500 counts, a refusal to us (403, 429) too; TCP endpoints must accept.

    A redirect that no IPv6 address can follow leaves visitors outside as well.
    """
    lookup = evidence.host.aaaa
    if lookup is not None and lookup.failure is None and not lookup.addresses:
        return not_applicable("no_aaaa", facts=lookup.facts)
    reached = endpoint_reach(evidence, _V6, min_tries, failing_rounds)
    facts = tuple(reach.fact for reach in reached if reach.fact)
    bad = tuple(reach.label for reach in reached if reach.ok is False)
    total = max(len(reached), len(addresses(evidence.host, Family.IPV6)))
    if bad:
        return failed("unreachable", observed=rows(reached), facts=facts, addresses=bad, failing=len(bad), total=total)
    stranded = _stranded(evidence)
    if stranded:
        return failed("redirect_without_ipv6", observed=rows(reached), facts=facts, url=stranded)
    unknown = [reach for reach in reached if reach.ok is None]
    if not reached or len(unknown) == len(reached):
        return untested(evidence, _V6, reached)
    if unknown and unknown[0].failure is not None:
        failure = unknown[0].failure
        return could_not_test(
            "partly_tested", failure, observed=rows(reached), facts=facts,
            addresses=tuple(reach.address for reach in unknown),
        )  # fmt: skip
    return passed("ok", observed=rows(reached), facts=facts, total=total)


def _stranded(evidence: EndpointEvidence) -> str:
    """The URL of a redirect whose host has no IPv6 address, or nothing."""
    ends = cut_short(evidence, Family.IPV6)
    return next((url for _, url, failure in ends if failure.reason is Reason.NO_ADDRESS), "")
