"""Whether a zone can be found from the root, in both families or in one alone, as far as the facts tell.

The rules are those of draft-ietf-dnsop-3901bis: every zone on the way, and every zone that its name servers'
names live in, must be served and be found within the one family. What was not asked is left open by computing
twice: once as if every unknown address existed, once as if none did.
"""

from collections.abc import Callable, Container, Iterable
from functools import lru_cache
from typing import NamedTuple

import dns.name

from netaudit.model.common import Family
from netaudit.model.evidence import KnownZone, Surroundings, ZoneEvidence
from netaudit.rules.dependencies import Graph, NameServer, Node
from netaudit.rules.once import once
from netaudit.rules.zones import name_text

__all__ = ["Views", "graph_of", "home_of", "views"]

_BOTH = tuple(Family)


class Views(NamedTuple):
    """The graph twice: with every address that may exist, and with those alone that are known to."""

    hopeful: Graph
    certain: Graph


@once
def views(evidence: ZoneEvidence, families: tuple[Family, ...] = _BOTH) -> Views:
    """The zones that finding the zone or one of its servers can touch, with the addresses of these families alone."""
    met = evidence.surroundings
    homes = {home_of(server.name, met.zones) for server in evidence.fact.servers}
    starts = (evidence.zone, *sorted(homes))
    return Views(_graph(met, starts, families, True), _graph(met, starts, families, False))


def graph_of(known: Surroundings, starts: Iterable[str]) -> Graph:
    """The zones that finding these can touch, as if every address existed that nobody asked for."""
    return _graph(known, tuple(starts), _BOTH, True)


def home_of(name: str, zones: Container[str]) -> str:
    """The deepest of `zones` that a name lies in, the root when there is none."""
    return next((zone for zone in _upwards(name) if zone in zones), ".")


@lru_cache(8_192)
def _upwards(name: str) -> tuple[str, ...]:
    """A name and the names above it, without the root."""
    found = []
    rest = dns.name.from_text(name)
    while rest != dns.name.root:
        found.append(name_text(rest))
        rest = rest.parent()
    return tuple(found)


def _graph(known: Surroundings, starts: tuple[str, ...], families: tuple[Family, ...], hope: bool) -> Graph:
    nodes = {".": Node(None, free=True)}
    reached = list(starts)
    for name in reached:  # which grows on the way
        item = known.zones.get(name)
        if name in nodes or item is None:
            continue
        node = nodes[name] = _node(known, item, families, hope)
        reached += [node.parent or ".", *(server.home for server in node.servers)]
    return Graph(nodes)


def _node(known: Surroundings, item: KnownZone, families: tuple[Family, ...], hope: bool) -> Node:
    has = _chooser(families)
    above = next((zone for zone in _upwards(item.zone)[1:] if zone in known.zones), ".")
    servers = []
    for name in item.servers:
        home = home_of(name, known.zones)
        told = known.addresses.get(name, {})
        addresses = [told.get(family) for family in families]
        servers.append(
            NameServer(
                name=name,
                home=home,
                glue=has(item.glue.get(name, ())) or (hope and not item.complete),
                address=any(addresses) or (hope and any(found is None for found in addresses)),
            )
        )
    return Node(above, tuple(servers), free=item.served_above)


def _chooser(families: tuple[Family, ...]) -> Callable[[Iterable[str]], bool]:
    def has(addresses: Iterable[str]) -> bool:
        return any((Family.IPV6 if ":" in address else Family.IPV4) in families for address in addresses)

    return has
