"""How the lab's name servers behave beyond answering, and what a scan with the active extras makes of it."""

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import msgspec
import pytest

from netaudit.dns.query import EDNS_SIZE, Edns, edns_query
from netaudit.engine.plan import Selection
from netaudit.engine.scan import ScanOptions, collect
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.run import judge
from netaudit.lab.world import Fault, FaultKind, Signing, World
from netaudit.model.book import FactBook
from netaudit.model.common import Family, Text
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.facts import Fact
from netaudit.model.inventory import Inventory, NetworkKind, Province, Scope
from netaudit.model.verdict import Status
from tests.dns.memory import MemoryNetwork
from tests.lab_python.client import FIRST, FIRST6, SECOND, SECOND6, Client, small_world
from tests.lab_python.conftest import Serve

ZONE = "tinh.vn"
PASS, FAIL, WARN, NONE = Status.PASS, Status.FAIL, Status.WARN, Status.NOT_APPLICABLE
WITH_CDS = Signing(cds=True)
CLIENT_COOKIE = bytes(range(8))

Verdicts = dict[str, tuple[Status, str]]


def fault(kind: FaultKind, **where: object) -> Fault:
    return Fault(id=kind.replace("_", "-"), kind=kind, **where)  # type: ignore[arg-type]


async def asked(client: Client, server: str, name: str, rdtype: str, **options: object) -> dns.message.Message:
    """One answer, parsed, to a query with these arguments of `dns.message.make_query`."""
    tcp = bool(options.pop("tcp", False))
    query = dns.message.make_query(name, rdtype, **options)  # type: ignore[arg-type]
    reply = await (client.tcp_query if tcp else client.udp)(query.to_wire(), server)
    assert reply is not None
    assert reply[0] == 0
    response = dns.message.from_wire(reply[1:])
    assert query.is_response(response)
    return response


async def test_options_are_given_to_who_asks_for_them(client: Client) -> None:
    wanted = [dns.edns.NSIDOption(b""), dns.edns.CookieOption(CLIENT_COOKIE, b"")]
    response = await asked(client, FIRST, ZONE, "SOA", use_edns=0, options=wanted)
    nsid, cookie = response.options
    assert isinstance(nsid, dns.edns.NSIDOption)
    assert nsid.nsid == b"first"
    assert isinstance(cookie, dns.edns.CookieOption)
    assert (cookie.client, len(cookie.server), cookie.server[0]) == (CLIENT_COOKIE, 16, 1)
    assert response.answer
    assert (await asked(client, FIRST, ZONE, "SOA", use_edns=0)).options == ()
    unknown = [dns.edns.GenericOption(dns.edns.OptionType(100), b"x")]
    assert (await asked(client, FIRST, ZONE, "SOA", use_edns=0, options=unknown)).options == ()


async def test_a_refusal_has_them_too(client: Client) -> None:
    response = await asked(client, FIRST, "example.com", "A", use_edns=0, options=[dns.edns.NSIDOption(b"")])
    assert (response.rcode(), len(response.options)) == (dns.rcode.REFUSED, 1)


async def test_open_recursor(serve: Serve) -> None:
    async with serve(fault("open_recursor", machine="first", family=Family.IPV4)) as client:
        response = await asked(client, FIRST, ".", "NS", use_edns=0)
        assert response.answer[0].rdtype == dns.rdatatype.NS
        assert response.flags & dns.flags.RA
        assert not response.flags & dns.flags.AA
        assert (await asked(client, FIRST, ".", "NS", flags=0)).rcode() == dns.rcode.REFUSED, "recursion not desired"
        for server in (FIRST6, SECOND):
            assert (await asked(client, server, ".", "NS")).rcode() == dns.rcode.REFUSED
        assert (await asked(client, FIRST, ZONE, "SOA")).flags & dns.flags.AA


