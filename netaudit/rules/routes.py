"""What usable route tables say of a data centre, shared by the judges of multi-homing.

A source that could not be read to its end, that holds only updates, or that is too old, proves nothing, and
least of all that a route is absent. What is left is one table: its routes, and for each family the peers
with a full feed.
"""

from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import Route, RoutesFact
from netaudit.model.verdict import Outcome, could_not_test
from netaudit.rules.fetches import first_failure
from netaudit.rules.upstreams import PrefixView, UpstreamView, of_family, prefix_views, upstream_view

__all__ = ["FamilyRoutes", "PrefixRoutes", "RouteTable", "route_table"]

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


class RouteTable(NamedTuple):
    """The routes of all usable sources, and the peers with a full feed by family."""

    routes: tuple[Route, ...]
    feeds: dict[Family, frozenset[int]]
    facts: tuple[str, ...]

    def prefixes(self, evidence: DataCentreEvidence, family: Family) -> tuple[PrefixRoutes, ...]:
        """The declared prefixes of one family. Upstreams are those of the prefix itself, else of its parts."""
        own, feeds = evidence.datacentre.asns, self.feeds.get(family, frozenset())
        views = prefix_views(of_family(evidence.datacentre.prefixes, family), self.routes)
        return tuple(PrefixRoutes(v, family, upstream_view(v.exact or v.inside, own), feeds) for v in views)

    def family(self, evidence: DataCentreEvidence, family: Family) -> FamilyRoutes:
        """One family's prefixes and the upstreams of them all."""
        items = self.prefixes(evidence, family)
        routes = [route for item in items for route in item.view.exact or item.view.inside]
        return FamilyRoutes(items, upstream_view(routes, evidence.datacentre.asns))


def route_table(evidence: DataCentreEvidence, max_age_days: float) -> RouteTable | Outcome:
    """Join the usable sources. Without one: `not_tested`, or `too_old` with `days` and `limit`."""
    read = [fact for fact in evidence.routes if fact.failure is None and not fact.updates_only]
    if not read:
        failure = first_failure(fact.failure for fact in evidence.routes)
        return could_not_test("not_tested", failure or (_ONLY_UPDATES if evidence.routes else _NO_SOURCE))
    dated = {fact.id: (evidence.now - fact.data_time) / _DAY for fact in read if fact.data_time is not None}
    fresh = [fact for fact in read if fact.id in dated and dated[fact.id] <= max_age_days]
    facts = tuple(fact.id for fact in read)
    if fresh:
        return RouteTable(
            tuple(route for fact in fresh for route in fact.routes), _feeds(fresh), tuple(fact.id for fact in fresh)
        )
    if not dated:
        return could_not_test("not_tested", _UNDATED, facts=facts)
    days = int(min(dated.values()))
    failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=f"the newest route table is {days} days old")
    return could_not_test("too_old", failure, facts=facts, days=days, limit=max_age_days)


def _feeds(sources: list[RoutesFact]) -> dict[Family, frozenset[int]]:
    return {family: frozenset(asn for fact in sources for asn in fact.feeds.get(family, ())) for family in Family}


_NO_SOURCE = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no route table was read")
_ONLY_UPDATES = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="only updates were read, no route table")
_UNDATED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the route table does not say of when it is")
