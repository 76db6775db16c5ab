"""The AS graphs of a data centre's prefixes, one for each that is announced, and what a loss cuts of them."""

from collections.abc import Sequence
from typing import NamedTuple

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.inventory import Uplink
from netaudit.model.routing import Route
from netaudit.rules.as_graph import ORIGIN, AsGraph, Part, as_graph
from netaudit.rules.once import once
from netaudit.rules.routes import PrefixRoutes, RouteTable
from netaudit.rules.upstreams import operators

__all__ = [
    "OperatorLoss",
    "PrefixGraph",
    "beyond",
    "lost_and_concerned",
    "operator_losses",
    "prefix_graphs",
    "shared_parts",
]


class PrefixGraph(NamedTuple):
    """What the peers with a full feed show of one announced prefix."""

    prefix: str
    item: PrefixRoutes  # the declared prefix that it is, or is a part of
    graph: AsGraph

    @property
    def family(self) -> Family:
        """The address family."""
        return self.item.family

    @property
    def peers(self) -> int:
        """How many vantages see it."""
        return len(self.graph.vantages)


class OperatorLoss(NamedTuple):
    """One operator taken away with all its ASNs: how many of the other peers still reach the prefix."""

    operator: str
    asns: tuple[int, ...]
    left: int
    peers: int

    @property
    def share(self) -> float:
        """The part of the peers that is left; 1 where there are no others."""
        return self.left / self.peers if self.peers else 1.0

    def cuts(self, min_survivors: float) -> bool:
        """Whether fewer than that share of the peers, or none, was seen to have another way."""
        return self.share < min_survivors or not self.left


@once
def prefix_graphs(evidence: DataCentreEvidence, table: RouteTable, family: Family) -> tuple[PrefixGraph, ...]:
    """The graph of each declared prefix; of one announced in parts alone, one of each part: all are needed.

    Where a table does not tell who has a full feed, every peer is a vantage.
    """
    own = evidence.datacentre.asns
    return tuple(
        PrefixGraph(prefix, item, as_graph(routes, own, item.feeds or None))
        for item in table.prefixes(evidence, family)
        for prefix, routes in _announced(item)
    )


def _announced(item: PrefixRoutes) -> list[tuple[str, list[Route]]]:
    if item.view.exact or not item.view.inside:
        return [(item.prefix, list(item.view.exact))]
    parts: dict[str, list[Route]] = {}
    for route in item.view.inside:
        parts.setdefault(route.prefix, []).append(route)
    return list(parts.items())


def operator_losses(graph: AsGraph, uplinks: Sequence[Uplink]) -> tuple[OperatorLoss, ...]:
    """Each observed operator taken away in turn, the worst loss first."""
    losses = [
        OperatorLoss(name, asns, len(graph.without(*asns)), len(graph.vantages - frozenset(asns)))
        for name, asns in operators(graph.upstreams, uplinks).items()
    ]
    return tuple(sorted(losses, key=lambda loss: (loss.share, loss.asns)))


def shared_parts(graph: AsGraph, max_share: float, min_lost: int) -> tuple[Part, ...]:
    """What lies beyond the first hop and cuts that share of the distant vantages: ASes first, the worst first."""
    cuts = [
        part
        for part in beyond(graph)
        if len(graph.lost[part]) >= min_lost
        and lost_and_concerned(graph, part)[0] >= min_lost
        and graph.share_lost(part) >= max_share
    ]
    return tuple(sorted(cuts, key=lambda part: (isinstance(part, tuple), -graph.share_lost(part))))


def beyond(graph: AsGraph) -> list[Part]:
    """Whatever cuts anybody beyond the first hop: ASes that are no upstreams, adjacencies not with the origin."""
    return [
        part for part in graph.lost if (part[1] != ORIGIN if isinstance(part, tuple) else part not in graph.upstreams)
    ]


def lost_and_concerned(graph: AsGraph, part: Part) -> tuple[int, int]:
    """How many distant vantages a loss cuts, of how many that are not lost themselves."""
    concerned = graph.distant - {part}
    return len(graph.lost.get(part, frozenset()) & concerned), len(concerned)
