"""The lab's answers beside those of NSD, Knot DNS and BIND for the same zone files, question by question."""

import asyncio
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from netaudit.lab.authority import zone_contents
from netaudit.lab.dns_server import DnsServers
from netaudit.lab.manners import MannerlyServer
from netaudit.lab.world import Signing
from netaudit.model.common import Family
from tests.lab.daemons import find_program
from tests.lab.requirements import unavailable
from tests.lab_python.client import small_world
from tests.lab_python.settings import ARGUMENTS, free_port

pytestmark = pytest.mark.daemons

QUESTIONS = [
    ("tinh.vn", "SOA"), ("tinh.vn", "NS"), ("tinh.vn", "DNSKEY"), ("tinh.vn", "MX"), ("tinh.vn", "CAA"),
    ("tinh.vn", "TXT"), ("tinh.vn", "NSEC3PARAM"), ("www.tinh.vn", "A"), ("www.tinh.vn", "AAAA"), ("www.tinh.vn", "MX"),
    ("WWW.tinh.VN", "A"), ("nope.tinh.vn", "A"), ("a.nope.tinh.vn", "A"), ("zzz.tinh.vn", "AAAA"),
    ("x.www.tinh.vn", "A"), ("c.tinh.vn", "A"), ("b.c.tinh.vn", "TXT"), ("a.b.c.tinh.vn", "TXT"),
    ("x.a.b.c.tinh.vn", "TXT"), ("x.c.tinh.vn", "TXT"), ("x.rong.tinh.vn", "A"), ("x.y.rong.tinh.vn", "A"),
    ("x.rong.tinh.vn", "AAAA"), ("rong.tinh.vn", "A"), ("*.rong.tinh.vn", "A"), ("x.bidanh.tinh.vn", "A"),
    ("x.bidanh.tinh.vn", "CNAME"), ("www2.tinh.vn", "A"), ("www2.tinh.vn", "CNAME"), ("www2.tinh.vn", "MX"),
    ("www.cu.tinh.vn", "A"), ("cu.tinh.vn", "A"), ("cu.tinh.vn", "DNAME"), ("nope.cu.tinh.vn", "A"),
    ("ky.tinh.vn", "NS"), ("ky.tinh.vn", "A"), ("a.b.ky.tinh.vn", "AAAA"), ("ky.tinh.vn", "DS"),
    ("con.tinh.vn", "DS"), ("tinh.vn", "DS"), ("ns.ky.tinh.vn", "A"), ("example.com", "A"), ("vn", "NS"),
]  # fmt: skip

Ask = Callable[[bytes], bytes]


@pytest.fixture(params=["nsec", "nsec3"], scope="module")
def denial(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def lab(denial: str) -> tuple[MannerlyServer, dict[str, str]]:
    """The lab's server of `second`, without the child ky.tinh.vn that it also serves, and its zone file."""
    signing = Signing(denial="nsec3", nsec3_iterations=1, nsec3_salt="ab") if denial == "nsec3" else Signing()
    world = small_world(signing=signing)
    zones = [z for z in zone_contents(world, time.time()).zones if z.machine == "second" and z.name == "tinh.vn"]
    server = DnsServers(zones).of("second", Family.IPV4)
    assert server is not None
    return server, {zone.name: zone.text for zone in zones}


@pytest.fixture(params=["nsd", "knotd", "named"], scope="module")
def real(
    request: pytest.FixtureRequest, lab: tuple[MannerlyServer, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ask]:
    program = find_program(request.param)
    if program is None:
        unavailable(f"needs {request.param}: see tests/apt-packages.txt")
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "zone").write_text(lab[1]["tinh.vn"])
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *ARGUMENTS[request.param](folder, port)], stdout=log, stderr=subprocess.STDOUT, cwd=folder
        )
    try:
        ask = _over_tcp(port)
        _wait(ask, process, folder / "log")
        yield ask
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.mark.parametrize(("name", "rdtype"), QUESTIONS, ids=lambda value: str(value))
@pytest.mark.parametrize("dnssec", [True, False], ids=["do", "plain"])
def test_the_same_answer(
    real: Ask, lab: tuple[MannerlyServer, dict[str, str]], name: str, rdtype: str, dnssec: bool
) -> None:
    query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232, want_dnssec=dnssec)
    query.flags = dns.flags.Flag(0)
    wire = query.to_wire()
    ours = lab[0].respond(wire, datagram=False)
    assert ours is not None
    assert _essence(dns.message.from_wire(ours)) == _essence(dns.message.from_wire(real(wire)))


def _essence(response: dns.message.Message) -> tuple[str, set[str], list[str], list[str], list[str]]:
    """What must agree: RCODE, AA, the answer, the authority section that carries proof or a referral, the glue.

    Servers may leave out or add the NS of the zone behind an answer, and addresses where they are no glue.
    """
    referral = not response.flags & dns.flags.AA and not response.answer
    negative = dns.rdatatype.NS if not referral else None
    authority = [r for r in response.authority if r.rdtype != negative and r.covers != negative]
    additional = response.additional if referral else []
    return (
        dns.rcode.to_text(response.rcode()),
        {"AA"} if response.flags & dns.flags.AA else set(),
        _lines(response.answer),
        _lines(authority),
        _lines([r for r in additional if r.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA)]),
    )


def _lines(section: list[dns.rrset.RRset]) -> list[str]:
    return sorted(line.lower() for rrset in section for line in rrset.to_text().splitlines())


def _over_tcp(port: int) -> Ask:
    async def exchange(query: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)  # noqa: TID251 - a server of the test's own
        try:
            writer.write(struct.pack("!H", len(query)) + query)
            (length,) = struct.unpack("!H", await asyncio.wait_for(reader.readexactly(2), 10))
            return await asyncio.wait_for(reader.readexactly(length), 10)
        finally:
            writer.close()
            await writer.wait_closed()

    return lambda query: asyncio.run(exchange(query))


def _wait(ask: Ask, process: subprocess.Popen[bytes], log: Path) -> None:
    query = dns.message.make_query("tinh.vn", "SOA")
    end = time.monotonic() + 30
    while True:
        try:
            if dns.message.from_wire(ask(query.to_wire())).answer:
                return
        except (OSError, asyncio.IncompleteReadError):
            pass
        assert process.poll() is None, log.read_text(errors="replace")[-500:]
        assert time.monotonic() < end, log.read_text(errors="replace")[-500:]
        time.sleep(0.05)
