"""Whether the operators that the inventory declares are those that are observed, in each family."""

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed, warned
from netaudit.rules.routes import FamilyRoutes, RouteTable
from netaudit.rules.upstreams import of_family

from ._helpers import BOTH, agreed, gone, named, not_enough, sourced


def judge(
    evidence: DataCentreEvidence, *, min_peers: int, min_share: float, max_age_days: float, min_apart_minutes: float
) -> Outcome:
    """A declared uplink counts however small its share; an undeclared one from `min_share` of the peers."""
    centre = evidence.datacentre
    families = [family for family in BOTH if of_family(centre.prefixes, family)]
    if not centre.uplinks or not families:
        return sourced(evidence, not_applicable("none_declared"))
    found = agreed(
        evidence, max_age_days, min_apart_minutes,
        lambda table: _conclude(evidence, table, families, min_peers, min_share),
    )  # fmt: skip
    return sourced(evidence, found)


def _conclude(
    evidence: DataCentreEvidence, table: RouteTable, families: list[Family], min_peers: int, min_share: float
) -> Outcome:
    centre = evidence.datacentre
    sides = {family: table.family(evidence, family) for family in families}
    enough = {family: _enough(side, min_peers) for family, side in sides.items()}
    rows: list[Observation] = []
    missing: list[str] = []
    undeclared: list[str] = []
    for family, side in sides.items():
        declared = {uplink.asn for uplink in centre.uplinks if family in uplink.families}
        observed = frozenset(side.upstreams.shares)
        for asn in sorted(declared | side.upstreams.above(min_share)):
            (name,) = named([asn], centre.uplinks)
            ok, saw = _compared(asn in declared, asn in observed, enough[family])
            rows.append(Observation(where=name, saw=saw, family=family, ok=ok))
            missing += [f"{name} {family}"] if ok is False and asn in declared else []
            undeclared += [f"{name} {family}"] if ok is False and asn not in declared else []
    if missing:
        return failed("missing", observed=tuple(rows), facts=table.facts, uplinks=tuple(missing))
    if undeclared:
        return warned("undeclared", observed=tuple(rows), facts=table.facts, uplinks=tuple(undeclared))
    thin = [sides[family] for family in families if not enough[family]]
    if thin:
        prefixes = tuple(item.prefix for side in thin for item in side.prefixes)
        return not_enough(
            prefixes, min(len(side.upstreams.peers) for side in thin), min_peers, tuple(rows), table.facts
        )
    return passed("ok", observed=tuple(rows), facts=table.facts, total=len(rows))


def _enough(side: FamilyRoutes, min_peers: int) -> bool:
    return len(side.upstreams.peers) >= min_peers or gone(side.prefixes, min_peers)


def _compared(declared: bool, observed: bool, enough: bool) -> tuple[bool | None, str]:
    if declared and observed:
        return True, "declared and observed"
    if not enough:
        return None, "not enough data"
    return False, "declared, not observed" if declared else "observed, not declared"
