"""Addresses of name servers: complete in both families, also where glue is not; unknown is told from absent."""

import time
from collections.abc import Callable

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import msgspec
import pytest

from netaudit.dns.resolver import Resolver
from netaudit.dns.zonecut import ZoneCut, server_names
from netaudit.lab.world import World, WorldZone
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact
from tests.dns.memory import MemoryNetwork, Mutate
from tests.lab_python.client import FIRST, FIRST6, SECOND, SECOND6, small_world

NOW = float(int(time.time()))
A, AAAA, NS = dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.NS
NS1, NS2 = "ns1.tinh.vn", "ns2.tinh.vn"
SILENCE = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")


async def cut_of(world: World, mutate: Mutate, zone: str = "tinh.vn") -> tuple[ZoneCut, list[Exchange]]:
    network = MemoryNetwork(world, NOW, mutate)
    facts: list[Fact] = []
    resolver = Resolver(network, network.contents.hints, record=facts.append)
    try:
        return await resolver.zone(dns.name.from_text(zone)), [fact for fact in facts if isinstance(fact, Exchange)]
    finally:
        await resolver.aclose()


def addresses(cut: ZoneCut, server: str) -> dict[str, str]:
    return {known.address: known.source for known in cut.servers if known.name == server}


def changed(exchange: Exchange, change: Callable[[dns.message.Message], None]) -> Exchange:
    message = exchange.response and dns.message.from_wire(exchange.response)
    if not message:
        return exchange
    change(message)
    return msgspec.structs.replace(exchange, response=message.to_wire())


def without_ipv6_glue(exchange: Exchange) -> Exchange:
    """The parent's referrals have no AAAA, as registries that only take IPv4 glue give them."""

    def change(message: dns.message.Message) -> None:
        if not message.flags & dns.flags.AA:
            message.additional = [rrset for rrset in message.additional if rrset.rdtype != AAAA]

    return changed(exchange, change)


def asked(exchange: Exchange, name: str, *rdtypes: dns.rdatatype.RdataType) -> bool:
    return exchange.question[0] == dns.name.from_text(name) and exchange.question[1] in rdtypes


async def test_what_glue_lacks_is_asked_for() -> None:
    cut, _ = await cut_of(small_world(), without_ipv6_glue)
    assert addresses(cut, NS1) == {FIRST: "glue", FIRST6: "resolved"}
    assert addresses(cut, NS2) == {SECOND: "glue", SECOND6: "resolved"}
    assert cut.unresolved == {}


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP])
async def test_servers_that_only_answer_for_addresses_are_enough(rcode: dns.rcode.Rcode) -> None:
    """Appliances refuse NS questions about host names; the addresses must be asked for all the same."""

    def refusing(exchange: Exchange) -> Exchange:
        if not any(asked(exchange, name, NS) for name in (NS1, NS2)):
            return without_ipv6_glue(exchange)
        return changed(exchange, lambda message: message.set_rcode(rcode))

    cut, _ = await cut_of(small_world(), refusing)
    assert addresses(cut, NS1) == {FIRST: "glue", FIRST6: "resolved"}
    assert cut.unresolved == {}


async def test_a_family_that_could_not_be_looked_up_is_unknown_and_not_absent() -> None:
    def deaf(exchange: Exchange) -> Exchange:
        if asked(exchange, NS1, AAAA):
            return msgspec.structs.replace(exchange, response=None, failure=SILENCE)
        return without_ipv6_glue(exchange)

    cut, _ = await cut_of(small_world(), deaf)
    assert addresses(cut, NS1) == {FIRST: "glue"}
    assert set(cut.unresolved) == {NS1} and cut.unresolved[NS1].reason is Reason.TIMEOUT
    assert addresses(cut, NS2) == {SECOND: "glue", SECOND6: "resolved"}


async def test_a_family_that_a_server_does_not_have_is_no_failure() -> None:
    def single(exchange: Exchange) -> Exchange:
        if asked(exchange, NS1, AAAA):
            return changed(exchange, lambda message: message.answer.clear())
        return without_ipv6_glue(exchange)

    cut, _ = await cut_of(small_world(), single)
    assert addresses(cut, NS1) == {FIRST: "glue"}
    assert cut.unresolved == {}


async def test_one_question_for_each_family_of_each_server_is_enough() -> None:
    _, exchanges = await cut_of(small_world(), without_ipv6_glue)
    for name in (NS1, NS2):
        about = sorted(e.question[1] for e in exchanges if e.question[0] == dns.name.from_text(name))
        assert about == [A, AAAA], "whether a server's name is a zone cut is not asked: a referral would tell"


