"""What a dual-stack client notices of a family that is slow to connect (RFC 8305)."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

__all__ = ["ATTEMPT_DELAY_MS", "ConnectDelay", "connect_delay", "typical_ms"]

ATTEMPT_DELAY_MS = 250.0  # RFC 8305 section 5: how long a client waits for IPv6 before it tries IPv4 as well

_RETRANSMISSION_MS = 900.0  # a lost SYN is sent again after a second (RFC 6298 section 2.1), clocks being what they are
_ENOUGH = 3  # samples that make a median


class ConnectDelay(NamedTuple):
    """Typical connection times of both families in milliseconds, and what they cost a client that has both."""

    ipv4_ms: float
    ipv6_ms: float
    behind_ms: float  # how much longer IPv6 takes, by the medians and by the fastest samples alike: the smaller of both
    cost_ms: float  # how much longer than with IPv4 alone the client waits; never below 0


def connect_delay(ipv4_ms: Sequence[float], ipv6_ms: Sequence[float]) -> ConnectDelay | None:
    """Compare the samples of both families; None where either has too few for a median.

    A scanner that is busy itself takes some samples for longer than they were, but hardly ever all of one family.
    """
    v4, v6 = typical_ms(ipv4_ms), typical_ms(ipv6_ms)
    if v4 is None or v6 is None:
        return None
    behind = min(v6 - v4, min(ipv6_ms) - min(ipv4_ms))
    return ConnectDelay(v4, v6, behind, min(max(behind, 0.0), ATTEMPT_DELAY_MS))


def typical_ms(samples: Sequence[float]) -> float | None:
    """The median of the samples without those in which a packet was lost; None when fewer than three are left."""
    if not samples:
        return None
    fastest = min(samples)
    kept = [sample for sample in samples if sample - fastest < _RETRANSMISSION_MS]
    return median(kept) if len(kept) >= _ENOUGH else None
