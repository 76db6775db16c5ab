"""How long TCP takes to connect over each family, for what dual-stack clients would notice (RFC 8305)."""

from collections.abc import Iterable
from contextlib import suppress

from netaudit.model.common import Family, family_of
from netaudit.model.facts import ConnectTimesFact
from netaudit.net.network import NetworkError
from netaudit.probes.context import ProbeContext

__all__ = ["connect_times"]

_SAMPLES = 5  # of each family: a median that two lost packets can't move


async def connect_times(
    context: ProbeContext, endpoint: str, port: int, addresses: Iterable[str]
) -> ConnectTimesFact | None:
    """Connect to the first address of each family by turns and hang up at once; None where one family is missing.

    By turns, so that a busy moment of the path or of the server falls on both families alike.
    """
    first: dict[Family, str] = {}
    for address in sorted(addresses):
        first.setdefault(family_of(address), address)
    if len(first) < len(Family):
        return None
    at = context.network.now()
    samples: dict[Family, list[float]] = {family: [] for family in first}
    lost = dict.fromkeys(first, 0)
    for _ in range(_SAMPLES):
        for family, address in sorted(first.items()):
            took = await _connect(context, address, port)
            if took is None:
                lost[family] += 1
            else:
                samples[family].append(took)
    return ConnectTimesFact(
        id=f"times-{endpoint}",
        endpoint=endpoint,
        at=at,
        addresses=first,
        samples={family: tuple(taken) for family, taken in samples.items()},
        lost=lost,
    )


async def _connect(context: ProbeContext, address: str, port: int) -> float | None:
    """How long it took, in milliseconds; None where it failed."""
    try:
        connection = await context.network.connect(address, port)
    except NetworkError:
        return None  # counted by the caller; why a family fails is told by the fetches and connects
    with suppress(OSError):
        await connection.stream.aclose()
    return connection.connect_ms
