"""Which parts of our prefixes are announced beside them: by whom, whether declared, and in both families alike.

The longest prefix wins everywhere, so who announces a part of a prefix draws its traffic, and a prefix that is split
in one family alone is steered, or protected, in that family alone.
"""

from typing import NamedTuple

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Observation, Outcome, failed, not_applicable, passed, warned
from netaudit.rules.routes import PrefixRoutes, RouteTable
from netaudit.rules.upstreams import origins

from ._helpers import BOTH, agreed, not_enough, over, row, sourced

_SHOWN = 32  # of the parts, in an argument; a /32 has 65536 of length 48


class _Parts(NamedTuple):
    """One declared prefix: the parts that others originate, those of our own that nobody declared, and all our own."""

    item: PrefixRoutes
    foreign: tuple[str, ...]
    undeclared: tuple[str, ...]
    own: tuple[str, ...]
    enough: bool


def judge(evidence: DataCentreEvidence, *, min_peers: int, max_age_days: float, min_apart_minutes: float) -> Outcome:
    """A part counts as declared when the inventory names it as a prefix of its own."""
    centre = evidence.datacentre
    if not centre.asns or not centre.prefixes:
        return sourced(evidence, not_applicable("none_declared"))
    found = agreed(
        evidence, max_age_days, min_apart_minutes, lambda table: _conclude(evidence, table, min_peers),
        at_once=("foreign",),
    )  # fmt: skip
    return sourced(evidence, found)


def _conclude(evidence: DataCentreEvidence, table: RouteTable, min_peers: int) -> Outcome:
    seen = [_parts(item, evidence, min_peers) for family in BOTH for item in table.prefixes(evidence, family)]
    rows = tuple(_row(parts) for parts in seen)
    foreign = tuple(dict.fromkeys(part for parts in seen for part in parts.foreign))
    if foreign:
        bad = [parts for parts in seen if parts.foreign]
        return failed(
            "foreign", observed=rows, facts=table.facts, prefixes=_prefixes(bad), parts=foreign[:_SHOWN],
            count=len(foreign), over=_over(bad),
        )  # fmt: skip
    undeclared = tuple(dict.fromkeys(part for parts in seen for part in parts.undeclared))
    if undeclared:
        bad = [parts for parts in seen if parts.undeclared]
        return warned(
            "undeclared", observed=rows, facts=table.facts, prefixes=_prefixes(bad), parts=undeclared[:_SHOWN],
            count=len(undeclared), over=_over(bad),
        )  # fmt: skip
    thin = [parts for parts in seen if not parts.enough]
    if thin or not seen:
        peers = min((len(parts.item.feeds) for parts in thin), default=0)
        return not_enough(_prefixes(thin), peers, min_peers, rows, table.facts)
    split = [parts for parts in seen if parts.own]
    families = {parts.item.family for parts in seen}
    if split and len(families) == len(BOTH) and len({parts.item.family for parts in split}) == 1:
        return warned("one_family", observed=rows, facts=table.facts, prefixes=_prefixes(split), over=_over(split))
    return passed("ok", observed=rows, facts=table.facts, total=len(seen))


def _parts(item: PrefixRoutes, evidence: DataCentreEvidence, min_peers: int) -> _Parts:
    ours, declared = frozenset(evidence.datacentre.asns), frozenset(evidence.datacentre.prefixes)
    found: dict[str, set[int]] = {}
    for route in item.view.inside:
        found.setdefault(route.prefix, set()).update(origins([route]))
    foreign = tuple(f"{part} AS{asn}" for part, by in sorted(found.items()) for asn in sorted(by - ours))
    own = tuple(part for part, by in sorted(found.items()) if by & ours)
    undeclared = tuple(part for part in own if part not in declared)
    return _Parts(item, foreign, undeclared, own, len(item.feeds) >= min_peers)


def _prefixes(some: list[_Parts]) -> tuple[str, ...]:
    return tuple(parts.item.prefix for parts in some)


def _over(some: list[_Parts]) -> tuple[str, ...]:
    return over(parts.item.family for parts in some)


def _row(parts: _Parts) -> Observation:
    said = [f"{len(parts.own)} parts announced"] if parts.own else []
    said += [f"not declared: {', '.join(parts.undeclared[:4])}"] if parts.undeclared else []
    said += [f"by others: {', '.join(parts.foreign[:4])}"] if parts.foreign else []
    if not said:
        said = ["no part announced" if parts.enough else f"not enough data: {len(parts.item.feeds)} peers"]
    ok = False if parts.foreign or parts.undeclared else True if parts.enough else None
    return row(parts.item, "; ".join(said), ok)
