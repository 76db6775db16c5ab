"""Whether every prefix is announced, and by the data centre's own ASNs alone (RFC 4271 section 5.1.2, RFC 9774).

An origin that is not ours is proof wherever it is seen. That there is no other origin, and that a
prefix is announced at all, takes enough peers to look.
"""

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed
from netaudit.rules.routes import PrefixRoutes, RouteTable
from netaudit.rules.upstreams import is_reserved_asn, origins

from ._helpers import BOTH, agreed, gone, not_enough, row, sourced


def judge(evidence: DataCentreEvidence, *, min_peers: int, max_age_days: float, min_apart_minutes: float) -> Outcome:
    """More specifics count as the prefix: who announces a part of it draws its traffic."""
    centre = evidence.datacentre
    if not centre.asns or not centre.prefixes:
        return sourced(evidence, not_applicable("none_declared"))
    found = agreed(
        evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, min_peers),
        at_once=("foreign_origin", "as_set", "reserved_asn"),
    )  # fmt: skip
    return sourced(evidence, found)


def _conclude(evidence: DataCentreEvidence, table: RouteTable, min_peers: int) -> Outcome:
    centre = evidence.datacentre
    own = frozenset(centre.asns)
    seen = [(item, _word(item, own, min_peers)) for family in BOTH for item in table.prefixes(evidence, family)]
    rows = tuple(_row(item, word) for item, word in seen)
    for message in ("foreign_origin", "as_set", "reserved_asn", "not_announced"):
        bad = [item for item, word in seen if word == message]
        if bad:
            found = sorted({asn for item in bad for asn in origins(item.view.announced)} - own)
            return failed(
                message, observed=rows, facts=table.facts, prefixes=tuple(item.prefix for item in bad),
                origins=tuple(f"AS{asn}" for asn in found), own=tuple(f"AS{asn}" for asn in centre.asns),
            )  # fmt: skip
    thin = [item for item, word in seen if word == "unknown"]
    if thin or not seen:
        peers = min((len(item.peers) for item in thin), default=0)
        return not_enough((item.prefix for item in thin), peers, min_peers, rows, table.facts)
    return passed("ok", observed=rows, facts=table.facts, own=tuple(f"AS{asn}" for asn in centre.asns), total=len(seen))


def _word(item: PrefixRoutes, own: frozenset[int], min_peers: int) -> str:
    """The message that the prefix alone would give; `unknown` without enough peers."""
    routes = item.view.announced
    found = frozenset(origins(routes))
    if found - own:
        return "foreign_origin"
    if any(route.as_set for route in routes):
        return "as_set"
    if any(is_reserved_asn(asn) for asn in found):
        return "reserved_asn"
    if gone([item], min_peers):
        return "not_announced"
    return "ok" if found and len(item.peers) >= min_peers else "unknown"


def _row(item: PrefixRoutes, word: str) -> Observation:
    counts = origins(item.view.announced)
    parts = [f"origin AS{asn}, {count} routes" for asn, count in sorted(counts.items())[:8]]
    parts += ["a path that ends in an AS_SET"] if any(route.as_set for route in item.view.announced) else []
    ok = None if word == "unknown" else word == "ok"
    return row(item, f"{'; '.join(parts) or 'no route was seen'}; {len(item.peers)} peers", ok)
