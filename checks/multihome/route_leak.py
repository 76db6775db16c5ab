"""Whether routes travel where no customer or peer of theirs should be sent them (RFC 7908, RFC 9234).

A data centre hands on nothing that it learned from an operator: its AS stands at the end of paths, never between two
of its operators (RFC 7908 section 3.1). On the way to it no AS stands between two networks that buy transit from
nobody: both are on top, so a path that goes down from one and up to the other has a valley.

What shows is little. Tables hold routes of our prefixes, and of what covers them; the counters of our own routers tell
more, where the inventory names what they print.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.routing import Route, Session
from netaudit.model.verdict import Observation, Outcome, Status, failed, not_applicable, passed, warned
from netaudit.rules.routes import RouteTable
from netaudit.rules.sources import has_come
from netaudit.rules.upstreams import collapsed, of_family, origins, prefix_views

from ._helpers import BOTH, agreed, named, not_enough, over, sourced

_DAY = 86_400
_SHOWN = 8  # paths in the evidence


class _Leaks(NamedTuple):
    """The paths that show a leak, each with the AS that leaked; and the sessions that hand on too much."""

    ours: tuple[tuple[int, ...], ...]
    valleys: tuple[tuple[int, tuple[int, ...]], ...]


def judge(
    evidence: DataCentreEvidence,
    *,
    transit_free: tuple[str, ...],
    extra_routes: int,
    min_peers: int,
    max_age_days: float,
    min_apart_minutes: float,
) -> Outcome:
    """Our own leak is a fault wherever it shows; a valley elsewhere is another's, of which its peers should know."""
    centre = evidence.datacentre
    if not centre.asns or not centre.prefixes:
        return sourced(evidence, not_applicable("none_declared"))
    top = frozenset(int(asn) for asn in transit_free)
    sent = _sent_too_much(evidence, extra_routes, max_age_days)
    found = agreed(
        evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, top, min_peers),
        at_once=("leaked",),
    )  # fmt: skip
    if not sent or found.message == "leaked":
        return sourced(evidence, found)
    return sourced(evidence, _sent(evidence, sent, found))


def _conclude(evidence: DataCentreEvidence, table: RouteTable, top: frozenset[int], min_peers: int) -> Outcome:
    uplinks = evidence.datacentre.uplinks
    leaks = _leaks(evidence, table, top)
    rows = (*(_row(path) for path in leaks.ours[:_SHOWN]), *(_row(path) for _, path in leaks.valleys[:_SHOWN]))
    if leaks.ours:
        own = frozenset(evidence.datacentre.asns)
        return failed(
            "leaked", observed=rows, facts=table.facts, own=named(own & frozenset(leaks.ours[0]), ()),
            upstreams=named({asn for path in leaks.ours for asn in _beside(path, own)}, uplinks), count=len(leaks.ours),
        )  # fmt: skip
    if leaks.valleys:
        return warned(
            "valley", observed=rows, facts=table.facts, ases=named({asn for asn, _ in leaks.valleys}, uplinks),
            count=len(leaks.valleys),
        )  # fmt: skip
    peers = len({route.peer_asn for route in table.routes})
    if peers < min_peers:
        return not_enough(evidence.datacentre.prefixes, peers, min_peers, rows, table.facts)
    paths = len({collapsed(route.as_path) for route in table.routes})
    return passed("ok", observed=rows, facts=table.facts, paths=paths, peers=peers)


def _leaks(evidence: DataCentreEvidence, table: RouteTable, top: frozenset[int]) -> _Leaks:
    centre = evidence.datacentre
    own = frozenset(centre.asns)
    operators = frozenset(uplink.asn for uplink in centre.uplinks).union(
        *(table.family(evidence, family).upstreams.shares for family in BOTH)
    )
    paths = dict.fromkeys(collapsed(route.as_path) for route in table.routes)
    return _Leaks(
        tuple(path for path in paths if _beside(path, own) and _beside(path, own) <= operators),
        tuple((asn, path) for path in paths for asn in _valley(path, top)),
    )


def _beside(path: tuple[int, ...], own: frozenset[int]) -> frozenset[int]:
    """The ASes left and right of our own in the middle of a path; none where it is at an end."""
    places = [place for place, asn in enumerate(path) if asn in own]
    if not places or places[0] == 0 or places[-1] == len(path) - 1:
        return frozenset()
    return frozenset({path[places[0] - 1], path[places[-1] + 1]})


def _valley(path: tuple[int, ...], top: frozenset[int]) -> Iterator[int]:
    """The AS that handed on to one network on top what it had from another one; the nearest to the origin."""
    places = [place for place, asn in enumerate(path) if asn in top]
    yield from (path[left + 1] for left, right in pairwise(places) if right - left > 1)


def _sent_too_much(evidence: DataCentreEvidence, extra: int, max_age_days: float) -> list[tuple[str, Session, Family]]:
    """Sessions with operators on which our routers announce more than is ours: by router, session, family."""
    operators = {uplink.asn for uplink in evidence.datacentre.uplinks}
    own = frozenset(evidence.datacentre.asns)
    routes = [route for fact in evidence.routes if fact.failure is None for route in fact.routes]
    limits = {family: _own_count(evidence, routes, family, own) + extra for family in BOTH}
    return [
        (fact.router or fact.source, session, family)
        for fact in evidence.sessions
        if fact.failure is None and fact.data_time is not None
        and evidence.now - fact.data_time <= max_age_days * _DAY and has_come(fact.data_time, evidence.now)
        for session in fact.sessions
        if session.peer_asn in operators
        for family in BOTH
        if session.sent.get(family, 0) > limits[family]
    ]  # fmt: skip


def _own_count(evidence: DataCentreEvidence, routes: Iterable[Route], family: Family, own: frozenset[int]) -> int:
    """How many prefixes are ours to announce: those declared, and the parts seen from our ASNs."""
    declared = of_family(evidence.datacentre.prefixes, family)
    views = prefix_views(declared, tuple(routes))
    parts = {route.prefix for view in views for route in view.inside if own & origins([route]).keys()}
    return len(parts | set(declared))


def _sent(evidence: DataCentreEvidence, sent: list[tuple[str, Session, Family]], found: Outcome) -> Outcome:
    rows = tuple(
        Observation(
            where=router, address=session.peer_address, family=family, ok=False,
            saw=f"AS{session.peer_asn} is sent {session.sent[family]} routes",
        )
        for router, session, family in sent
    )  # fmt: skip
    facts = tuple(fact.id for fact in evidence.sessions if fact.failure is None)
    seen = found.observed if found.status is not Status.COULD_NOT_TEST else ()
    return failed(
        "sent", observed=(*rows, *seen), facts=(*facts, *found.facts),
        upstreams=named({session.peer_asn for _, session, _ in sent}, evidence.datacentre.uplinks),
        count=max(session.sent[family] for _, session, family in sent),
        over=over(family for _, _, family in sent),
    )  # fmt: skip


def _row(path: tuple[int, ...]) -> Observation:
    return Observation(where=f"AS{path[0]}", saw=f"AS path {' '.join(map(str, path[:24]))}", ok=False)