async def test_a_server_whose_name_is_a_zone_of_its_own_is_found_through_the_referral() -> None:
    """ten.vn is a zone, and a name server's name too: the servers of vn refer to those that know its address."""
    more = (
        WorldZone(name="ten.vn", servers={"a.ten.vn": "first"}, hosts={"@": "second"}),
        WorldZone(name="huyen.vn", servers={"ten.vn": "second"}, hosts={"@": "web"}),
    )
    world = small_world(zones=(*small_world().zones, *more))
    cut, exchanges = await cut_of(world, _without_glue, "huyen.vn")
    assert addresses(cut, "ten.vn") == {SECOND: "resolved", SECOND6: "resolved"}
    about = [(e.server, e.authoritative) for e in exchanges if asked(e, "ten.vn", A)]
    assert [authoritative for _, authoritative in about[:2]] == [False, True]
    assert about[1][0] in (FIRST, FIRST6)


def _without_glue(exchange: Exchange) -> Exchange:
    return changed(exchange, lambda m: m.additional.clear()) if asked(exchange, "huyen.vn", NS) else exchange


def many_servers(working: str, lame: str, count: int, *, glue: bool) -> Mutate:
    """The parent refers to `working` and to so many others; with glue, each has an address where nobody answers."""

    def change(message: dns.message.Message) -> None:
        if message.flags & dns.flags.AA or not message.authority:
            return
        apex = message.authority[0].name
        if apex != dns.name.from_text("tinh.vn"):
            return
        names = [*(f"{lame}{n:03}" for n in range(count)), working]
        servers = [name + (".tinh.vn." if glue else ".ten.vn.") for name in names]
        others = [rrset for rrset in message.authority if rrset.rdtype != NS]
        message.authority = [dns.rrset.from_text_list(apex, 300, "IN", NS, servers), *others]
        message.additional = []
        for n, server in enumerate(servers if glue else ()):
            address = FIRST if n == count else f"198.51.{100 + n // 250}.{n % 250}"
            message.additional.append(dns.rrset.from_text(server, 300, "IN", A, address))

    return lambda exchange: changed(exchange, change)


@pytest.mark.parametrize("working", ["000", "zz"], ids=["first", "last"])
@pytest.mark.parametrize("glue", [True, False], ids=["glue", "names"])
async def test_a_server_that_works_is_found_behind_those_that_do_not(working: str, glue: bool) -> None:
    """Also when it is the 22nd by name: no more than twenty are looked at, unless those fail."""
    zone = WorldZone(name="ten.vn", servers={"ns.ten.vn": "second"}, hosts={working: "first"})
    world = small_world(zones=(*small_world().zones, zone))
    cut, exchanges = await cut_of(world, many_servers(working, "m", 21, glue=glue))
    assert FIRST in {server.address for server in cut.servers}
    assert any(e.server == FIRST and e.authoritative and asked(e, "tinh.vn", dns.rdatatype.DNSKEY) for e in exchanges)


async def test_of_servers_that_were_not_all_asked_nothing_is_held_against_the_zone() -> None:
    network = MemoryNetwork(small_world(), NOW, many_servers("zz", "m", 300, glue=True))
    resolver = Resolver(network, network.contents.hints, record=lambda fact: None)
    try:
        lookup = await resolver.lookup(dns.name.from_text("www.tinh.vn"), A)
    finally:
        await resolver.aclose()
    assert lookup.failure is not None
    assert (lookup.failure.reason, lookup.failure.side) == (Reason.BUDGET, Side.BUDGET)
    assert "24 of 301 server addresses were asked" in lookup.failure.detail


def test_no_domain_with_many_names_hides_another_ones() -> None:
    names = [f"n{n}.many.example." for n in range(40)] + ["ns.two.example.", "ns.three.example."]
    rrset = dns.rrset.from_text_list("tinh.vn.", 300, "IN", NS, names)
    chosen, others = server_names(rrset, 20)
    assert {name.to_text() for name in (*chosen, *others)} == set(names)
    assert {"ns.two.example.", "ns.three.example."} <= {name.to_text() for name in chosen}
    assert len(chosen) == 20 and list(chosen) == sorted(chosen)
    assert server_names(dns.rrset.from_text_list("tinh.vn.", 300, "IN", NS, names[::-1]), 20) == (chosen, others)
