"""Whether RPKI authorises every route of the data centre's prefixes (RFC 6811 section 2)."""

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.origin import OriginState

from ._origins import Announcement, announcements, payloads, row, shown, sourced_payloads, usable_table

_WORST_FIRST = (OriginState.INVALID_ASN, OriginState.INVALID_LENGTH, OriginState.NOT_FOUND)


def judge(evidence: DataCentreEvidence, *, max_age_days: float, max_routes_age_days: float) -> Outcome:
    """Routes are those that collectors saw, and those declared: without a route table, the latter alone."""
    return sourced_payloads(evidence, _judge(evidence, max_age_days, max_routes_age_days))


def _judge(evidence: DataCentreEvidence, max_age_days: float, max_routes_age_days: float) -> Outcome:
    centre = evidence.datacentre
    if not centre.asns or not centre.prefixes:
        return not_applicable("none_declared")
    found = payloads(evidence, max_age_days)
    if isinstance(found, Outcome):
        return found
    table = usable_table(evidence, max_routes_age_days)
    routes = announcements(evidence, found.vrps, table)
    rows = tuple(row(item, _saw(item), item.origin.state is OriginState.VALID) for item in routes)
    facts = (*found.facts, *(table.facts if table is not None else ()))
    for state in _WORST_FIRST:
        bad = tuple(item.name for item in routes if item.origin.state is state)
        if bad:
            return failed(str(state), observed=rows, facts=facts, routes=bad, count=len(bad), total=len(routes))
    message = "ok" if table is not None else "declared_alone"
    return passed(message, observed=rows, facts=facts, total=len(routes))


def _saw(item: Announcement) -> str:
    state = str(item.origin.state).replace("_", " ")
    covering = item.origin.matched or item.origin.covering
    if not covering:
        return "no ROA"
    return f"{state}: {', '.join(shown(vrp) for vrp in covering[:8])}{_standby(item)}"


def _standby(item: Announcement) -> str:
    """Who else may originate it: a failover or a scrubbing centre must be authorised before it is needed (RFC 9319)."""
    length = int(item.prefix.partition("/")[2])
    others = {vrp.asn for vrp in item.origin.covering if vrp.asn not in (0, item.asn) and length <= vrp.max_length}
    return (
        f"; also authorised: {', '.join(f'AS{asn}' for asn in sorted(others)[:8])}"
        if item.origin.matched and others
        else ""
    )
