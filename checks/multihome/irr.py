"""Whether an authoritative registry has a route or route6 object with our origin for every route (MANRS Action 4).

Operators build their filters from these objects. A registry is authoritative that lets nobody but the holder of the
addresses write objects about them; in the others stand what former providers left behind.
"""

import ipaddress
from typing import NamedTuple

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.routing import RouteObject, RouteObjectsFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.fetches import first_failure
from netaudit.rules.origin import covers
from netaudit.rules.sources import usable_sources

from ._origins import announcements, family_of, usable_table

_SHOWN = 8


class _Route(NamedTuple):
    """One of our routes, the objects of its prefix, and the message that it alone would give."""

    prefix: str
    asn: int
    objects: tuple[RouteObject, ...]
    word: str

    @property
    def name(self) -> str:
        return f"{self.prefix} AS{self.asn}"


def judge(
    evidence: DataCentreEvidence,
    *,
    authoritative: tuple[str, ...],
    max_age_days: float,
    max_routes_age_days: float,
) -> Outcome:
    """Routes are those that collectors saw from our ASNs, and those declared: without a table, the latter alone."""
    sources = tuple(dict.fromkeys(fact.source for fact in evidence.route_objects if fact.source)) or ("IRR.txt",)
    found = _judge(evidence, frozenset(authoritative), max_age_days, max_routes_age_days)
    own = tuple(f"AS{asn}" for asn in evidence.datacentre.asns)
    return found.with_args({"sources": sources, "own": own})


def _judge(
    evidence: DataCentreEvidence, authoritative: frozenset[str], max_age_days: float, max_routes_age_days: float
) -> Outcome:
    centre = evidence.datacentre
    if not centre.asns or not centre.prefixes:
        return not_applicable("none_declared")
    usable = usable_sources(evidence.route_objects, evidence.now, max_age_days, "route objects")
    if isinstance(usable, Outcome):
        return usable
    objects = tuple(dict.fromkeys(item for fact in usable.sources for item in fact.objects))
    table = usable_table(evidence, max_routes_age_days)
    routes = [
        _route(item.prefix, item.asn, objects, authoritative)
        for item in announcements(evidence, (), table)
        if item.asn is not None and item.asn in centre.asns
    ]
    foreign = _foreign(evidence, objects)
    rows = (*(_row(route) for route in routes), *(_foreign_row(item) for item in foreign))
    facts = (*usable.facts, *(table.facts if table is not None else ()))
    unread = [fact for fact in evidence.route_objects if fact.source and fact.id not in usable.facts]
    if unread and not foreign and any(route.word == "missing" for route in routes):
        return _incomplete(unread, routes, rows, facts)
    return _outcome(routes, foreign, rows, facts)


def _incomplete(
    unread: list[RouteObjectsFact], routes: list[_Route], rows: tuple[Observation, ...], facts: tuple[str, ...]
) -> Outcome:
    """What is missing may stand in a source that could not be read, or that is too old: each may hold a part.

    That no file was given, which has a fact without a source, is nothing that could not be read.
    """
    failure = first_failure(fact.failure for fact in unread) or Failure(
        reason=Reason.NO_DATA, side=Side.OURS, detail=f"{unread[0].source} is too old"
    )
    missing = tuple(route.name for route in routes if route.word == "missing")
    return could_not_test("incomplete", failure, observed=rows, facts=facts, routes=missing)


def _outcome(
    routes: list[_Route], foreign: tuple[RouteObject, ...], rows: tuple[Observation, ...], facts: tuple[str, ...]
) -> Outcome:
    if foreign:
        named = tuple(_named(item) for item in foreign)
        return failed("conflicting", observed=rows, facts=facts, objects=named, count=len(named))
    for word in ("missing", "not_authoritative"):
        bad = tuple(route.name for route in routes if route.word == word)
        if bad:
            return warned(word, observed=rows, facts=facts, routes=bad, count=len(bad), total=len(routes))
    unsure = tuple(route.name for route in routes if route.word == "registry_unknown")
    if unsure:
        failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the source does not tell the registry")
        return could_not_test("registry_unknown", failure, observed=rows, facts=facts, routes=unsure)
    return passed("ok", observed=rows, facts=facts, total=len(routes))


def _route(prefix: str, asn: int, objects: tuple[RouteObject, ...], authoritative: frozenset[str]) -> _Route:
    network = ipaddress.ip_network(prefix)
    ours = tuple(item for item in objects if item.origin == asn and ipaddress.ip_network(item.prefix) == network)
    registries = {item.registry for item in ours}
    if registries & authoritative:
        word = "ok"
    elif "" in registries:  # bgpq4 does not say where it found them
        word = "registry_unknown"
    else:
        word = "not_authoritative" if registries else "missing"
    return _Route(prefix, asn, ours, word)


def _foreign(evidence: DataCentreEvidence, objects: tuple[RouteObject, ...]) -> tuple[RouteObject, ...]:
    """Objects that let another AS originate one of our prefixes or a part of it; what covers ours may be anybody's."""
    declared = [ipaddress.ip_network(prefix) for prefix in evidence.datacentre.prefixes]
    own = frozenset(evidence.datacentre.asns)
    return tuple(
        item
        for item in objects
        if item.origin not in own and any(covers(ours, ipaddress.ip_network(item.prefix)) for ours in declared)
    )


def _row(route: _Route) -> Observation:
    saw = ", ".join(item.registry or "registry not told" for item in route.objects[:_SHOWN]) or "no object"
    ok = {"ok": True, "registry_unknown": None}.get(route.word, False)
    return Observation(where=route.name, saw=saw, family=family_of(route.prefix), ok=ok)


def _foreign_row(item: RouteObject) -> Observation:
    saw = f"another origin, in {item.registry or 'a registry not told'}"
    return Observation(where=f"{item.prefix} AS{item.origin}", saw=saw, family=family_of(item.prefix), ok=False)


def _named(item: RouteObject) -> str:
    return f"{item.prefix} AS{item.origin}" + (f" ({item.registry})" if item.registry else "")
