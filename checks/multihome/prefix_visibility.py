"""Which share of the peers with a full table sees each prefix, or a part of it."""

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.routes import PrefixRoutes, route_table

from ._helpers import BOTH, not_enough, row, sourced


def judge(evidence: DataCentreEvidence, *, min_peers: int, min_share: float, max_age_days: float) -> Outcome:
    """The denominator is the family's own: a peer without an IPv6 table can't see IPv6."""
    return sourced(evidence, _judge(evidence, min_peers, min_share, max_age_days))


def _judge(evidence: DataCentreEvidence, min_peers: int, min_share: float, max_age_days: float) -> Outcome:
    if not evidence.datacentre.prefixes:
        return not_applicable("no_prefix")
    table = route_table(evidence, max_age_days)
    if isinstance(table, Outcome):
        return table
    seen = [item for family in BOTH for item in table.prefixes(evidence, family)]
    known = [item for item in seen if len(item.feeds) >= min_peers]
    rows = tuple(row(item, _saw(item), _share(item) >= min_share if item in known else None) for item in seen)
    low = [item for item in known if _share(item) < min_share]
    if low:
        worst = min(low, key=_share)
        return failed(
            "low", observed=rows, facts=table.facts, prefixes=tuple(item.prefix for item in low),
            worst=worst.prefix, seeing=len(worst.peers & worst.feeds), peers=len(worst.feeds),
            minimum=round(min_share * 100),
        )  # fmt: skip
    thin = [item for item in seen if item not in known]
    if thin or not seen:
        peers = min((len(item.feeds) for item in thin), default=0)
        return not_enough((item.prefix for item in thin), peers, min_peers, rows, table.facts)
    worst = min(seen, key=_share)
    return passed(
        "ok", observed=rows, facts=table.facts, worst=worst.prefix, seeing=len(worst.peers & worst.feeds),
        peers=len(worst.feeds), total=len(seen),
    )  # fmt: skip


def _share(item: PrefixRoutes) -> float:
    return len(item.peers & item.feeds) / len(item.feeds)


def _saw(item: PrefixRoutes) -> str:
    return f"seen by {len(item.peers & item.feeds)} of {len(item.feeds)} peers with a full table"
