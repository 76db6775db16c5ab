"""Upstreams of an origin as route collectors' peers see them, for one address family at a time.

A vantage is a peer AS. A path reads left to right from the peer to the origin; the AS left of the
origin is its upstream there. Prepending is collapsed first. A peer that is itself the neighbour of the
origin is a vantage of its own upstream (it does carry the route), and a peer that is the origin is none.
"""

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from netaudit.model.common import Family
from netaudit.model.facts import Route
from netaudit.model.inventory import Uplink
from netaudit.rules.origin import covers

__all__ = [
    "PrefixView", "UpstreamView", "collapsed", "is_reserved_asn", "of_family", "operators", "origins", "prefix_views",
    "upstream_view",
]  # fmt: skip


class UpstreamView(NamedTuple):
    """The upstreams of one family: ASN -> share of the vantages that reach us through it, and the vantages."""

    shares: dict[int, float]
    peers: frozenset[int]

    @property
    def effective(self) -> float:
        """How many equally used upstreams would be as diverse: 1 / sum(share^2); 0 without vantages."""
        squares = sum(share * share for share in self.shares.values())
        return 1 / squares if squares else 0.0

    def above(self, share: float, declared: Iterable[int] = ()) -> frozenset[int]:
        """Upstreams that carry at least `share` of the vantages, or are declared: an exchange's noise is left out."""
        known = frozenset(declared)
        return frozenset(asn for asn, part in self.shares.items() if part >= share or asn in known)


class PrefixView(NamedTuple):
    """What is announced of one declared prefix: exactly it, parts of it, or something that contains it."""

    declared: str
    exact: tuple[Route, ...]
    inside: tuple[Route, ...]
    covering: tuple[Route, ...]

    @property
    def announced(self) -> tuple[Route, ...]:
        """The routes that are ours to announce: the prefix and its parts."""
        return self.exact + self.inside


def collapsed(path: Sequence[int]) -> tuple[int, ...]:
    """The path without prepending: an AS that repeats in a row counts once."""
    if len(set(path)) == len(path):  # most paths
        return tuple(path)
    return tuple(asn for i, asn in enumerate(path) if i == 0 or asn != path[i - 1])


def of_family(prefixes: Iterable[str], family: Family) -> tuple[str, ...]:
    """The prefixes of one family, in their order. What is no prefix is left out: it can't be announced."""
    version = 6 if family is Family.IPV6 else 4
    return tuple(prefix for prefix in prefixes if (net := _network(prefix)) is not None and net.version == version)


def origins(routes: Iterable[Route]) -> dict[int, int]:
    """Origin ASN -> number of routes; a path that ends in an AS_SET names no origin (RFC 9774) and is left out."""
    return dict(Counter(route.as_path[-1] for route in routes if route.as_path and not route.as_set))


def upstream_view(routes: Iterable[Route], own: Iterable[int]) -> UpstreamView:
    """Look left of our own ASes in every path.

    A peer that sees several of our prefixes through different upstreams has its one vote split among
    them. Paths in which no own AS originates, or whose peer is one of ours, say nothing about upstreams.
    """
    ours = frozenset(own)
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for route in routes:
        upstream = None if route.as_set or route.peer_asn in ours else _left_of(collapsed(route.as_path), ours)
        if upstream is not None:
            votes[route.peer_asn][upstream] += 1
    weights: dict[int, float] = {}
    for seen in votes.values():
        for asn, count in seen.items():
            weights[asn] = weights.get(asn, 0.0) + count / seen.total() / len(votes)
    return UpstreamView(dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))), frozenset(votes))


def operators(asns: Iterable[int], uplinks: Sequence[Uplink]) -> dict[str, tuple[int, ...]]:
    """Group upstreams by operator: an operator may run several ASes. An AS nobody declared stands for itself."""
    names = {uplink.asn: uplink.operator for uplink in uplinks}
    groups: dict[str, list[int]] = defaultdict(list)
    for asn in sorted(asns):
        groups[names.get(asn, f"AS{asn}")].append(asn)
    return {name: tuple(found) for name, found in groups.items()}


def prefix_views(prefixes: Iterable[str], routes: Iterable[Route]) -> tuple[PrefixView, ...]:
    """What the routes show of each declared prefix."""
    by_prefix: dict[str, list[Route]] = defaultdict(list)
    for route in routes:
        by_prefix[route.prefix].append(route)
    parsed = [(found, net) for prefix, found in by_prefix.items() if (net := _network(prefix)) is not None]
    return tuple(_prefix_view(prefix, net, parsed) for prefix in prefixes if (net := _network(prefix)) is not None)


def is_reserved_asn(asn: int) -> bool:
    """Whether an ASN may not originate on the Internet: RFC 7607, 6793, 6996, 7300.

    Those for documentation (RFC 5398) are not meant: only an inventory about examples declares one.
    """
    return asn in (0, 23456) or 64512 <= asn <= 65535 or 65552 <= asn <= 131071 or asn >= 4200000000


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(prefix: str) -> _Network | None:
    try:
        return ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return None


def _prefix_view(prefix: str, wanted: _Network, routes: Iterable[tuple[list[Route], _Network]]) -> PrefixView:
    exact: list[Route] = []
    inside: list[Route] = []
    covering: list[Route] = []
    for found, net in routes:
        if net == wanted:
            exact += found
        elif covers(wanted, net):
            inside += found
        elif covers(net, wanted):
            covering += found
    return PrefixView(prefix, tuple(exact), tuple(inside), tuple(covering))


def _left_of(path: tuple[int, ...], ours: frozenset[int]) -> int | None:
    """The AS before our own at the end of a path; our own may be several in a row."""
    if not path or path[-1] not in ours:
        return None
    return next((asn for asn in reversed(path) if asn not in ours), None)
