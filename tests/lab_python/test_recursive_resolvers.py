"""The lab's recursive resolvers, seen through the listener: in order, and with each of their faults."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import msgspec
import pytest

from netaudit.lab.run import running_lab
from netaudit.lab.world import Fault, FaultKind, Machine, RecursiveResolver, World, WorldZone
from netaudit.lab.worldfile import world_problems
from tests.lab_python.client import Client, small_world

RESOLVER, RESOLVER6 = "192.0.2.5", "2001:db8::5"
US = ("192.0.2.0/24", "2001:db8:ffff::/48")
ELSEWHERE = ("198.51.100.0/24",)
EXPIRED, PROHIBITED = 7, 18  # RFC 8914 sections 4.8 and 4.19
BOGUS = Fault(id="bogus", kind="expired_signature", zone="ky.tinh.vn")
OLD = Fault(id="old", kind="old_algorithm", zone="ky.tinh.vn")


def world_with(*faults: Fault, serves: tuple[str, ...] = US, policy: str = "software") -> World:
    """The small world with a resolver in it, and a zone whose server has IPv6 alone."""
    small = small_world(*faults)
    return msgspec.structs.replace(
        small,
        machines=(
            *small.machines,
            Machine(id="resolver", addresses=(RESOLVER, RESOLVER6)),
            Machine(id="six", addresses=("2001:db8::6",)),
        ),
        zones=(*small.zones, WorldZone(name="sau.vn", servers={"ns.sau.vn": "six"}, hosts={"@": "web"})),
        resolvers=(RecursiveResolver(machine="resolver", serves=serves, policy=policy),),  # type: ignore[arg-type]
    )


@asynccontextmanager
async def serving(*faults: Fault, serves: tuple[str, ...] = US, policy: str = "software") -> AsyncIterator[Client]:
    """The client of a lab with the resolver."""
    world = world_with(*faults, serves=serves, policy=policy)
    assert world_problems(world) == []
    async with running_lab(world) as lab:
        yield Client(lab)


async def ask(
    client: Client, name: str, *, server: str = RESOLVER, flags: dns.flags.Flag = dns.flags.RD, tcp: bool = False
) -> dns.message.Message:
    """A question to the resolver."""
    query = dns.message.make_query(name, "A", want_dnssec=True, flags=flags)
    reply = await (client.tcp_query if tcp else client.udp)(query.to_wire(), server)
    assert reply is not None
    assert reply[0] == 0
    response = dns.message.from_wire(reply[1:])
    assert query.is_response(response)
    return response


def errors(response: dns.message.Message) -> list[int]:
    return [int(option.code) for option in response.options if isinstance(option, dns.edns.EDEOption)]


def of_resolver(kind: FaultKind) -> Fault:
    return Fault(id=kind.replace("_", "-"), kind=kind, machine="resolver")


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize("server", [RESOLVER, RESOLVER6])
async def test_signed_names_are_authentic_over_both_families_and_transports(server: str, tcp: bool) -> None:
    async with serving() as client:
        response = await ask(client, "www.tinh.vn", server=server, tcp=tcp)
    assert response.rcode() == dns.rcode.NOERROR
    assert response.flags & (dns.flags.RA | dns.flags.AD) == dns.flags.RA | dns.flags.AD
    assert response.flags & dns.flags.AA == 0
    assert [rrset.rdtype for rrset in response.answer] == [dns.rdatatype.A, dns.rdatatype.RRSIG]


async def test_unsigned_names_are_answered_without_ad() -> None:
    async with serving() as client:
        response = await ask(client, "con.tinh.vn")
    assert (response.rcode(), response.flags & dns.flags.AD) == (dns.rcode.NOERROR, 0)
    assert response.answer


async def test_bogus_names_are_rejected_with_the_reason_and_given_with_cd() -> None:
    async with serving(BOGUS) as client:
        rejected = await ask(client, "ky.tinh.vn")
        given = await ask(client, "ky.tinh.vn", flags=dns.flags.RD | dns.flags.CD)
    assert (rejected.rcode(), rejected.answer, errors(rejected)) == (dns.rcode.SERVFAIL, [], [EXPIRED])
    assert given.rcode() == dns.rcode.NOERROR
    assert given.answer
    assert given.flags & (dns.flags.AD | dns.flags.CD) == dns.flags.CD


async def test_not_validating() -> None:
    async with serving(BOGUS, of_resolver("not_validating")) as client:
        bogus, signed = await ask(client, "ky.tinh.vn"), await ask(client, "www.tinh.vn")
    assert bogus.answer
    assert signed.answer
    assert not (bogus.flags | signed.flags) & dns.flags.AD


async def test_no_extended_errors() -> None:
    async with serving(BOGUS, of_resolver("no_extended_errors")) as client:
        response = await ask(client, "ky.tinh.vn")
    assert (response.rcode(), errors(response)) == (dns.rcode.SERVFAIL, [])


@pytest.mark.parametrize(("faulty", "rcode"), [(False, dns.rcode.NOERROR), (True, dns.rcode.SERVFAIL)])
async def test_resolver_without_ipv6(faulty: bool, rcode: dns.rcode.Rcode) -> None:
    faults = (of_resolver("resolver_without_ipv6"),) if faulty else ()
    async with serving(*faults) as client:
        response, other = await ask(client, "sau.vn"), await ask(client, "www.tinh.vn", server=RESOLVER6)
    assert response.rcode() == rcode
    assert other.rcode() == dns.rcode.NOERROR, "it still answers its clients over IPv6"


@pytest.mark.parametrize("server", [RESOLVER, RESOLVER6])
async def test_strangers_are_refused_unless_it_is_an_open_resolver(server: str) -> None:
    async with serving(serves=ELSEWHERE) as client:
        refused = await ask(client, "www.tinh.vn", server=server)
    async with serving(of_resolver("open_resolver"), serves=ELSEWHERE) as client:
        served = await ask(client, "www.tinh.vn", server=server)
    assert (refused.rcode(), errors(refused)) == (dns.rcode.REFUSED, [PROHIBITED])
    assert refused.flags & dns.flags.RA == 0
    assert served.answer


@pytest.mark.parametrize(("policy", "authentic"), [("software", dns.flags.AD), ("operator", 0)])
async def test_sha1_is_validated_by_one_policy_and_insecure_by_the_other(policy: str, authentic: int) -> None:
    async with serving(OLD, policy=policy) as client:
        response = await ask(client, "ky.tinh.vn")
    assert (response.rcode(), response.flags & dns.flags.AD) == (dns.rcode.NOERROR, authentic)


async def test_recursion_must_be_desired_and_the_query_readable() -> None:
    async with serving() as client:
        response = await ask(client, "www.tinh.vn", flags=dns.flags.Flag(0))
        assert response.rcode() == dns.rcode.REFUSED
        assert await client.udp(b"\0" * 12, RESOLVER, wait=0.3) is None


@pytest.mark.parametrize(
    ("resolvers", "problem"),
    [
        ((RecursiveResolver(machine="nobody", serves=()),), "resolver: there is no machine nobody"),
        ((RecursiveResolver(machine="first", serves=()),), "resolver first: serves zones too"),
        ((RecursiveResolver(machine="web", serves=("192.0.2.1/24",)),), "resolver web: 192.0.2.1/24"),
    ],
)
def test_resolvers_that_can_not_be(resolvers: tuple[RecursiveResolver, ...], problem: str) -> None:
    assert any(problem in found for found in world_problems(small_world(resolvers=resolvers)))


def test_a_fault_of_resolvers_needs_a_resolver() -> None:
    fault = Fault(id="x", kind="open_resolver", machine="web")
    assert "fault x: open_resolver: web is no resolver" in world_problems(small_world(fault))