async def test_open_transfer(serve: Serve) -> None:
    async with serve(fault("open_transfer", zone=ZONE)) as client:
        response = await asked(client, FIRST, ZONE, "AXFR", tcp=True)
        assert response.answer[0].rdtype == dns.rdatatype.SOA
        records = {rrset.name.to_text() for rrset in response.answer}
        assert {"www.tinh.vn.", "a.b.c.tinh.vn.", "con.tinh.vn."} <= records
        over_udp = await asked(client, FIRST, ZONE, "AXFR")
        assert over_udp.rcode() == dns.rcode.REFUSED
        assert (await asked(client, FIRST, "con.tinh.vn", "AXFR", tcp=True)).rcode() == dns.rcode.REFUSED


async def test_edns_broken(serve: Serve) -> None:
    async with serve(fault("edns_broken", machine="first")) as client:
        unknown = [dns.edns.GenericOption(dns.edns.OptionType(100), b"x")]
        response = await asked(client, FIRST, ZONE, "SOA", use_edns=100, ednsflags=0x80, options=unknown)
        assert (response.rcode(), response.edns) == (dns.rcode.NOERROR, 100)
        assert response.answer
        assert response.ednsflags & 0x80
        assert [(int(option.otype), option.to_wire()) for option in response.options] == [(100, b"x")]
        assert (await asked(client, SECOND, ZONE, "SOA", use_edns=100)).rcode() == dns.rcode.BADVERS


async def test_large_responses_are_sent_and_get_lost_where_that_is_planted() -> None:
    lines = "\n".join("A" * 108 for _ in range(13))
    faults = (fault("large_responses", machine="first"), fault("fragments_lost", machine="second", family=Family.IPV4))
    world = small_world(*faults)
    zones = [
        msgspec.structs.replace(zone, records=f"{zone.records}\n@ DNSKEY 256 3 253 (\n{lines} )\n")
        if zone.name == ZONE
        else zone
        for zone in world.zones
    ]
    network = MemoryNetwork(msgspec.structs.replace(world, zones=tuple(zones)))

    async def sent(server: str, room: int, rdtype: dns.rdatatype.RdataType = dns.rdatatype.DNSKEY) -> Exchange:
        return await network.dns(edns_query(dns.name.from_text(ZONE), rdtype, Edns(size=room)), server)

    whole = await sent(FIRST, 4_096)
    assert not whole.truncated and len(whole.response or b"") > EDNS_SIZE
    for server, room in ((FIRST, EDNS_SIZE), (SECOND, EDNS_SIZE), (SECOND6, 4_096)):
        assert (await sent(server, room)).truncated, (server, room)
    assert (await sent(SECOND, 4_096)).response is None
    assert (await sent(SECOND, 4_096, dns.rdatatype.SOA)).response is not None


@pytest.mark.parametrize("server", ["", "ns2.tinh.vn"])
async def test_cds_mismatch(serve: Serve, server: str) -> None:
    async with serve(fault("cds_mismatch", zone=ZONE, server=server), signing=WITH_CDS) as client:
        own = dns.dnssec.make_ds(dns.name.from_text(ZONE), _ksk(await client.ask(ZONE, "DNSKEY")), "SHA256")
        same = [(await client.ask(ZONE, "CDS", where)).answer[0][0].digest == own.digest for where in (FIRST, SECOND)]
        assert same == ([True, False] if server else [False, False])
        signature = (await client.ask(ZONE, "CDNSKEY")).answer[1][0]
        assert signature.key_tag == own.key_tag, "by the key that has a DS, not by the zone-signing key"


async def test_a_healthy_lab_passes(small: World) -> None:
    found = await verdicts(small)
    assert found == {
        "dns.edns_compliance": (PASS, "ok"),
        "dns.cookies": (PASS, "ok"),
        "dns.nsid": (PASS, "ok"),
        "dns.no_recursion": (PASS, "ok"),
        "dns.no_transfer": (PASS, "ok"),
        "dnssec.cds_consistent": (PASS, "ok"),
        "dnssec.cds_valid": (PASS, "ok"),
        "dnssec.rollover_state": (PASS, "steady"),
    }


