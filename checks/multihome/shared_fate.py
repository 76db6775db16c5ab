"""Whether nearly all ways to a prefix cross one AS beyond its own operators, whose loss would cut them all.

Two operators that buy transit from one and the same AS fail together with it. What is shown is what was seen: a peer
tells its best way alone (see netaudit.rules.as_graph), so the provider of one peer is no finding; an AS is that
nearly all peers cross.
"""

from typing import NamedTuple

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.as_graph import Part
from netaudit.rules.prefix_graphs import PrefixGraph, beyond, lost_and_concerned, prefix_graphs, shared_parts
from netaudit.rules.routes import RouteTable

from ._helpers import BOTH, agreed, gone, named, not_enough, over, row, sourced


class _Wanted(NamedTuple):
    max_share: float
    min_lost: int
    peers: int


class _Standing(NamedTuple):
    """One announced prefix: the parts that cut too much, the worst first; None: too few peers to say."""

    of: PrefixGraph
    cuts: tuple[Part, ...] | None


def judge(
    evidence: DataCentreEvidence,
    *,
    max_share: float,
    min_lost: int,
    min_peers: int,
    max_age_days: float,
    min_apart_minutes: float,
) -> Outcome:
    """Peers that are our own operators need no transit and are not counted. The operators are uplink_loss's affair."""
    wanted = _Wanted(max_share, min_lost, min_peers)
    if not evidence.datacentre.prefixes:
        return sourced(evidence, not_applicable("no_prefix"))
    found = agreed(evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, wanted))
    return sourced(evidence, found)


def _conclude(evidence: DataCentreEvidence, table: RouteTable, wanted: _Wanted) -> Outcome:
    items = [item for family in BOTH for item in table.prefixes(evidence, family)]
    absent = [item for item in items if gone([item], wanted.peers)]
    uplinks = evidence.datacentre.uplinks
    graphs = [graph for family in BOTH for graph in prefix_graphs(evidence, table, family)]
    seen = [_standing(graph, wanted) for graph in graphs if graph.item not in absent]
    rows = (
        *(_row(standing) for standing in seen),
        *(row(item, "no peer sees it", None) for item in absent),
    )
    if not seen:
        return not_applicable("not_announced", observed=rows, facts=table.facts)
    bad = [standing for standing in seen if standing.cuts]
    if bad:
        worst = max(bad, key=lambda standing: standing.of.graph.share_lost(_worst(standing)))
        ases = {cut for standing in bad for cut in standing.cuts or () if isinstance(cut, int)}
        steps = {cut for standing in bad for cut in standing.cuts or () if isinstance(cut, tuple)}
        cut, concerned = lost_and_concerned(worst.of.graph, _worst(worst))
        return failed(
            "shared", observed=rows, facts=table.facts,
            prefixes=tuple(standing.of.prefix for standing in bad), ases=named(ases, uplinks),
            adjacencies=tuple(_adjacency(*step) for step in sorted(steps)), cut=cut, peers=concerned,
            over=over(standing.of.family for standing in bad),
        )  # fmt: skip
    thin = [standing for standing in seen if standing.cuts is None]
    if thin:
        peers = min(len(standing.of.graph.distant) for standing in thin)
        return not_enough((standing.of.prefix for standing in thin), peers, wanted.peers, rows, table.facts)
    return passed(
        "ok", observed=rows, facts=table.facts, total=len(seen),
        peers=min(len(standing.of.graph.distant) for standing in seen),
    )  # fmt: skip


def _standing(of: PrefixGraph, wanted: _Wanted) -> _Standing:
    graph = of.graph
    if len(graph.distant) < wanted.peers:
        return _Standing(of, None)
    return _Standing(of, shared_parts(graph, wanted.max_share, wanted.min_lost))


def _worst(standing: _Standing) -> Part:
    return (standing.cuts or ())[0]


def _row(standing: _Standing) -> Observation:
    graph, of = standing.of.graph, standing.of
    if standing.cuts is None:
        saw, ok = f"not enough data: {len(graph.distant)} peers", None
    else:
        ases = sorted(
            (part for part in beyond(graph) if isinstance(part, int)), key=lambda asn: (-graph.share_lost(asn), asn)
        )
        counts = [(asn, *lost_and_concerned(graph, asn)) for asn in ases[:3]]
        parts = [f"AS{asn} on every way of {cut} of {concerned} peers" for asn, cut, concerned in counts if cut]
        saw, ok = "; ".join(parts) or "no transit in common", not standing.cuts
    return Observation(where=of.prefix, saw=saw, family=of.family, ok=ok)


def _adjacency(near: int, far: int) -> str:
    return f"AS{near}–AS{far}"
