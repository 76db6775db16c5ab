"""The world's routes as a route collector would dump them: MRT TABLE_DUMP_V2 (RFC 6396 section 4.3)."""

import ipaddress
import struct
from collections.abc import Iterable

import msgspec

from netaudit.lab.world import RouteEntry, World

__all__ = ["mrt_bytes", "routes_seen"]

_TABLE_DUMP_V2 = 13
_PEER_INDEX_TABLE, _RIB_IPV4_UNICAST, _RIB_IPV6_UNICAST = 1, 2, 4
_PEER_IPV6, _PEER_AS4 = 1, 2
_ORIGIN, _AS_PATH, _NEXT_HOP, _MP_REACH_NLRI = 1, 2, 3, 14
_TRANSITIVE, _OPTIONAL = 0x40, 0x80
_AS_SEQUENCE = 2
_COLLECTOR = ipaddress.IPv4Address("192.0.2.200")
_VIEW = b"netaudit-lab"
_AGE = 86_400  # seconds since a route was first seen

_Peer = tuple[int, str]


def mrt_bytes(world: World, now: float) -> bytes:
    """Return the table that a collector wrote at `now` (seconds since 1970, UTC)."""
    seconds = int(now)
    routes = routes_seen(world)
    peers = list(dict.fromkeys((route.peer_asn, route.peer_address) for route in world.routes))
    records = [_record(seconds, _PEER_INDEX_TABLE, _peer_index(peers))]
    prefixes = list(dict.fromkeys(route.prefix for route in routes))
    for number, prefix in enumerate(prefixes):
        network = ipaddress.ip_network(prefix)
        entries = [route for route in routes if route.prefix == prefix]
        subtype = _RIB_IPV4_UNICAST if network.version == 4 else _RIB_IPV6_UNICAST
        size = (network.prefixlen + 7) // 8
        head = struct.pack(">IB", number, network.prefixlen) + network.network_address.packed[:size]
        body = head + struct.pack(">H", len(entries))
        body += b"".join(_entry(route, peers, seconds - _AGE) for route in entries)
        records.append(_record(seconds, subtype, body))
    return b"".join(records)


def routes_seen(world: World) -> tuple[RouteEntry, ...]:
    """The routes with the faults `withdrawn` and `single_upstream` applied."""
    withdrawn = {fault.prefix for fault in world.faults if fault.kind == "withdrawn"}
    single = {fault.prefix for fault in world.faults if fault.kind == "single_upstream"}
    upstreams = _first_upstreams(world.routes)
    return tuple(
        _through(upstreams[route.prefix], route) if route.prefix in single and route.prefix in upstreams else route
        for route in world.routes
        if route.prefix not in withdrawn
    )


def _first_upstreams(routes: Iterable[RouteEntry]) -> dict[str, int]:
    """For each prefix the neighbour of the origin in the first path that has one."""
    upstreams: dict[str, int] = {}
    for route in routes:
        others = [asn for asn in route.as_path if asn != route.as_path[-1]]
        if others:
            upstreams.setdefault(route.prefix, others[-1])
    return upstreams


def _through(upstream: int, route: RouteEntry) -> RouteEntry:
    """The same route by way of `upstream`; the origin may be prepended."""
    origin = route.as_path[-1]
    others = [asn for asn in route.as_path if asn != origin]
    tail = route.as_path[len(others) :]
    kept = [asn for asn in others[:-1] if asn != upstream] if others else []
    return msgspec.structs.replace(route, as_path=(*kept, upstream, *tail))


def _peer_index(peers: list[_Peer]) -> bytes:
    body = _COLLECTOR.packed + struct.pack(">H", len(_VIEW)) + _VIEW + struct.pack(">H", len(peers))
    for number, (asn, text) in enumerate(peers):
        address = ipaddress.ip_address(text)
        kind = _PEER_AS4 | (_PEER_IPV6 if address.version == 6 else 0)
        identifier = ipaddress.IPv4Address(int(_COLLECTOR) + 1 + number)
        body += struct.pack(">B", kind) + identifier.packed + address.packed + struct.pack(">I", asn)
    return body


def _entry(route: RouteEntry, peers: list[_Peer], since: int) -> bytes:
    path = struct.pack(f">BB{len(route.as_path)}I", _AS_SEQUENCE, len(route.as_path), *route.as_path)
    attributes = _attribute(_TRANSITIVE, _ORIGIN, b"\0") + _attribute(_TRANSITIVE, _AS_PATH, path)
    hop = ipaddress.ip_address(route.peer_address)
    if hop.version == 4:
        attributes += _attribute(_TRANSITIVE, _NEXT_HOP, hop.packed)
    else:  # only the length and the next hop (RFC 6396 section 4.3.4)
        attributes += _attribute(_OPTIONAL, _MP_REACH_NLRI, bytes((16,)) + hop.packed)
    index = peers.index((route.peer_asn, route.peer_address))
    return struct.pack(">HIH", index, since, len(attributes)) + attributes


def _attribute(flags: int, kind: int, value: bytes) -> bytes:
    if len(value) > 255:
        return struct.pack(">BBH", flags | 0x10, kind, len(value)) + value
    return struct.pack(">BBB", flags, kind, len(value)) + value


def _record(seconds: int, subtype: int, body: bytes) -> bytes:
    return struct.pack(">IHHI", seconds, _TABLE_DUMP_V2, subtype, len(body)) + body
