"""Whether IPv6 is reached through every operator that IPv4 is reached through (RFC 6540 section 2)."""

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed, warned
from netaudit.rules.routes import FamilyRoutes, RouteTable
from netaudit.rules.upstreams import of_family, operators

from ._helpers import BOTH, agreed, gone, not_enough, sourced


def judge(
    evidence: DataCentreEvidence,
    *,
    min_upstreams: int,
    min_peers: int,
    min_share: float,
    max_age_days: float,
    min_apart_minutes: float,
) -> Outcome:
    """IPv6 may have more: it must be equal or better. An undeclared AS counts from `min_share` of the peers.

    It is a fault when IPv4 has enough operators and IPv6 has not; another operator that IPv6 lacks is a warning.
    """
    if not all(of_family(evidence.datacentre.prefixes, family) for family in BOTH):
        return sourced(evidence, not_applicable("one_family"))
    found = agreed(
        evidence, max_age_days, min_apart_minutes,
        lambda table: _conclude(evidence, table, min_upstreams, min_peers, min_share),
    )  # fmt: skip
    return sourced(evidence, found)


def _conclude(
    evidence: DataCentreEvidence, table: RouteTable, min_upstreams: int, min_peers: int, min_share: float
) -> Outcome:
    sides = {family: table.family(evidence, family) for family in BOTH}
    groups = {family: _operators(evidence, side, min_share) for family, side in sides.items()}
    rows = tuple(_row(family, groups[family], len(side.upstreams.peers)) for family, side in sides.items())
    thin = [side for side in sides.values() if _thin(side, min_peers)]
    if thin:
        prefixes = tuple(item.prefix for side in thin for item in side.prefixes)
        peers = min(len(side.upstreams.peers) for side in thin)
        return not_enough(prefixes, peers, min_peers, rows, table.facts)
    v4, v6 = groups[Family.IPV4], groups[Family.IPV6]
    missing = tuple(name for name in v4 if name not in v6)
    if missing:
        message, outcome = ("missing_ipv6", failed) if len(v6) < min_upstreams <= len(v4) else ("differs", warned)
        return outcome(message, observed=rows, facts=table.facts, operators=missing, ipv4=len(v4), ipv6=len(v6))
    return passed("ok", observed=rows, facts=table.facts, operators=v6, ipv4=len(v4), ipv6=len(v6))


def _operators(evidence: DataCentreEvidence, side: FamilyRoutes, min_share: float) -> tuple[str, ...]:
    uplinks = evidence.datacentre.uplinks
    return tuple(operators(side.upstreams.above(min_share, (uplink.asn for uplink in uplinks)), uplinks))


def _thin(side: FamilyRoutes, min_peers: int) -> bool:
    return len(side.upstreams.peers) < min_peers and not gone(side.prefixes, min_peers)


def _row(family: Family, names: tuple[str, ...], peers: int) -> Observation:
    return Observation(where=family.value, saw=f"{', '.join(names) or 'no path'}; {peers} peers", family=family)