async def test_a_scan_without_the_extras_says_so(small: World) -> None:
    found = await verdicts(small, extras=False)
    assert {check for check, said in found.items() if said == (NONE, "not_asked")} == {
        "dns.edns_compliance", "dns.cookies", "dns.nsid", "dns.no_recursion", "dns.no_transfer",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("planted", "finds"),
    [
        (
            fault("edns_broken", machine="first"),
            {"dns.edns_compliance": (FAIL, "broken"), "dns.cookies": (FAIL, "broken")},
        ),
        (fault("open_recursor", machine="second"), {"dns.no_recursion": (FAIL, "open")}),
        (fault("open_transfer", zone=ZONE), {"dns.no_transfer": (WARN, "open")}),
        (
            fault("cds_mismatch", zone=ZONE, server="ns2.tinh.vn"),
            {
                "dnssec.cds_consistent": (FAIL, "servers_differ"),
                "dnssec.cds_valid": (PASS, "standby"),
                "dnssec.rollover_state": (PASS, "waiting_for_parent"),
            },
        ),
        (
            fault("cds_mismatch", zone=ZONE),
            {"dnssec.cds_valid": (FAIL, "would_break"), "dnssec.rollover_state": (PASS, "waiting_for_parent")},
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_a_planted_fault_is_found_and_nothing_else(planted: Fault, finds: Verdicts) -> None:
    healthy = await verdicts(small_world(signing=WITH_CDS))
    found = await verdicts(small_world(planted, signing=WITH_CDS))
    assert {check: said for check, said in found.items() if said != healthy[check]} == finds


async def test_no_data_of_an_open_zone_are_in_the_facts() -> None:
    facts = await observe(small_world(fault("open_transfer", zone=ZONE)), extras=True)
    transfers = [f for f in facts if isinstance(f, Exchange) and f.purpose == Purpose.AXFR]
    assert len(transfers) == 4
    assert all(e.response is not None and e.response[12:] == e.query[12:] for e in transfers)


async def test_queries_of_a_zone_stay_few(small: World) -> None:
    """Four addresses, both families: what a zone costs, and what the extras add."""
    ordinary, more = await observe(small), await observe(small, extras=True)
    of_zone = [f for f in ordinary if isinstance(f, Exchange) and f.server in (FIRST, FIRST6, SECOND, "2001:db8::4")]
    assert len([e for e in of_zone if e.server == FIRST6]) <= 12
    extra = [f for f in more if isinstance(f, Exchange) and f.purpose]
    assert {sum(e.server == server for e in extra) for server in (FIRST, FIRST6)} == {11}


@pytest.fixture
def small() -> World:
    return small_world(signing=WITH_CDS)


async def verdicts(world: World, *, extras: bool = True) -> Verdicts:
    """What the checks of the extras and of CDS say of tinh.vn."""
    book = FactBook(await observe(world, extras=extras))
    run = judge(book, load_catalogue(), (), judged_at=0.0)
    return {
        result.verdict.check: (result.verdict.outcome.status, result.verdict.outcome.message)
        for result in run.results
        if result.verdict.check in _CHECKS
    }


async def observe(world: World, *, extras: bool = False) -> list[Fact]:
    """The facts of a scan of the zone tinh.vn."""
    network = MemoryNetwork(world)
    inventory = Inventory(
        schema=1, network=NetworkKind.LAB, province=Province(id="t", name=Text(vi="Thử", en="Test")), tiers=(),
        units=(), services=(), zones=(ZONE,), scope=Scope(special_addresses=("192.0.2.0/24", "2001:db8::/32")),
    )  # fmt: skip
    facts: list[Fact] = []
    await collect(
        inventory, network, hints=network.contents.hints, anchors=network.contents.anchors, record=facts.append,
        options=ScanOptions(inventory_file="", inventory_sha256="", selection=Selection(extras=extras)),
    )  # fmt: skip
    return facts


_CHECKS = frozenset({
    "dns.edns_compliance", "dns.cookies", "dns.nsid", "dns.no_recursion", "dns.no_transfer", "dnssec.cds_consistent",
    "dnssec.cds_valid", "dnssec.rollover_state",
})  # fmt: skip


def _ksk(response: dns.message.Message) -> dns.rdata.Rdata:
    key: dns.rdata.Rdata = next(key for key in response.answer[0] if key.flags == 257)
    return key
