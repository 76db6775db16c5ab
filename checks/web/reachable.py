"""Whether an endpoint serves at all, over IPv4 or IPv6 (RFC 9110 section 15)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.fetches import endpoint_reach, rows, untested

from ._helpers import BOTH


def judge(evidence: EndpointEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """One address that serves is enough; a failure is reported only when every address is known not to."""
    reached = endpoint_reach(evidence, BOTH, min_tries, failing_rounds)
    facts = tuple(reach.fact for reach in reached if reach.fact)
    good = tuple(reach.address for reach in reached if reach.ok)
    if good:
        families = tuple(sorted({str(reach.family) for reach in reached if reach.ok}))
        return passed("ok", observed=rows(reached), facts=facts, answered=len(good), total=len(reached), over=families)
    if not reached:
        return _without_address(evidence)
    if any(reach.ok is None for reach in reached):
        return untested(evidence, BOTH, [reach for reach in reached if reach.ok is None])
    return failed("unreachable", observed=rows(reached), facts=facts, addresses=tuple(r.label for r in reached))


def _without_address(evidence: EndpointEvidence) -> Outcome:
    lookups = [evidence.host.lookup(family) for family in BOTH]
    answered = [lookup for lookup in lookups if lookup is not None and lookup.failure is None]
    closed = bool(evidence.services) and all(service.network == "tslcd" for service in evidence.services)
    if len(answered) < len(BOTH) or closed:
        return untested(evidence, BOTH)
    facts = tuple(dict.fromkeys(id for lookup in answered for id in lookup.facts))
    return failed("no_address", facts=facts, host=evidence.host.host)
