"""The AS graphs of a data centre's prefixes: one for each prefix that is announced."""

from collections.abc import Collection
from typing import NamedTuple

from netaudit.model.common import Family
from netaudit.rules.as_graph import AsGraph, as_graph
from netaudit.rules.routes import PrefixRoutes

__all__ = ["PrefixGraph", "prefix_graphs"]


class PrefixGraph(NamedTuple):
    """What the peers with a full feed show of one announced prefix."""

    prefix: str
    family: Family
    graph: AsGraph

    @property
    def peers(self) -> int:
        """How many vantages see it."""
        return len(self.graph.vantages)


def prefix_graphs(item: PrefixRoutes, own: Collection[int]) -> tuple[PrefixGraph, ...]:
    """The graph of a declared prefix; where it is announced in parts alone, one of each part: all are needed.

    Where a table does not tell who has a full feed, every peer is a vantage.
    """
    vantages = item.feeds or None
    if item.view.exact or not item.view.inside:
        return (PrefixGraph(item.prefix, item.family, as_graph(item.view.exact, own, vantages)),)
    parts = dict.fromkeys(route.prefix for route in item.view.inside)
    routes = {part: [route for route in item.view.inside if route.prefix == part] for part in parts}
    return tuple(PrefixGraph(part, item.family, as_graph(routes[part], own, vantages)) for part in parts)
