"""Which share of the peers with a full table sees each prefix, or a part of it, and whether both families are alike."""

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed, warned
from netaudit.rules.routes import PrefixRoutes, RouteTable

from ._helpers import BOTH, agreed, not_enough, row, sourced


def judge(
    evidence: DataCentreEvidence,
    *,
    min_peers: int,
    min_share: float,
    warn_share: float,
    max_difference: float,
    max_age_days: float,
    min_apart_minutes: float,
) -> Outcome:
    """The denominator is the family's own: a peer without an IPv6 table can't see IPv6.

    Families are compared by the prefix of each that is seen least; `max_difference` is a difference of shares.
    """
    if not evidence.datacentre.prefixes:
        return sourced(evidence, not_applicable("no_prefix"))
    limits = (min_share, warn_share, max_difference)
    found = agreed(
        evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, min_peers, limits)
    )
    return sourced(evidence, found)


def _conclude(
    evidence: DataCentreEvidence, table: RouteTable, min_peers: int, limits: tuple[float, float, float]
) -> Outcome:
    min_share, warn_share, max_difference = limits
    seen = [item for family in BOTH for item in table.prefixes(evidence, family)]
    known = [item for item in seen if len(item.feeds) >= min_peers]
    rows = tuple(row(item, _saw(item), _share(item) >= warn_share if item in known else None) for item in seen)
    for message, limit, outcome in (("low", min_share, failed), ("partly", warn_share, warned)):
        low = [item for item in known if _share(item) < limit]
        if low:
            worst = min(low, key=_share)
            return outcome(
                message, observed=rows, facts=table.facts, prefixes=tuple(item.prefix for item in low),
                worst=worst.prefix, seeing=len(worst.peers & worst.feeds), peers=len(worst.feeds),
                minimum=round(limit * 100),
            )  # fmt: skip
    thin = [item for item in seen if item not in known]
    if thin or not seen:
        peers = min((len(item.feeds) for item in thin), default=0)
        return not_enough((item.prefix for item in thin), peers, min_peers, rows, table.facts)
    least = _least(seen)
    if len(least) == len(BOTH) and abs(_share(least[Family.IPV4]) - _share(least[Family.IPV6])) > max_difference:
        ipv4, ipv6 = (round(_share(least[family]) * 100) for family in BOTH)
        prefixes = tuple(item.prefix for item in least.values())
        return warned("differs", observed=rows, facts=table.facts, prefixes=prefixes, ipv4=ipv4, ipv6=ipv6)
    worst = min(seen, key=_share)
    return passed(
        "ok", observed=rows, facts=table.facts, worst=worst.prefix, seeing=len(worst.peers & worst.feeds),
        peers=len(worst.feeds), total=len(seen),
    )  # fmt: skip


def _least(seen: list[PrefixRoutes]) -> dict[Family, PrefixRoutes]:
    met = [family for family in BOTH if any(item.family is family for item in seen)]
    return {family: min((item for item in seen if item.family is family), key=_share) for family in met}


def _share(item: PrefixRoutes) -> float:
    return len(item.peers & item.feeds) / len(item.feeds)


def _saw(item: PrefixRoutes) -> str:
    return f"seen by {len(item.peers & item.feeds)} of {len(item.feeds)} peers with a full table"
