"""Zone cuts (RFC 9499 section 7): a delegated zone with its servers and what was asked to find them."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import dns.name

from netaudit.model.common import Failure
from netaudit.model.facts import Delegation, ServerAddress

__all__ = ["ResolutionError", "ZoneCut", "spread"]


class ResolutionError(Exception):
    """A name or zone that could not be resolved; `failure` says why and on whose side.

    `reason` is a word of `netaudit.dns.reasons`, for example `cyclic_dependency`.
    """

    def __init__(self, failure: Failure, reason: str = "no_reachable_authority") -> None:
        super().__init__(f"{reason}: {failure.detail}")
        self.failure = failure
        self.reason = reason


@dataclass(frozen=True)
class ZoneCut:
    """A zone as resolution found it.

    `servers` holds every known address of both families; `unresolved` the name servers without any,
    and why. `delegation` names the exchanges in which the parent spoke of the zone, `exchanges` all
    that were made to find the zone, its servers, its DS and its keys.
    """

    name: dns.name.Name
    parent: "ZoneCut | None"
    chain: tuple[str, ...]
    servers: tuple[ServerAddress, ...]
    names: tuple[dns.name.Name, ...] = ()  # of the name servers, as the parent lists them
    unresolved: Mapping[str, Failure] = field(default_factory=dict)
    delegation: Delegation | None = None
    exchanges: tuple[str, ...] = ()


def spread(addresses: Iterable[str], seed: str, shunned: Mapping[str, int]) -> list[str]:
    """Order `addresses` to ask: those that failed least first, then families taking turns, begun by `seed`.

    The order is the same in every run, and different questions begin at different servers.
    """
    distinct = list(dict.fromkeys(addresses))
    ranked = sorted(distinct, key=lambda address: zlib.crc32(f"{seed} {address}".encode()))
    turn: dict[bool, int] = {}
    order: dict[str, tuple[int, int]] = {}
    for address in ranked:
        is_ipv6 = ":" in address
        turn[is_ipv6] = turn.get(is_ipv6, -1) + 1
        order[address] = (shunned.get(address, 0), turn[is_ipv6])
    return sorted(ranked, key=lambda address: order[address])
