"""Whether each prefix is still reached when any one of its operators is taken away.

Each operator, with all its ASNs, is taken out of the graph that was seen. Who still reaches the prefix then was seen
to have another way. Who does not may have one that its best path hides: so one peer that is left is no proof for all,
but no peer left means that no other way was seen at all.
"""

from typing import NamedTuple

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.inventory import Uplink
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.prefix_graphs import OperatorLoss, PrefixGraph, operator_losses, prefix_graphs
from netaudit.rules.routes import RouteTable

from ._helpers import BOTH, agreed, gone, named, not_enough, over, row, sourced


class _Standing(NamedTuple):
    of: PrefixGraph
    losses: tuple[OperatorLoss, ...]  # the worst first
    idle: tuple[int, ...]  # declared for this family, and on no way: their loss changes nothing that is seen


def judge(
    evidence: DataCentreEvidence,
    *,
    min_survivors: float,
    min_peers: int,
    max_age_days: float,
    min_apart_minutes: float,
) -> Outcome:
    """A prefix survives a loss where at least `min_survivors` of the peers, and one at the least, were seen to."""
    if not evidence.datacentre.prefixes:
        return sourced(evidence, not_applicable("no_prefix"))
    found = agreed(
        evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, min_survivors, min_peers)
    )
    return sourced(evidence, found)


def _conclude(evidence: DataCentreEvidence, table: RouteTable, min_survivors: float, min_peers: int) -> Outcome:
    items = [item for family in BOTH for item in table.prefixes(evidence, family)]
    absent = [item for item in items if gone([item], min_peers)]
    centre = evidence.datacentre
    graphs = [graph for family in BOTH for graph in prefix_graphs(evidence, table, family)]
    seen = [_standing(graph, centre.uplinks) for graph in graphs if graph.item not in absent]
    rows = (
        *(_row(standing, min_survivors, min_peers) for standing in seen),
        *(row(item, "no peer sees it", None) for item in absent),
    )
    if not seen:
        return not_applicable("not_announced", observed=rows, facts=table.facts)
    known = [standing for standing in seen if standing.of.peers >= min_peers]
    bad = [standing for standing in known if any(loss.cuts(min_survivors) for loss in standing.losses)]
    if bad:
        cutting = [loss for standing in bad for loss in standing.losses if loss.cuts(min_survivors)]
        worst = min(cutting, key=lambda loss: loss.share)
        return failed(
            "cut", observed=rows, facts=table.facts,
            prefixes=tuple(standing.of.prefix for standing in bad),
            upstreams=named({asn for loss in cutting for asn in loss.asns}, centre.uplinks),
            left=worst.left, peers=worst.peers, over=over(standing.of.family for standing in bad),
        )  # fmt: skip
    thin = [standing for standing in seen if standing not in known]
    if thin:
        peers = min(standing.of.peers for standing in thin)
        return not_enough((standing.of.prefix for standing in thin), peers, min_peers, rows, table.facts)
    worst_of_all = min((loss for standing in seen for loss in standing.losses), key=lambda loss: loss.share)
    return passed(
        "ok", observed=rows, facts=table.facts, total=len(seen), upstreams=named(worst_of_all.asns, centre.uplinks),
        left=worst_of_all.left, peers=worst_of_all.peers,
    )  # fmt: skip


def _standing(of: PrefixGraph, uplinks: tuple[Uplink, ...]) -> _Standing:
    declared = (uplink.asn for uplink in uplinks if of.family in uplink.families)
    idle = tuple(asn for asn in declared if asn not in of.graph.upstreams)
    return _Standing(of, operator_losses(of.graph, uplinks), idle)


def _row(standing: _Standing, min_survivors: float, min_peers: int) -> Observation:
    of = standing.of
    if of.peers < min_peers:
        saw, ok = f"not enough data: {of.peers} peers", None
    else:
        parts = [
            f"without {', '.join(f'AS{asn}' for asn in loss.asns)}: {loss.left} of {loss.peers} peers left"
            for loss in standing.losses[:8]
        ]
        saw = "; ".join([*parts, *(f"AS{asn} not observed" for asn in standing.idle[:8])])
        ok = not any(loss.cuts(min_survivors) for loss in standing.losses)
    return Observation(where=of.prefix, saw=saw, family=of.family, ok=ok)
