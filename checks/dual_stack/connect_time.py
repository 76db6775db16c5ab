"""Whether a connection over IPv6 takes about as long as one over IPv4 (RFC 8305 sections 3 and 5)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import ConnectTimesFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.fetches import endpoint_reach, first_failure, rows, untested
from netaudit.rules.happy_eyeballs import connect_delay

from ._helpers import BOTH, one_family


def judge(evidence: EndpointEvidence, *, notable_ms: int, lost_ms: int) -> Outcome:
    """Compare medians and fastest samples, taken by turns; one that waited for a lost packet counts for neither.

    `lost_ms` later than IPv4, clients have gone to IPv4 already: the service is dual-stack in name only.
    """
    if evidence.endpoint.startswith(("ntp://", "udp://")):
        return not_applicable("no_connections")
    if one_family(evidence.host):
        return not_applicable("one_family")
    times = evidence.times
    if times is None:
        reached = endpoint_reach(evidence, BOTH, min_tries=1)
        failure = first_failure(reach.failure for reach in reached)
        if failure is None:
            return untested(evidence, BOTH, reached)
        return could_not_test("not_tested", failure, observed=rows(reached))
    observed = tuple(_row(times, family) for family in BOTH)
    delay = connect_delay(times.samples.get(Family.IPV4, ()), times.samples.get(Family.IPV6, ()))
    if delay is None:
        return could_not_test("not_tested", _TOO_FEW, observed=observed, facts=(times.id,))
    args = {"ipv4": round(delay.ipv4_ms), "ipv6": round(delay.ipv6_ms), "cost": round(delay.cost_ms)}
    if delay.behind_ms > lost_ms:
        return failed("leaves_ipv6", observed=observed, facts=(times.id,), **args)
    if delay.behind_ms > notable_ms:
        return warned("slower", observed=observed, facts=(times.id,), **args)
    return passed("ok", observed=observed, facts=(times.id,), **args)


_TOO_FEW = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="too many connections were lost for a median")


def _row(times: ConnectTimesFact, family: Family) -> Observation:
    samples = ", ".join(f"{sample:.1f}" for sample in times.samples.get(family, ()))
    lost = times.lost.get(family, 0)
    saw = f"{samples or 'no connection'}{' ms' if samples else ''}{f'; {lost} lost' if lost else ''}"
    return Observation(where=times.endpoint, saw=saw, address=times.addresses.get(family, ""), family=family)
