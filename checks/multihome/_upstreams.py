"""How many operators each prefix of one family is reached through; the two checks of it differ in the family alone.

APNIC's rule for multihomed networks: full-time connectivity from more than one provider, and prefixes
announced by at least two of them. What is counted is what was observed: a second uplink that carries
nothing while the first one works is not seen from outside.
"""

from typing import NamedTuple

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.inventory import DataCentre
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.routes import PrefixRoutes, RouteTable
from netaudit.rules.upstreams import of_family, operators

from ._helpers import agreed, gone, named, not_enough, row, sourced


def judge_upstreams(
    evidence: DataCentreEvidence,
    family: Family,
    *,
    min_upstreams: int,
    min_peers: int,
    min_share: float,
    max_age_days: float,
    min_apart_minutes: float,
) -> Outcome:
    """Every prefix must have them: two prefixes that hang on one operator each are not multihomed."""
    if not of_family(evidence.datacentre.prefixes, family):
        return sourced(evidence, not_applicable("no_prefix"))
    wanted = _Wanted(min_upstreams, min_peers, min_share)
    found = agreed(evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, family, wanted))
    return sourced(evidence, found)


class _Wanted(NamedTuple):
    upstreams: int
    peers: int
    share: float


class _Standing(NamedTuple):
    item: PrefixRoutes
    word: str  # ok, none, few, one_operator, unknown
    asns: frozenset[int]
    operators: int

    @property
    def peers(self) -> int:
        return len(self.item.upstreams.peers)


def _conclude(evidence: DataCentreEvidence, table: RouteTable, family: Family, wanted: _Wanted) -> Outcome:
    seen = [_standing(item, evidence.datacentre, wanted) for item in table.prefixes(evidence, family)]
    return _outcome(seen, evidence.datacentre, wanted, table.facts)


def _standing(item: PrefixRoutes, centre: DataCentre, wanted: _Wanted) -> _Standing:
    asns = item.upstreams.above(wanted.share, declared=(uplink.asn for uplink in centre.uplinks))
    groups = len(operators(asns, centre.uplinks))
    if gone([item], wanted.peers):
        word = "none"
    elif len(item.upstreams.peers) < wanted.peers:
        word = "unknown"
    elif groups >= wanted.upstreams:
        word = "ok"
    else:
        word = "few" if len(asns) < wanted.upstreams else "one_operator"
    return _Standing(item, word, asns, groups)


def _outcome(seen: list[_Standing], centre: DataCentre, wanted: _Wanted, facts: tuple[str, ...]) -> Outcome:
    rows = tuple(_row(standing, wanted) for standing in seen)
    for word in ("none", "few", "one_operator"):
        bad = [standing for standing in seen if standing.word == word]
        if bad:
            asns = frozenset(asn for standing in bad for asn in standing.asns)
            return failed(
                word, observed=rows, facts=facts, prefixes=tuple(standing.item.prefix for standing in bad),
                upstreams=named(asns, centre.uplinks), operators=min(standing.operators for standing in bad),
                minimum=wanted.upstreams,
            )  # fmt: skip
    unknown = [standing for standing in seen if standing.word == "unknown"]
    if unknown or not seen:
        peers = min((standing.peers for standing in unknown), default=0)
        return not_enough((standing.item.prefix for standing in unknown), peers, wanted.peers, rows, facts)
    asns = frozenset(asn for standing in seen for asn in standing.asns)
    return passed(
        "ok", observed=rows, facts=facts, upstreams=named(asns, centre.uplinks), minimum=wanted.upstreams,
        peers=min(standing.peers for standing in seen),
    )  # fmt: skip


def _row(standing: _Standing, wanted: _Wanted) -> Observation:
    shares = standing.item.upstreams.shares
    parts = ", ".join(f"AS{asn} {share:.0%}" for asn, share in list(shares.items())[:8])
    if standing.word == "unknown":
        saw, ok = f"not enough data: {standing.peers} peers", None
    elif standing.word == "ok":
        saw, ok = f"observed >= {wanted.upstreams}: {parts}; {standing.peers} peers", True
    else:
        saw, ok = f"observed {standing.operators}: {parts or 'no path'}; {standing.peers} peers", False
    return row(standing.item, saw, ok)
