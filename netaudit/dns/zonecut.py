"""Zone cuts (RFC 9499 section 7): a delegated zone with its servers and what was asked to find them."""

import zlib
from collections import Counter
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

    `names` are the name servers that are looked at, `others` those that are turned to when they fail.
    `servers` holds every known address of both families; `unresolved` the name servers without any, or of which
    a family could not be looked up, and why. `delegation` names the exchanges in which the parent spoke of the
    zone, `exchanges` all that were made to find the zone, its servers, its DS and its keys. `queries` counts
    those for the servers, DS and keys of this zone and of each above it.
    """

    name: dns.name.Name
    parent: "ZoneCut | None"
    chain: tuple[str, ...]
    servers: tuple[ServerAddress, ...]
    names: tuple[dns.name.Name, ...] = ()
    others: tuple[dns.name.Name, ...] = ()
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


def server_names(rrset: dns.rrset.RRset, limit: int) -> tuple[tuple[dns.name.Name, ...], tuple[dns.name.Name, ...]]:
    """The name servers of an NS RRset: at most `limit` that are looked at, and others to turn to when those fail.

    In canonical order, so that every run begins alike. Of more than `limit`, the domains that they lie in take turns:
    however many names one of them has, it hides none of the others'.
    """
    told = {target for rdata in rrset if isinstance(target := getattr(rdata, "target", None), dns.name.Name)}
    names = sorted(told, key=_canonical_order)
    if len(names) <= limit:
        return tuple(names), ()
    met: Counter[dns.name.Name] = Counter()
    turns: dict[dns.name.Name, int] = {}
    for name in names:
        home = name.parent() if name != dns.name.root else name
        turns[name] = met[home]
        met[home] += 1
    ordered = sorted(names, key=turns.__getitem__)
    return tuple(sorted(ordered[:limit])), tuple(ordered[limit:])


def _canonical_order(name: dns.name.Name) -> tuple[bytes, ...]:
    """A key that sorts as RFC 4034 section 6.1 does, without comparing names label by label."""
    return tuple(label.lower() for label in reversed(name.labels))


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
