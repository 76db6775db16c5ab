"""Zone transfers of many messages: from NSD, Knot DNS and BIND, from the lab's own servers, and from hostile ones."""

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone
import msgspec
import pytest

from netaudit.dns.query import edns_query
from netaudit.engine.plan import Selection
from netaudit.engine.scan import ScanOptions, collect
from netaudit.lab.run import running_lab
from netaudit.lab.world import Fault
from netaudit.model.book import FactBook
from netaudit.model.common import Text
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact
from netaudit.model.inventory import Inventory, NetworkKind, Province, Scope
from netaudit.model.targets import ListedName, ZoneListing
from netaudit.net.internet import InternetNetwork
from netaudit.net.lab import LabNetwork
from netaudit.net.limits import Limits
from netaudit.net.network import Connection, Network, Stream
from netaudit.net.policy import TargetPolicy
from netaudit.net.transfer import read_transfer
from netaudit.probes.zone_listing import transferred
from tests.lab.daemons import find_program
from tests.lab.requirements import unavailable
from tests.lab_python.client import FIRST, small_world
from tests.lab_python.settings import ARGUMENTS, free_port

APEX = dns.name.from_text("tinh.vn")
LOOPBACK = "127.0.0.1"
HOSTS = 4_000  # at some thirty octets each, and signatures: several messages however they are filled

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class PortNetwork(InternetNetwork):
    """The real network, with port 53 of loopback elsewhere."""

    def __init__(self, port: int) -> None:
        super().__init__(policy=TargetPolicy(allowed=("127.0.0.0/8",)))
        self._port = port

    async def _open(self, address: str, port: int) -> Stream:
        return await super()._open(address, self._port)


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zone with a ZONEMD record, signed and digested by ldns."""
    keygen, signzone = find_program("ldns-keygen"), find_program("ldns-signzone")
    if keygen is None or signzone is None:
        unavailable("needs ldns-signzone: see tests/apt-packages.txt")
    folder = tmp_path_factory.mktemp("zone")
    made = subprocess.run(
        [keygen, "-a", "ECDSAP256SHA256", "tinh.vn"], cwd=folder, check=True, capture_output=True, text=True
    )
    lines = ["$ORIGIN tinh.vn.", "$TTL 300", "@ SOA ns1 host 7 7200 3600 1209600 300", "@ NS ns1", f"ns1 A {LOOPBACK}"]
    lines += [f"may{n} A 192.0.2.{n % 250}" for n in range(HOSTS)]
    (folder / "plain").write_text("\n".join(lines) + "\n")
    command = [signzone, "-z", "1:1", "-o", "tinh.vn", "-f", "zone", "plain", made.stdout.strip()]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "zone"


@pytest.fixture(params=["nsd", "knotd", "named"])
def port(request: pytest.FixtureRequest, zone: Path, tmp_path: Path) -> Iterator[int]:
    """A server that gives the zone to everybody."""
    program = find_program(request.param)
    if program is None:
        unavailable(f"needs {request.param}: see tests/apt-packages.txt")
    (tmp_path / "zone").write_bytes(zone.read_bytes())
    port = free_port()
    arguments = ARGUMENTS[request.param](tmp_path, port)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([program, *arguments], stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path)
    try:
        _wait_for(port, process, tmp_path / "log")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.mark.daemons
async def test_all_of_a_long_zone_is_read_and_its_digest_is_that_of_ldns(port: int, zone: Path) -> None:
    messages = await read_transfer(PortNetwork(port), _query(), LOOPBACK)
    assert len(messages) > 3
    listing = _listing(messages)
    theirs = dns.zone.from_file(str(zone), APEX, relativize=False)
    (digest,) = theirs.find_rdataset(APEX, "ZONEMD")
    assert [(d.published, d.computed) for d in listing.digests] == [(digest.to_text(),) * 2]
    assert listing.complete
    assert {item.name for item in listing.names} == {name.to_text(omit_final_dot=True) for name in theirs.nodes}


@pytest.mark.daemons
async def test_of_a_zone_beyond_the_bounds_a_part_is_listed(port: int) -> None:
    few = Limits(transfer_messages=2)
    messages = await read_transfer(PortNetwork(port), _query(), LOOPBACK, few)
    assert len(messages) == 2
    short = await read_transfer(PortNetwork(port), _query(), LOOPBACK, Limits(transfer_bytes=40_000))
    assert sum(map(len, short)) <= 40_000
    for part in (messages, short):
        listing = transferred(part, LOOPBACK, APEX)
        assert listing is None or not (listing.complete or listing.digests)


async def test_the_lab_gives_a_zone_in_several_messages_and_a_scan_lists_it() -> None:
    """One server is asked for all of it, whichever of the four is first; of what it said no data are in the facts."""
    world = small_world(Fault(id="open", kind="open_transfer", zone="tinh.vn"))
    long = "\n".join(f"may{n} IN A 192.0.2.199" for n in range(600))
    zones = tuple(
        msgspec.structs.replace(z, records=z.records + long) if z.name == "tinh.vn" else z for z in world.zones
    )
    facts: list[Fact] = []
    async with running_lab(msgspec.structs.replace(world, zones=zones)) as lab:
        network = _Counting(lab.map)
        messages = await read_transfer(network, _query(), FIRST)
        network.opened = 0
        await collect(
            _INVENTORY, network, hints=lab.hints, anchors=lab.trust_anchors, record=facts.append,
            options=ScanOptions(inventory_file="", inventory_sha256="", selection=Selection(extras=True)),
        )  # fmt: skip
    assert len(messages) > 3
    listing = FactBook(facts).zones["tinh.vn"].listing
    assert listing is not None
    expected = _listing(messages)
    assert {item.name: set(item.types) for item in listing.names} == {i.name: set(i.types) for i in expected.names}
    assert set(listing.targets) == set(expected.targets)
    assert listing.complete
    assert {f"may{n}.tinh.vn" for n in range(600)} <= {item.name for item in listing.names}
    assert ListedName(name="con.tinh.vn", types=("NS",)) in listing.names
    assert network.opened == 1
    assert b"\xc0\x00\x02\xc7" not in b"".join(e.response or b"" for e in facts if isinstance(e, Exchange))


class _Counting(LabNetwork):
    opened = 0

    async def connect(self, address: str, port: int) -> Connection:
        self.opened += 1
        return await super().connect(address, port)


_INVENTORY = Inventory(
    schema=1, network=NetworkKind.LAB, province=Province(id="t", name=Text(vi="Thử", en="Test")), tiers=(),
    units=(), services=(), zones=("tinh.vn",), scope=Scope(special_addresses=("192.0.2.0/24", "2001:db8::/32")),
)  # fmt: skip


async def test_a_refusal_is_one_message_and_a_closed_port_none() -> None:
    async with running_lab(small_world()) as lab:
        network = LabNetwork(lab.map)
        (refused,) = await read_transfer(network, _query(), FIRST)
        assert transferred([refused], FIRST, APEX) is None
        assert await read_transfer(network, _query(), "192.0.2.80") == []


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A zone that never ends."""
    query = await _asked(reader)
    _send(writer, query, _SOA)
    while True:
        _send(writer, query, "a.tinh.vn. 300 IN A 192.0.2.1")
        await writer.drain()
        await asyncio.sleep(0)  # `drain` alone lets nobody else in


