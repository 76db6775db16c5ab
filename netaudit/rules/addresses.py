"""Special-purpose addresses of both families, by name and by the document that sets them aside.

The table follows the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) with the ranges
that other registries hold: multicast, the deprecated site-local and IPv4-compatible prefixes, the 6bone.
`ipaddress.is_global` calls many of them global, and every address outside 2000::/3 too.
"""

import ipaddress
from collections.abc import Iterable

from netaudit.model.common import Record

__all__ = ["EMBEDDING", "Classification", "classify", "embedded_ipv4", "special_in", "within"]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Classification(Record, frozen=True, kw_only=True):
    """What an address is for: the name of its range, the document, and whether the Internet routes it as unicast."""

    name: str  # "global unicast", "unique local"
    is_global: bool
    rfc: str
    prefix: str = ""  # the range, empty for ordinary unicast
    documentation: bool = False


def classify(address: str) -> Classification:
    """Return what a literal address is for; the narrowest range of the table wins.

    A zone index makes an address link-local in effect and is ignored. Raises ValueError for no address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    for network, found in _TABLE[parsed.version]:
        if parsed in network:
            return found
    if parsed.version == 6 and parsed not in _UNICAST:
        return _UNASSIGNED
    return _GLOBAL[parsed.version]


def within(address: str, prefixes: Iterable[str]) -> bool:
    """Whether an address lies in one of the prefixes. Raises ValueError for what is neither."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    networks = (ipaddress.ip_network(prefix, strict=False) for prefix in prefixes)
    return any(parsed.version == network.version and parsed in network for network in networks)


def special_in(prefix: str, allowed: Iterable[str] = ()) -> Classification | None:
    """The special-purpose range that a prefix lies in or holds a part of, or None for ordinary unicast.

    A prefix that lies in one of `allowed` is ordinary. Raises ValueError for what is no prefix.
    """
    network = ipaddress.ip_network(prefix, strict=False)
    if any(_lies_in(network, ipaddress.ip_network(other, strict=False)) for other in allowed):
        return None
    for special, found in _TABLE[network.version]:
        if _lies_in(network, special):
            return None if found.is_global else found
        if _lies_in(special, network) and not found.is_global:
            return found
    outside = network.version == 6 and not _lies_in(network, _UNICAST)
    return _UNASSIGNED if outside else None


