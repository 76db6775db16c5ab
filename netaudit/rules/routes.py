"""What usable route tables say of a data centre, shared by the judges of multi-homing.

A source that could not be read to its end, that holds only updates, or that is too old or of the future, proves
nothing, and least of all that a route is absent. What is left is one table: its routes, and for each family the peers
with a full feed. Sources of one collector that are apart in time are samples, and make a table each.
"""

from dataclasses import dataclass
from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import Route, RoutesFact
from netaudit.model.verdict import Outcome, could_not_test
from netaudit.rules.fetches import first_failure
from netaudit.rules.once import once
from netaudit.rules.route_samples import samples_of
from netaudit.rules.sources import has_come
from netaudit.rules.upstreams import PrefixView, UpstreamView, of_family, prefix_views, upstream_view

__all__ = ["FamilyRoutes", "PrefixRoutes", "RouteTable", "route_table", "route_tables"]

_DAY = 86_400


class PrefixRoutes(NamedTuple):
    """One declared prefix in the table: its routes, its upstreams, and who saw it of those who could."""

    view: PrefixView
    family: Family
    upstreams: UpstreamView
    feeds: frozenset[int]

    @property
    def prefix(self) -> str:
        """The prefix as declared."""
        return self.view.declared

    @property
    def peers(self) -> frozenset[int]:
        """The peer ASes that see the prefix or a part of it."""
        return frozenset(route.peer_asn for route in self.view.announced)

    @property
    def absent(self) -> bool:
        """Whether nobody sees it. Only with enough full feeds does that mean that it is not announced."""
        return not self.view.announced


class FamilyRoutes(NamedTuple):
    """All declared prefixes of one family together."""

    prefixes: tuple[PrefixRoutes, ...]
    upstreams: UpstreamView


@dataclass(frozen=True, eq=False)
class RouteTable:
    """The routes of usable sources, and the peers with a full feed by family. Equal to itself alone."""

    routes: tuple[Route, ...]
    feeds: dict[Family, frozenset[int]]
    facts: tuple[str, ...]
    sources: tuple[str, ...]

    def prefixes(self, evidence: DataCentreEvidence, family: Family) -> tuple[PrefixRoutes, ...]:
        """The declared prefixes of one family. Upstreams are those of the prefix itself, else of its parts."""
        return _prefixes(evidence, self, family)

    def family(self, evidence: DataCentreEvidence, family: Family) -> FamilyRoutes:
        """One family's prefixes and the upstreams of them all."""
        return _family(evidence, self, family)


@once
def route_tables(
    evidence: DataCentreEvidence, max_age_days: float, min_apart_minutes: float
) -> tuple[RouteTable, ...] | Outcome:
    """The usable sources as tables, one for each sample, the newest first. Without one: as `route_table`."""
    fresh = _usable(evidence, max_age_days)
    if isinstance(fresh, Outcome):
        return fresh
    samples = samples_of(fresh, min_apart_minutes * 60)
    every = route_table(evidence, max_age_days)
    if len(samples) == 1 and isinstance(every, RouteTable):  # the same one, so that nothing is derived from it twice
        return (every,)
    return tuple(_joined(sample) for sample in samples)


@once
def route_table(evidence: DataCentreEvidence, max_age_days: float) -> RouteTable | Outcome:
    """All usable sources as one table. Without one: `not_tested`, or `too_old` with `days` and `limit`."""
    fresh = _usable(evidence, max_age_days)
    return fresh if isinstance(fresh, Outcome) else _joined(fresh)


@once
def _prefixes(evidence: DataCentreEvidence, table: RouteTable, family: Family) -> tuple[PrefixRoutes, ...]:
    feeds = table.feeds.get(family, frozenset())
    views = prefix_views(of_family(evidence.datacentre.prefixes, family), table.routes)
    return tuple(
        PrefixRoutes(view, family, _upstreams(evidence, view.exact or view.inside, feeds), feeds) for view in views
    )


@once
def _family(evidence: DataCentreEvidence, table: RouteTable, family: Family) -> FamilyRoutes:
    items, feeds = table.prefixes(evidence, family), table.feeds.get(family, frozenset())
    routes = tuple(route for item in items for route in item.view.exact or item.view.inside)
    return FamilyRoutes(items, _upstreams(evidence, routes, feeds))


def _upstreams(evidence: DataCentreEvidence, routes: tuple[Route, ...], feeds: frozenset[int]) -> UpstreamView:
    """Peers that hand on their customers' routes alone, at an exchange, have no vote where full feeds are known."""
    voting = [route for route in routes if route.peer_asn in feeds] if feeds else routes
    return upstream_view(voting, evidence.datacentre.asns)


def _usable(evidence: DataCentreEvidence, max_age_days: float) -> tuple[RoutesFact, ...] | Outcome:
    read = [fact for fact in evidence.routes if fact.failure is None and not fact.updates_only]
    if not read:
        failure = first_failure(fact.failure for fact in evidence.routes)
        return could_not_test("not_tested", failure or (_ONLY_UPDATES if evidence.routes else _NO_SOURCE))
    times = {fact.id: fact.data_time for fact in read if fact.data_time is not None}
    dated = {id: (evidence.now - at) / _DAY for id, at in times.items() if has_come(at, evidence.now)}
    fresh = tuple(fact for fact in read if fact.id in dated and dated[fact.id] <= max_age_days)
    facts = tuple(fact.id for fact in read)
    if fresh:
        return fresh
    if not dated:
        return could_not_test("not_tested", _UNDATED, facts=facts)
    days = int(min(dated.values()))
    failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=f"the newest route table is {days} days old")
    return could_not_test("too_old", failure, facts=facts, days=days, limit=max_age_days)


def _joined(sources: tuple[RoutesFact, ...]) -> RouteTable:
    return RouteTable(
        tuple(route for fact in sources for route in fact.routes),
        {family: frozenset(asn for fact in sources for asn in fact.feeds.get(family, ())) for family in Family},
        tuple(fact.id for fact in sources),
        tuple(dict.fromkeys(fact.source for fact in sources)),
    )


_NO_SOURCE = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no route table was read")
_ONLY_UPDATES = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="only updates were read, no route table")
_UNDATED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the route table does not say of when it is")
