"""Route origin validation (RFC 6811 section 2): whether validated ROA payloads let an AS originate a prefix."""

import ipaddress
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from netaudit.model.facts import Vrp

__all__ = ["Origin", "OriginState", "covers", "validate_origin"]

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class OriginState(StrEnum):
    """The three states of RFC 6811, the second with its reason."""

    VALID = "valid"
    INVALID_ASN = "invalid_asn"  # no covering payload names the AS
    INVALID_LENGTH = "invalid_length"  # one names it, but for shorter prefixes alone
    NOT_FOUND = "not_found"


class Origin(NamedTuple):
    """The state of one route, the payloads that cover it, and those of them that match."""

    state: OriginState
    covering: tuple[Vrp, ...]
    matched: tuple[Vrp, ...]


def validate_origin(prefix: str, asn: int | None, vrps: Iterable[Vrp]) -> Origin:
    """Validate a route. `asn` is None where the path ends in an AS_SET: such a route is matched by no payload.

    A payload for AS 0 forbids (RFC 6483 section 4): it covers and never matches. Raises ValueError for a
    text that is no prefix.
    """
    route = ipaddress.ip_network(prefix)
    covering = tuple(vrp for vrp in vrps if covers(ipaddress.ip_network(vrp.prefix), route))
    named = tuple(vrp for vrp in covering if asn is not None and asn != 0 and vrp.asn == asn)
    matched = tuple(vrp for vrp in named if route.prefixlen <= vrp.max_length)
    if matched:
        state = OriginState.VALID
    elif named:
        state = OriginState.INVALID_LENGTH
    else:
        state = OriginState.INVALID_ASN if covering else OriginState.NOT_FOUND
    return Origin(state, covering, matched)


def covers(outer: _Network, inner: _Network) -> bool:
    """Whether `inner` is `outer` or lies within it, of the same family."""
    return (
        outer.version == inner.version
        and outer.prefixlen <= inner.prefixlen
        and int(outer.network_address) == int(inner.network_address) & int(outer.netmask)
    )