def embedded_ipv4(address: str) -> str | None:
    """The IPv4 address inside an IPv4-mapped, 6to4 or well-known-prefix NAT64 address, or None.

    RFC 4291 section 2.5.5.2, RFC 3056 section 2, RFC 6052 section 2.1. Raises ValueError for no address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if parsed.version == 4:
        return None
    if parsed in _NAT64:
        return str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF))
    inner = parsed.ipv4_mapped or parsed.sixtofour
    return str(inner) if inner is not None else None


EMBEDDING = frozenset(
    {"::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"}
)
"""Prefixes whose addresses hold an IPv4 address: of use only where a translator or a tunnel stands."""

# (prefix, name, document, globally reachable)
_RANGES = (
    ("0.0.0.0/8", "this network", "RFC 791", False),
    ("10.0.0.0/8", "private use", "RFC 1918", False),
    ("100.64.0.0/10", "shared address space (CGN)", "RFC 6598", False),
    ("127.0.0.0/8", "loopback", "RFC 1122", False),
    ("169.254.0.0/16", "link-local", "RFC 3927", False),
    ("172.16.0.0/12", "private use", "RFC 1918", False),
    ("192.0.0.0/24", "IETF protocol assignments", "RFC 6890", False),
    ("192.0.0.9/32", "Port Control Protocol anycast", "RFC 7723", True),
    ("192.0.0.10/32", "TURN anycast", "RFC 8155", True),
    ("192.0.2.0/24", "documentation", "RFC 5737", False),
    ("192.31.196.0/24", "AS112-v4", "RFC 7535", True),
    ("192.52.193.0/24", "AMT", "RFC 7450", True),
    ("192.88.99.0/24", "6to4 relay anycast (deprecated)", "RFC 7526", False),
    ("192.168.0.0/16", "private use", "RFC 1918", False),
    ("192.175.48.0/24", "direct delegation AS112", "RFC 7534", True),
    ("198.18.0.0/15", "benchmarking", "RFC 2544", False),
    ("198.51.100.0/24", "documentation", "RFC 5737", False),
    ("203.0.113.0/24", "documentation", "RFC 5737", False),
    ("224.0.0.0/4", "multicast", "RFC 5771", False),
    ("233.252.0.0/24", "multicast documentation (MCAST-TEST-NET)", "RFC 6676", False),
    ("240.0.0.0/4", "reserved", "RFC 1112", False),
    ("255.255.255.255/32", "limited broadcast", "RFC 8190", False),
    ("::/128", "unspecified", "RFC 4291", False),
    ("::1/128", "loopback", "RFC 4291", False),
    ("::/96", "IPv4-compatible (deprecated)", "RFC 4291", False),
    ("::ffff:0:0/96", "IPv4-mapped", "RFC 4291", False),
    ("::ffff:0:0:0/96", "IPv4-translated", "RFC 7915", False),
    ("64:ff9b::/96", "NAT64 well-known prefix", "RFC 6052", False),
    ("64:ff9b:1::/48", "local-use NAT64", "RFC 8215", False),
    ("100::/64", "discard-only", "RFC 6666", False),
    ("100:0:0:1::/64", "dummy prefix", "RFC 9780", False),
    ("2001::/23", "IETF protocol assignments", "RFC 2928", False),
    ("2001::/32", "Teredo", "RFC 4380", False),
    ("2001:1::1/128", "Port Control Protocol anycast", "RFC 7723", True),
    ("2001:1::2/128", "TURN anycast", "RFC 8155", True),
    ("2001:1::3/128", "DNS-SD service registration anycast", "RFC 9665", True),
    ("2001:2::/48", "benchmarking", "RFC 5180", False),
    ("2001:3::/32", "AMT", "RFC 7450", True),
    ("2001:4:112::/48", "AS112-v6", "RFC 7535", True),
    ("2001:10::/28", "ORCHID (deprecated)", "RFC 4843", False),
    ("2001:20::/28", "ORCHIDv2", "RFC 7343", False),
    ("2001:30::/28", "drone remote ID protocol entity tags", "RFC 9374", False),
    ("2001:db8::/32", "documentation", "RFC 3849", False),
    ("2002::/16", "6to4", "RFC 7526", False),
    ("2620:4f:8000::/48", "direct delegation AS112", "RFC 7534", True),
    ("3ffe::/16", "6bone (returned)", "RFC 3701", False),
    ("3fff::/20", "documentation", "RFC 9637", False),
    ("5f00::/16", "segment routing (SRv6) SIDs", "RFC 9602", False),
    ("fc00::/7", "unique local", "RFC 4193", False),
    ("fe80::/10", "link-local", "RFC 4291", False),
    ("fec0::/10", "site-local (deprecated)", "RFC 3879", False),
    ("ff00::/8", "multicast", "RFC 4291", False),
)

_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL = {
    4: Classification(name="global unicast", is_global=True, rfc="RFC 791"),
    6: Classification(name="global unicast", is_global=True, rfc="RFC 4291"),
}
_UNASSIGNED = Classification(name="reserved by IETF (not within 2000::/3)", is_global=False, rfc="RFC 4291")


def _lies_in(inner: _Network, outer: _Network) -> bool:
    return (
        inner.version == outer.version
        and inner.prefixlen >= outer.prefixlen
        and int(inner.network_address) & int(outer.netmask) == int(outer.network_address)
    )


def _table(version: int) -> tuple[tuple[_Network, Classification], ...]:
    rows = []
    for prefix, name, rfc, reachable in _RANGES:
        network = ipaddress.ip_network(prefix)
        if network.version == version:
            found = Classification(
                name=name, is_global=reachable, rfc=rfc, prefix=prefix, documentation=name == "documentation"
            )
            rows.append((network, found))
    return tuple(sorted(rows, key=lambda row: -row[0].prefixlen))


_TABLE = {4: _table(4), 6: _table(6)}
