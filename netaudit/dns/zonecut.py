"""Zone cuts (RFC 9499 section 7): a delegated zone with its servers and what was asked to find them."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import dns.name
import dns.rdatatype
import dns.rrset

from netaudit.dns.message import Response
from netaudit.model.common import Failure, Family, family_of
from netaudit.model.facts import Delegation, ServerAddress

__all__ = [
    "ADDRESS_TYPES", "Addresses", "ResolutionError", "ZoneCut", "addresses_in", "glue_addresses", "root_cut",
    "server_names", "spread",
]  # fmt: skip

ADDRESS_TYPES = {Family.IPV4: dns.rdatatype.A, Family.IPV6: dns.rdatatype.AAAA}


class ResolutionError(Exception):
    """A name or zone that could not be resolved; `failure` says why and on whose side.

    `reason` is a word of `netaudit.dns.reasons`, for example `cyclic_dependency`.
    """

    def __init__(self, failure: Failure, reason: str = "no_reachable_authority") -> None:
        super().__init__(f"{reason}: {failure.detail}")
        self.failure = failure
        self.reason = reason


class Addresses(NamedTuple):
    """The addresses found of a name server, and why those of a family could not be looked up."""

    found: tuple[str, ...]
    failures: Mapping[Family, Failure]


@dataclass(frozen=True)
class ZoneCut:
    """A zone as resolution found it.

    `servers` holds every known address of both families; `unresolved` the name servers without any, or of which
    a family could not be looked up, and why. `delegation` names the exchanges in which the parent spoke of the
    zone, `exchanges` all that were made to find the zone, its servers, its DS and its keys. `queries` counts
    those for the servers, DS and keys of this zone and of each above it.
    """

    name: dns.name.Name
    parent: "ZoneCut | None"
    chain: tuple[str, ...]
    servers: tuple[ServerAddress, ...]
    names: tuple[dns.name.Name, ...] = ()  # of the name servers, as the parent lists them
    unresolved: Mapping[str, Failure] = field(default_factory=dict)
    delegation: Delegation | None = None
    exchanges: tuple[str, ...] = ()
    queries: Mapping[dns.name.Name, int] = field(default_factory=dict)
    signed: bool = False  # its parent has a DS record for it


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


def root_cut(hints: Mapping[str, Sequence[str]]) -> ZoneCut:
    """The root zone as hints (server name -> addresses) give it."""
    servers = tuple(
        ServerAddress(name=name.lower().rstrip(".") or ".", address=address, source="hints")
        for name, addresses in hints.items()
        for address in addresses
    )
    return ZoneCut(name=dns.name.root, parent=None, chain=(".",), servers=servers)


def server_names(rrset: dns.rrset.RRset, limit: int) -> tuple[dns.name.Name, ...]:
    """The name servers of an NS RRset, in canonical order, at most so many."""
    names = {target for rdata in rrset if isinstance(target := getattr(rdata, "target", None), dns.name.Name)}
    return tuple(sorted(names)[:limit])


def glue_addresses(response: Response, server: dns.name.Name, limit: int) -> list[str]:
    """The addresses of `server` in the additional section, each once, at most so many."""
    return list(dict.fromkeys(address for address in response.glue(server) if _is_address(address)))[:limit]


def addresses_in(rrset: dns.rrset.RRset | None, limit: int) -> list[str]:
    """The addresses of an A or AAAA RRset, at most so many."""
    found = [getattr(rdata, "address", "") for rdata in rrset or ()]
    return [address for address in found if _is_address(address)][:limit]


def _is_address(text: str) -> bool:
    try:
        family_of(text)
    except ValueError:
        return False
    return True
