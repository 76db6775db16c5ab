"""Whether the data centre announces IPv6 as well as IPv4, from its own ASNs (RFC 6540 section 2)."""

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.routes import PrefixRoutes, RouteTable
from netaudit.rules.upstreams import of_family, origins

from ._helpers import BOTH, agreed, not_enough, sourced


def judge(evidence: DataCentreEvidence, *, min_peers: int, max_age_days: float, min_apart_minutes: float) -> Outcome:
    """One announced prefix of a family is enough. A data centre of IPv6 alone is what the plan leads to."""
    return sourced(evidence, _judge(evidence, min_peers, max_age_days, min_apart_minutes))


def _judge(evidence: DataCentreEvidence, min_peers: int, max_age_days: float, min_apart_minutes: float) -> Outcome:
    centre = evidence.datacentre
    declared = [family for family in BOTH if of_family(centre.prefixes, family)]
    if not declared:
        return not_applicable("no_prefix")
    if Family.IPV6 not in declared:
        return failed("no_ipv6", observed=(Observation(where=centre.id, saw="no IPv6 prefix declared", ok=False),))
    return agreed(
        evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, declared, min_peers)
    )


def _conclude(evidence: DataCentreEvidence, table: RouteTable, declared: list[Family], min_peers: int) -> Outcome:
    own = frozenset(evidence.datacentre.asns)
    seen = {family: table.prefixes(evidence, family) for family in declared}
    standing = {family: _announced(items, own, min_peers) for family, items in seen.items()}
    rows = tuple(_row(family, ok) for family, ok in standing.items())
    absent = tuple(family.value for family, ok in standing.items() if ok is False)
    if absent:
        return failed("not_announced", observed=rows, facts=table.facts, families=absent)
    thin = [item for family, ok in standing.items() if ok is None for item in seen[family]]
    if thin:
        peers = min(len(item.feeds) for item in thin)
        return not_enough((item.prefix for item in thin), peers, min_peers, rows, table.facts)
    return passed("ok" if len(declared) == len(BOTH) else "ipv6_only", observed=rows, facts=table.facts)


def _announced(items: tuple[PrefixRoutes, ...], own: frozenset[int], min_peers: int) -> bool | None:
    if any(own & origins(item.view.announced).keys() for item in items):
        return True
    return False if all(len(item.feeds) >= min_peers for item in items) else None


def _row(family: Family, ok: bool | None) -> Observation:
    saw = {True: "announced", False: "not announced", None: "not enough data"}[ok]
    return Observation(where=family.value, saw=saw, family=family, ok=ok)
