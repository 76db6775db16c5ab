"""Whether the ASPA of our AS names every operator that hands our routes on (draft-ietf-sidrops-aspa-verification).

There need be none: drafts demand nothing. But one that leaves an operator out makes the routes through that operator
invalid where ASPA is validated.
"""

from typing import NamedTuple

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.routing import Aspa, Route
from netaudit.model.verdict import Observation, Outcome, not_applicable, passed, warned
from netaudit.rules.sources import usable_sources
from netaudit.rules.upstreams import prefix_views, upstream_view

from ._helpers import named
from ._origins import sourced_payloads, usable_table


def judge(
    evidence: DataCentreEvidence, *, min_share: float, max_age_days: float, max_routes_age_days: float
) -> Outcome:
    """The operators are those declared, and those observed from `min_share` of the peers on: less may be peering."""
    return sourced_payloads(evidence, _judge(evidence, min_share, max_age_days, max_routes_age_days))


def _judge(evidence: DataCentreEvidence, min_share: float, max_age_days: float, max_routes_age_days: float) -> Outcome:
    centre = evidence.datacentre
    if not centre.asns:
        return not_applicable("none_declared")
    usable = usable_sources(evidence.vrps, evidence.now, max_age_days, "ROA payloads")
    if isinstance(usable, Outcome):
        return usable
    told = [fact for fact in usable.sources if fact.aspas is not None]
    if not told:
        return not_applicable("not_told", facts=usable.facts)
    facts = tuple(fact.id for fact in told)
    providers = _providers(tuple(aspa for fact in told for aspa in fact.aspas or ()))
    if not providers:
        return not_applicable("none", facts=facts, own=tuple(f"AS{asn}" for asn in centre.asns))
    table = usable_table(evidence, max_routes_age_days)
    facts = (*facts, *(table.facts if table is not None else ()))
    routes = table.routes if table is not None else ()
    compared = [
        _Compared(customer, asn, asn in providers[customer], ways)
        for customer in sorted(providers)
        for asn, ways in _operators(evidence, customer, routes, min_share).items()
    ]
    rows = tuple(
        Observation(where=f"AS{c.customer}: {named([c.asn], centre.uplinks)[0]}", saw=c.saw, ok=c.named)
        for c in compared
    )
    missing = {item.asn for item in compared if not item.named}
    if missing:
        return warned("contradicts", observed=rows, facts=facts, uplinks=named(missing, centre.uplinks))
    return passed("ok", observed=rows, facts=facts, count=len(frozenset().union(*providers.values())))


class _Compared(NamedTuple):
    customer: int
    asn: int
    named: bool
    ways: tuple[str, ...]

    @property
    def saw(self) -> str:
        return f"{' and '.join(self.ways)}; {'in the ASPA' if self.named else 'not in the ASPA'}"


def _operators(
    evidence: DataCentreEvidence, customer: int, routes: tuple[Route, ...], min_share: float
) -> dict[int, tuple[str, ...]]:
    """The operators of one of our ASes, and how they are known."""
    declared = frozenset(uplink.asn for uplink in evidence.datacentre.uplinks)
    views = prefix_views(evidence.datacentre.prefixes, routes)
    seen = upstream_view([route for view in views for route in view.announced], [customer])
    known = {"declared": declared, "observed": frozenset(seen.shares)}
    wanted = sorted(declared | seen.above(min_share))
    return {asn: tuple(way for way, asns in known.items() if asn in asns) for asn in wanted}


def _providers(aspas: tuple[Aspa, ...]) -> dict[int, frozenset[int]]:
    """Customer -> every provider that any of its ASPA names, as a validator joins them."""
    found: dict[int, frozenset[int]] = {}
    for aspa in aspas:
        found[aspa.customer] = found.get(aspa.customer, frozenset()) | frozenset(aspa.providers)
    return found
