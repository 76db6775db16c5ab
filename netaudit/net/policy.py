"""Which addresses may be sent to at all: the first answer to hostile glue and to mistakes in an inventory."""

import ipaddress
from collections.abc import Sequence

from netaudit.model.common import Failure, Reason, Side
from netaudit.rules.addresses import classify

__all__ = ["TargetPolicy"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TargetPolicy:
    """Refuses special-purpose addresses (RFC 6890) unless allowed, and whatever the inventory excludes.

    `allowed` and `excluded` are prefixes in text; `excluded` wins. Raises ValueError for a bad prefix.
    """

    def __init__(self, allowed: Sequence[str] = (), excluded: Sequence[str] = ()) -> None:
        self._allowed = [ipaddress.ip_network(prefix) for prefix in allowed]
        self._excluded = [ipaddress.ip_network(prefix) for prefix in excluded]

    def forbids(self, address: str) -> Failure | None:
        """Why nothing may be sent to `address`, or None."""
        parsed = ipaddress.ip_address(address)
        if _within(parsed, self._excluded):
            return Failure(reason=Reason.OUT_OF_SCOPE, side=Side.OURS, detail=f"{address} is excluded by the inventory")
        if _within(parsed, self._allowed):
            return None
        found = classify(address)
        if not found.is_global:
            return Failure(
                reason=Reason.OUT_OF_SCOPE,
                side=Side.TARGET,
                detail=f"{address} is a special-purpose address: {found.name}",
            )
        return None


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
