"""What a declared resolver is asked: each name at each address, again where it is worth it, and by ourselves."""

from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import pytest

from netaudit.model.book import FactBook
from netaudit.model.common import Transport
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.facts import ResolverFact
from netaudit.model.inventory import Resolver, ResolverTests
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.resolver import ResolverProbe, questions_per_address
from tests.conftest import HOSTER, ROOT, SECOND

Open = Callable[..., Any]
ONE, TWO = "198.51.100.1", "2001:db8:1::1"
SIGNED, BOGUS = "www.p.example", "four.p.example"
TESTS = ResolverTests(signed=(SIGNED,), bogus=(BOGUS,))
RESOLVER = Resolver(id="r", addresses=(ONE, TWO), port=5353)


@pytest.fixture
def resolving(script: Any) -> Any:
    """The script with a resolver at ONE and TWO, which answers by name: an RCODE, or "truncated" or "silent"."""
    script.resolves = {}
    others = script.dns

    async def dns_(query: bytes, server: str, *, transport: Transport = Transport.UDP, port: int = 53) -> Exchange:
        if server not in (ONE, TWO):
            return await others(query, server, transport=transport, port=port)  # type: ignore[no-any-return]
        message = dns.message.from_wire(query)
        assert message.flags & dns.flags.RD
        assert message.ednsflags & dns.flags.DO
        unchecked = bool(message.flags & dns.flags.CD)
        name = message.question[0].name.to_text(omit_final_dot=True)
        script.asked[server, name, "CD" if unchecked else "", transport] += 1
        said = script.resolves.get(name, dns.rcode.NOERROR)
        if said == "silent":
            return await others(query, "203.0.113.99", transport=transport, port=port)  # type: ignore[no-any-return]
        response = dns.message.make_response(message, recursion_available=True)
        if said == "truncated":
            response.flags |= dns.flags.TC
        else:
            response.set_rcode(said)
        wire = response.to_wire()
        return Exchange.new(server=server, transport=transport, query=query, at=1.0, response=wire, port=port)

    script.dns = dns_
    return script


async def observe(open_context: Open, script: Any) -> tuple[ResolverFact, FactBook]:
    async with open_context() as context:
        probe = ResolverProbe(context, Ancestors(context, frozenset()), RESOLVER, TESTS)
        await probe.run()
        facts = list(probe.facts(None))
    book = FactBook([*script.facts, *facts])
    return book.resolvers["r"], book


def times(script: Any, name: str, flag: str = "", transport: Transport = Transport.UDP) -> list[int]:
    return [script.asked[address, name, flag, transport] for address in (ONE, TWO)]


async def test_every_address_is_asked_everything_once(open_context: Open, resolving: Any) -> None:
    fact, book = await observe(open_context, resolving)
    exchanges = book.exchanges_of(fact.answers)
    assert times(resolving, ".") == times(resolving, ".", transport=Transport.TCP) == [1, 1]
    assert times(resolving, SIGNED) == times(resolving, BOGUS) == times(resolving, BOGUS, "CD") == [1, 1]
    assert times(resolving, SIGNED, "CD") == [0, 0]
    with_cookie = {(e.question[0].to_text(), e.transport) for e in exchanges if b"\0\x0a\0\x08" in e.query[-12:]}
    assert with_cookie == {(".", Transport.UDP)}
    assert len(exchanges) == len(set(fact.answers)) == 2 * questions_per_address(TESTS)
    assert {(e.purpose, e.port) for e in exchanges} == {(Purpose.RESOLVER, 5353)}
    assert fact.tests == TESTS


async def test_we_look_the_names_up_ourselves_and_note_their_zones(open_context: Open, resolving: Any) -> None:
    fact, book = await observe(open_context, resolving)
    assert {lookup.name: lookup.addresses for lookup in fact.lookups} == {
        SIGNED: ("192.0.2.80",),
        BOGUS: ("192.0.2.84",),
    }
    assert {"p.example", "example", "."} <= book.zones.keys()
    assert not any(zone.audited for zone in book.zones.values())
    own = {e.server for e in book.exchanges if not e.purpose}
    assert own & {ROOT, HOSTER, SECOND}
    assert not own & {ONE, TWO}


async def test_silence_and_servfail_are_tried_again_and_the_servfail_of_bogus_names_is_not(
    open_context: Open, resolving: Any
) -> None:
    resolving.resolves = {SIGNED: dns.rcode.SERVFAIL, BOGUS: dns.rcode.SERVFAIL, ".": "silent"}
    fact, book = await observe(open_context, resolving)
    assert times(resolving, SIGNED) == [2, 2]
    assert times(resolving, BOGUS) == [1, 1]
    assert times(resolving, ".") == [2, 2]
    assert times(resolving, BOGUS, "CD") == [2, 2], "with CD no SERVFAIL is expected"
    assert {e.rcode for e in book.exchanges_of(fact.answers)} == {dns.rcode.SERVFAIL, None}


async def test_what_is_truncated_is_asked_over_tcp(open_context: Open, resolving: Any) -> None:
    resolving.resolves = {SIGNED: "truncated"}
    await observe(open_context, resolving)
    assert times(resolving, SIGNED, transport=Transport.TCP) == [1, 1]


async def test_a_probe_that_is_cut_short_tells_what_it_had(open_context: Open, script: Any) -> None:
    async with open_context() as context:
        probe = ResolverProbe(context, Ancestors(context, frozenset()), RESOLVER, TESTS)
        (fact,) = probe.facts(None)
    assert isinstance(fact, ResolverFact)
    assert (fact.id, fact.answers, fact.lookups) == ("resolver-r", (), ())