async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A zone that comes an octet at a time."""
    query = await _asked(reader)
    _send(writer, query, _SOA)
    while True:
        writer.write(b"\0")
        await writer.drain()
        await asyncio.sleep(0.05)


async def changing_id(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What follows belongs to another transfer."""
    query = await _asked(reader)
    _send(writer, query, _SOA)
    query.id ^= 1
    _send(writer, query, _SOA)
    await writer.drain()


async def failing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The server gives up in the middle."""
    query = await _asked(reader)
    _send(writer, query, _SOA)
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.SERVFAIL)
    _write(writer, response)
    await writer.drain()


async def vanishing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The connection is closed within a message."""
    _send(writer, await _asked(reader), _SOA)
    writer.write(b"\1\0half")
    await writer.drain()


@pytest.mark.parametrize("serve", [endless, slow, changing_id, failing, vanishing], ids=lambda serve: serve.__name__)
async def test_what_a_hostile_server_sends_is_bounded_and_never_complete(serve: Serve) -> None:
    began = time.monotonic()
    limits = Limits(transfer_timeout=1.0, transfer_bytes=100_000, transfer_messages=500)
    async with _serving(serve) as port:
        messages = await read_transfer(PortNetwork(port), _query(), LOOPBACK, limits)
    assert time.monotonic() - began < 3
    assert len(messages) == (500 if serve is endless else 1)
    listing = _listing(messages)
    assert not listing.complete


_SOA = "tinh.vn. 300 IN SOA ns1.tinh.vn. host.tinh.vn. 1 7200 3600 1209600 300"


def _listing(messages: list[bytes]) -> ZoneListing:
    listing = transferred(messages, LOOPBACK, APEX)
    assert listing is not None
    return listing


def _query() -> bytes:
    return edns_query(APEX, dns.rdatatype.AXFR, None)


@asynccontextmanager
async def _serving(serve: Serve) -> AsyncIterator[int]:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except OSError:
            pass  # the client has had enough, as it should
        finally:
            writer.close()

    server = await asyncio.start_server(once, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _asked(reader: asyncio.StreamReader) -> dns.message.Message:
    length = int.from_bytes(await reader.readexactly(2), "big")
    return dns.message.from_wire(await reader.readexactly(length))


def _send(writer: asyncio.StreamWriter, query: dns.message.Message, record: str) -> None:
    response = dns.message.make_response(query)
    name, ttl, _, rdtype, data = record.split(" ", 4)
    response.answer.append(dns.rrset.from_text(name, int(ttl), "IN", rdtype, data))
    _write(writer, response)


def _write(writer: asyncio.StreamWriter, response: dns.message.Message) -> None:
    wire = response.to_wire()
    writer.write(len(wire).to_bytes(2, "big") + wire)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    network: Network = PortNetwork(port)
    end = time.monotonic() + 30
    while not asyncio.run(read_transfer(network, _query(), LOOPBACK)):
        assert process.poll() is None, log.read_text(errors="replace")[-500:]
        assert time.monotonic() < end, log.read_text(errors="replace")[-500:]
        time.sleep(0.05)
