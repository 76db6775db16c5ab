"""How evenly the Internet reaches each prefix through its operators, family by family.

The effective number of operators is 1 / sum(share^2), as the effective number of parties is in elections: two that
carry half each are 2, two of which one carries 95 % are 1.1, whatever the contracts say.
"""

from typing import NamedTuple

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.inventory import Uplink
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed, warned
from netaudit.rules.routes import PrefixRoutes, RouteTable
from netaudit.rules.upstreams import UpstreamView, operators

from ._helpers import BOTH, agreed, gone, not_enough, over, row, sourced


class _Standing(NamedTuple):
    item: PrefixRoutes
    shares: tuple[tuple[str, float], ...]  # operators, the largest first

    @property
    def effective(self) -> float:
        """0 without peers."""
        squares = sum(share * share for _, share in self.shares)
        return 1 / squares if squares else 0.0


def judge(
    evidence: DataCentreEvidence,
    *,
    min_effective: float,
    warn_effective: float,
    min_peers: int,
    max_age_days: float,
    min_apart_minutes: float,
) -> Outcome:
    """Several ASNs of one operator are one. Every prefix is judged by itself, and the worst of them is named."""
    if not evidence.datacentre.prefixes:
        return sourced(evidence, not_applicable("no_prefix"))
    limits = (min_effective, warn_effective)
    found = agreed(
        evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, limits, min_peers)
    )
    return sourced(evidence, found)


def _conclude(evidence: DataCentreEvidence, table: RouteTable, limits: tuple[float, float], min_peers: int) -> Outcome:
    items = [item for family in BOTH for item in table.prefixes(evidence, family)]
    there = [item for item in items if not gone([item], min_peers)]
    seen = [_Standing(item, _shares(item.upstreams, evidence.datacentre.uplinks)) for item in there]
    known = [standing for standing in seen if len(standing.item.upstreams.peers) >= min_peers]
    rows = (
        *(_row(standing, limits[0] if standing in known else None) for standing in seen),
        *(row(item, "no peer sees it", None) for item in items if item not in there),
    )
    if not seen:
        return not_applicable("not_announced", observed=rows, facts=table.facts)
    for message, limit, outcome in (("single", limits[0], failed), ("uneven", limits[1], warned)):
        bad = [standing for standing in known if standing.effective < limit]
        if bad:
            worst = min(bad, key=lambda standing: standing.effective)
            operator, share = worst.shares[0]
            return outcome(
                message, observed=rows, facts=table.facts,
                prefixes=tuple(standing.item.prefix for standing in bad), operator=operator,
                percent=round(share * 100), effective=round(worst.effective, 2), minimum=limit,
                over=over(standing.item.family for standing in bad),
            )  # fmt: skip
    thin = [standing for standing in seen if standing not in known]
    if thin:
        peers = min(len(standing.item.upstreams.peers) for standing in thin)
        return not_enough((standing.item.prefix for standing in thin), peers, min_peers, rows, table.facts)
    worst = min(known, key=lambda standing: standing.effective)
    return passed(
        "ok", observed=rows, facts=table.facts, total=len(known), worst=worst.item.prefix,
        effective=round(worst.effective, 2), minimum=limits[0],
    )  # fmt: skip


def _shares(view: UpstreamView, uplinks: tuple[Uplink, ...]) -> tuple[tuple[str, float], ...]:
    groups = operators(view.shares, uplinks)
    found = [(name, sum(view.shares[asn] for asn in asns)) for name, asns in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))


def _row(standing: _Standing, limit: float | None) -> Observation:
    peers = len(standing.item.upstreams.peers)
    if limit is None:
        return row(standing.item, f"not enough data: {peers} peers", None)
    parts = ", ".join(f"{name} {share:.0%}" for name, share in standing.shares[:8])
    return row(
        standing.item, f"effective {standing.effective:.2f}: {parts}; {peers} peers", standing.effective >= limit
    )
