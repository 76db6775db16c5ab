"""Whether ROAs authorise no longer prefixes than are announced (RFC 9319 section 5).

A payload whose maxLength lets through parts that nobody announces lets a stranger announce them with our
AS at the end of the path: the route is valid, and the longer prefix wins.
"""

import ipaddress
from typing import NamedTuple

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import Route, Vrp
from netaudit.model.verdict import Observation, Outcome, not_applicable, passed, warned
from netaudit.rules.origin import covers
from netaudit.rules.routes import RouteTable
from netaudit.rules.upstreams import origins, prefix_views

from ._helpers import not_enough
from ._origins import family_of, payloads, shown, sourced_payloads, usable_table

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class _Allowance(NamedTuple):
    """One of our payloads over one declared prefix: how many of the longest parts it allows, and who announces them."""

    vrp: Vrp
    declared: str
    allowed: int  # 1: no part of the prefix, or nothing longer than the payload's own
    announced: int
    peers: int

    @property
    def tight(self) -> bool:
        """Whether nobody can announce a longer part than is announced already."""
        return self.allowed == 1 or self.announced >= self.allowed


def judge(evidence: DataCentreEvidence, *, min_peers: int, max_age_days: float, max_routes_age_days: float) -> Outcome:
    """That parts are not announced takes a route table and enough peers; a maxLength that allows none needs neither."""
    return sourced_payloads(evidence, _judge(evidence, min_peers, max_age_days, max_routes_age_days))


def _judge(evidence: DataCentreEvidence, min_peers: int, max_age_days: float, max_routes_age_days: float) -> Outcome:
    centre = evidence.datacentre
    if not centre.asns or not centre.prefixes:
        return not_applicable("none_declared")
    found = payloads(evidence, max_age_days)
    if isinstance(found, Outcome):
        return found
    table = usable_table(evidence, max_routes_age_days)
    items = _allowances(evidence, found.vrps, table)
    if not items:
        return not_applicable("no_roa", facts=found.facts, own=tuple(f"AS{asn}" for asn in centre.asns))
    loose = [item for item in items if not item.tight]
    rows = tuple(_row(item, None if not item.tight and item.peers < min_peers else item.tight) for item in items)
    facts = (*found.facts, *(table.facts if table is not None else ()))
    sure = [item for item in loose if item.peers >= min_peers]
    if sure:
        named = tuple(dict.fromkeys(shown(item.vrp) for item in sure))
        return warned("loose", observed=rows, facts=facts, roas=named, count=len(named))
    if loose:
        prefixes = dict.fromkeys(item.declared for item in loose)
        return not_enough(prefixes, min(item.peers for item in loose), min_peers, rows, facts)
    return passed("ok", observed=rows, facts=facts, total=len({item.vrp for item in items}))


def _allowances(
    evidence: DataCentreEvidence, vrps: tuple[Vrp, ...], table: RouteTable | None
) -> tuple[_Allowance, ...]:
    own = frozenset(evidence.datacentre.asns)
    return tuple(
        _allowance(vrp, view.declared, [r for r in view.announced if own & origins([r]).keys()])
        for view in prefix_views(evidence.datacentre.prefixes, table.routes if table is not None else ())
        for vrp in vrps
        if vrp.asn in own and _meet(ipaddress.ip_network(vrp.prefix), ipaddress.ip_network(view.declared))
    )


def _allowance(vrp: Vrp, declared: str, routes: list[Route]) -> _Allowance:
    """Parts as long as maxLength within both prefixes: if all are announced, a stranger's are no longer than ours."""
    base = max(_length(vrp.prefix), _length(declared))
    longest = {route.prefix for route in routes if _length(route.prefix) == vrp.max_length}
    inside = [p for p in longest if covers(ipaddress.ip_network(vrp.prefix), ipaddress.ip_network(p))]
    allowed = 1 << max(0, vrp.max_length - base)
    return _Allowance(vrp, declared, allowed, len(inside), len({route.peer_asn for route in routes}))


def _row(item: _Allowance, ok: bool | None) -> Observation:
    if item.allowed == 1:
        saw = f"{shown(item.vrp)}: nothing longer than the prefix"
    else:
        saw = f"{shown(item.vrp)}: {item.announced} of {item.allowed} parts of /{item.vrp.max_length} announced"
    return Observation(where=item.declared, saw=saw, family=family_of(item.declared), ok=ok)


def _length(prefix: str) -> int:
    return int(prefix.partition("/")[2])


def _meet(one: _Network, other: _Network) -> bool:
    return covers(one, other) or covers(other, one)
