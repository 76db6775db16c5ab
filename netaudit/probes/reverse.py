"""Reverse names: what an address is called, and whether that name has the address (RFC 1912 section 2.1)."""

import asyncio
from collections.abc import Iterable

import dns.rdatatype
import dns.reversename

from netaudit.dns.message import name_text
from netaudit.model.common import Failure, family_of
from netaudit.model.facts import Fact, Lookup, NameFact
from netaudit.probes.context import ADDRESS_TYPES, ProbeContext, parse_name
from netaudit.probes.hosts import addresses_of, exchangers_of

__all__ = ["ReverseProbe", "reverse_names"]

_NAMES = 4  # of one address
_ADDRESSES = 8  # of one exchanger, in one family


class ReverseProbe:
    """Looks up what the addresses of a mail domain's exchangers are called."""

    def __init__(self, context: ProbeContext, domain: str) -> None:
        self._context = context
        self._domain = domain
        self._lookups: list[Lookup] = []

    async def run(self) -> None:
        """Find the exchangers and ask for the names of all their addresses."""
        for exchanger in await exchangers_of(self._context, self._domain):
            addresses = await addresses_of(self._context, exchanger, _ADDRESSES)
            for found in await asyncio.gather(*(reverse_names(self._context, address) for address in addresses)):
                self._lookups += found

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The look-ups, on behalf of the domain."""
        lookups = tuple(dict.fromkeys(self._lookups))
        yield NameFact(id=f"reverse-{self._domain}", name=self._domain, lookups=lookups)


async def reverse_names(context: ProbeContext, address: str) -> list[Lookup]:
    """The PTR of an address, then the addresses, of the same family, of the names that it gives."""
    name = dns.reversename.from_address(address)
    pointers = await context.lookup(name, dns.rdatatype.PTR)
    owner = parse_name(pointers.canonical or name.to_text())
    targets: list[str] = []
    for id in pointers.facts:
        exchange = context.record.exchange(id)
        rrset = exchange.answer(owner, dns.rdatatype.PTR) if exchange is not None else None
        targets += [name_text(rdata.target) for rdata in rrset or ()]
    names = [parse_name(target) for target in dict.fromkeys(targets)][:_NAMES]
    rdtype = ADDRESS_TYPES[family_of(address)]
    return [pointers, *await asyncio.gather(*(context.lookup(target, rdtype) for target in names))]
