"""A recursive resolver: what it answers about names that are known to be signed, bogus, or hard to reach.

Every address is asked every name with DO, bogus ones with CD as well, and the root's SOA over UDP and TCP: that
question needs no test name, and every resolver can answer it. Over UDP it carries a client cookie (RFC 7873).
"""

import asyncio
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import dns.flags
import dns.name
import dns.rcode
import dns.rdatatype
import msgspec

from netaudit.dns.query import Edns, edns_query
from netaudit.dns.zonecut import ResolutionError
from netaudit.model.common import Failure, Side, Transport
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.facts import Fact, Lookup, ResolverFact
from netaudit.model.inventory import Resolver, ResolverTests
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.context import ProbeContext, parse_name
from netaudit.rules.edns import COOKIE
from netaudit.rules.resolver_tests import names_of

__all__ = ["ResolverProbe", "questions_per_address"]

_CD_OCTET, _CD = 3, 0x10  # where the CD flag is (RFC 4035 section 3.1.6)
_CLIENT_COOKIE = 8  # bytes (RFC 7873 section 4)
_LATER_TRY = {Side.PATH, Side.TARGET}


class _Question(NamedTuple):
    name: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    transport: Transport = Transport.UDP
    unchecked: bool = False  # CD set
    meant_bogus: bool = False  # SERVFAIL is what a validator answers
    cookie: bool = False  # with a client cookie (RFC 7873)


class ResolverProbe:
    """Asks one resolver at all its addresses, and looks the same names up itself."""

    def __init__(self, context: ProbeContext, ancestors: Ancestors, resolver: Resolver, tests: ResolverTests) -> None:
        self._context = context
        self._ancestors = ancestors
        self._resolver = resolver
        self._tests = tests
        self._answers: list[str] = []
        self._lookups: list[Lookup] = []

    async def run(self) -> None:
        """Ask everything; failures are in the exchanges and look-ups."""
        names = [parse_name(name) for name in names_of(self._tests)]
        async with asyncio.TaskGroup() as group:
            for address in self._resolver.addresses:
                group.create_task(self._ask_all(address))
            for name in names:
                group.create_task(self._look_up(name))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """What was answered so far."""
        yield ResolverFact(
            id=f"resolver-{self._resolver.id}",
            resolver=self._resolver.id,
            tests=self._tests,
            answers=tuple(self._answers),
            lookups=tuple(self._lookups),
        )

    async def _ask_all(self, address: str) -> None:
        await asyncio.gather(*(self._ask(question, address) for question in _questions(self._tests)))

    async def _ask(self, question: _Question, address: str) -> None:
        """Put one question; what got no answer, or SERVFAIL without cause, is asked once more."""
        query = _query(question)
        exchange = await self._send(query, address, question.transport, again=False)
        if _worth_another(exchange, expected=question.meant_bogus):
            exchange = await self._send(query, address, question.transport, again=True)
        if exchange.truncated and question.transport is Transport.UDP:
            await self._send(query, address, Transport.TCP, again=False)

    async def _send(self, query: bytes, address: str, transport: Transport, *, again: bool) -> Exchange:
        network = self._context.network
        send = network.dns_again if again else network.dns
        sent = await send(query, address, transport=transport, port=self._resolver.port)
        exchange = msgspec.structs.replace(sent, purpose=Purpose.RESOLVER)
        self._context.record(exchange)
        self._answers.append(exchange.id)
        return exchange

    async def _look_up(self, name: dns.name.Name) -> None:
        """Resolve a test name ourselves, and note the zones on the way: validation needs their keys."""
        lookup = await self._context.lookup(name, dns.rdatatype.A)
        self._lookups.append(lookup)
        for zone in lookup.zones:
            try:
                self._ancestors.note(await self._context.resolver.zone(parse_name(zone)))
            except (ResolutionError, ValueError):
                continue  # the look-up itself says what failed


def questions_per_address(tests: ResolverTests) -> int:
    """How many questions one address gets, later tries aside."""
    return sum(1 for _ in _questions(tests))


def _questions(tests: ResolverTests) -> Iterator[_Question]:
    for transport in Transport:
        yield _Question(dns.name.root, dns.rdatatype.SOA, transport, cookie=transport is Transport.UDP)
    for name in names_of(tests):
        yield _Question(parse_name(name), dns.rdatatype.A, meant_bogus=name in tests.bogus)
    for name in dict.fromkeys(tests.bogus):
        yield _Question(parse_name(name), dns.rdatatype.A, unchecked=True)


def _worth_another(exchange: Exchange, *, expected: bool) -> bool:
    if exchange.failure is not None:
        return exchange.failure.side in _LATER_TRY
    return exchange.rcode == dns.rcode.SERVFAIL and not expected


def _query(question: _Question) -> bytes:
    options = ((COOKIE, os.urandom(_CLIENT_COOKIE)),) if question.cookie else ()
    query = edns_query(question.name, question.rdtype, Edns(flags=dns.flags.DO, options=options), recursion=True)
    if not question.unchecked:
        return query
    return query[:_CD_OCTET] + bytes((query[_CD_OCTET] | _CD,)) + query[_CD_OCTET + 1 :]
