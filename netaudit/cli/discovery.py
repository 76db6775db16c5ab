"""What there is to audit about single names: the zone that holds each, its web hosts, its mail domain."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dns.name
import dns.rdatatype
import dns.rdtypes.mxbase

from netaudit.dns.message import name_text
from netaudit.dns.resolver import ResolutionError, Resolver, ZoneCut
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact, Lookup
from netaudit.net.network import Network
from netaudit.probes.courtesy import CourteousNetwork

__all__ = ["Found", "discover"]

_A, _AAAA, _MX = dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.MX


@dataclass(frozen=True)
class Found:
    """What a name has. `zone` is the nearest zone at or above it.

    `resolved` False: nobody answered for the name; `exists` False: its zone says that there is no such name.
    """

    name: str
    zone: str
    hosts: tuple[str, ...] = ()
    mail: str = ""
    resolved: bool = True
    exists: bool = True


async def discover(names: Sequence[str], network: Network, hints: Mapping[str, Sequence[str]]) -> list[Found]:
    """Resolve each name (A-labels, no trailing dot) as far as it takes to know what to audit; judges nothing."""
    seen: dict[str, Exchange] = {}

    def record(fact: Fact) -> None:
        if isinstance(fact, Exchange):
            seen[fact.id] = fact

    courteous = CourteousNetwork(network)
    resolver = Resolver(courteous, hints, record=record)
    try:
        return list(await asyncio.gather(*(_Name(resolver, seen, name).found() for name in names)))
    finally:
        await resolver.aclose()
        await courteous.aclose()


class _Name:
    """One name under discovery."""

    def __init__(self, resolver: Resolver, seen: Mapping[str, Exchange], text: str) -> None:
        self._resolver = resolver
        self._seen = seen
        self._text = text
        self._name = dns.name.from_text(text)

    async def found(self) -> Found:
        try:
            cut = await self._resolver.zone(self._name)
        except ResolutionError:
            return Found(self._text, name_text(await self._lost_zone()), hosts=(self._text,), resolved=False)
        zone = name_text(cut.name)
        if not self._heard_from(cut):  # asking on would cost the same time again, and the scan will ask
            return Found(self._text, zone, hosts=(self._text,), resolved=False)
        first = await self._resolver.lookup(self._name, _A)
        if first.failure is not None:
            return Found(self._text, zone, hosts=(self._text,), resolved=False)
        if first.nonexistent and not first.canonical:
            return Found(self._text, zone, hosts=(self._text,), exists=False)
        hosts = [self._text] if first.addresses or await self._has_ipv6(self._name) else []
        if cut.name == self._name and len(self._name) > 2:
            hosts += await self._www()
        return Found(self._text, zone, tuple(hosts), self._text if await self._takes_mail() else "")

    def _heard_from(self, cut: ZoneCut) -> bool:
        """Whether any server of the zone answered when its keys were asked for."""
        asked = (cut.name, dns.rdatatype.DNSKEY)
        return any(e.response is not None for e in self._seen.values() if e.question == asked)

    async def _www(self) -> list[str]:
        """`www` below a zone's apex, where it exists."""
        if self._text.startswith("www."):
            return []
        try:
            name = dns.name.from_text("www", self._name)
        except dns.name.NameTooLong:
            return []
        lookup = await self._resolver.lookup(name, _A)
        return [name_text(name)] if lookup.addresses or await self._has_ipv6(name) else []

    async def _has_ipv6(self, name: dns.name.Name) -> bool:
        return bool((await self._resolver.lookup(name, _AAAA)).addresses)

    async def _takes_mail(self) -> bool:
        """Whether there is an MX record other than the null MX (RFC 7505)."""
        lookup = await self._resolver.lookup(self._name, _MX)
        return any(exchanger != dns.name.root for exchanger in self._exchangers(lookup))

    def _exchangers(self, lookup: Lookup) -> list[dns.name.Name]:
        last = self._seen.get(lookup.facts[-1]) if lookup.facts and lookup.failure is None else None
        if last is None or last.message is None:
            return []
        return [
            rdata.exchange
            for rrset in last.message.answer
            for rdata in rrset
            if isinstance(rdata, dns.rdtypes.mxbase.MXBase)
        ]

    async def _lost_zone(self) -> dns.name.Name:
        """The zone in which resolution ended: one that does not answer, or else the name it could not get beyond."""
        lost = self._name
        while len(lost) > 1:
            try:
                cut = await self._resolver.zone(lost.parent())
            except ResolutionError:
                lost = lost.parent()
            else:
                if self._heard_from(cut):
                    return lost
                return self._name if cut.name == dns.name.root else cut.name  # silent roots: our side, not the root's
        return lost
