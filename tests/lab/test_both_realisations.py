"""Both realisations of a world behave alike at every address, port and name, for each fault that is behaviour."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from netaudit.lab.process import lab_process
from netaudit.lab.world import Fault, FaultKind, Machine, MailServer, RouteEntry, TimeServer, Website, World, WorldZone
from netaudit.lab.worldfile import world_problems
from netaudit.model.common import Family
from tests.lab.observe import Observations, Request
from tests.lab.realise import SCANNER, realised

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("both-realisations")]

PACKAGES = Path(__file__).parents[2]
SERVERS = ("ns-good", "ns-silent", "ns-tcp", "ns-lame", "ns-behind")
SITES = ("good", "silent", "http-only", "no-listener", "status", "content", "untrusted", "expired", "mismatch", "plain")
MAILS = ("mail-good", "mail-silent", "mail-plain", "mail-mismatch", "mail-clear", "mail-closed")
NO_CLIENTS = ("mail-silent", "mail-plain")
TIMES = ("time-good", "time-silent", "time-lost", "time-ahead")
CLIENTS = (("submission", 587), ("submissions", 465), ("imap", 143), ("imaps", 993))
_GOOD_SUBMISSION = (
    "mail-good.tinh.vn | STARTTLS |  | LOGIN PLAIN | 1 for ['mail-good.tinh.vn'] by CN=netaudit lab root, 150 days"
)
NOBODY = ("192.0.2.222", "2001:db8::222")


@pytest.fixture(scope="module")
def world() -> World:
    """A machine for each fault, and one for nothing wrong."""
    machines = tuple(
        Machine(id=name, addresses=(f"192.0.2.{number}", f"2001:db8::{number}"))
        for number, name in enumerate(("root", *SERVERS, *SITES, *MAILS, *TIMES), start=1)
    )
    servers = {f"{name}.tinh.vn": name for name in SERVERS}
    world = World(
        schema=1,
        name="behaviour",
        machines=machines,
        zones=(
            WorldZone(name=".", servers={"a.root-lab": "root"}),
            WorldZone(name="tinh.vn", servers=servers, hosts={name: name for name in (*SITES, *MAILS, *TIMES)}),
            WorldZone(name="im.tinh.vn", servers={"ns-good.tinh.vn": "ns-good", "ns-tcp.tinh.vn": "ns-tcp"}),
        ),
        websites=tuple(
            Website(machine=name, hosts=(f"{name}.tinh.vn",), title=f"Trang <{name}>", paths={"/hong": 503})
            for name in SITES
        ),
        mail=tuple(MailServer(machine=name, host=f"{name}.tinh.vn", clients=name not in NO_CLIENTS) for name in MAILS),
        time=tuple(TimeServer(machine=name, host=f"{name}.tinh.vn") for name in TIMES),
        routes=(
            RouteEntry(prefix="192.0.2.0/24", peer_asn=64496, peer_address="192.0.2.201", as_path=(64496, 64510)),
            RouteEntry(
                prefix="192.0.2.0/24", peer_asn=64497, peer_address="192.0.2.202", as_path=(64497, 64501, 64510, 64510)
            ),
        ),
        faults=tuple(_faults()),
    )
    assert world_problems(world) == []
    return world


@pytest.fixture(scope="module")
def request_of_all(world: World) -> Request:
    addresses = [address for machine in world.machines for address in machine.addresses]
    return Request(
        zones=tuple((zone, address) for zone in ("tinh.vn", "im.tinh.vn") for address in addresses),
        urls=tuple(_urls(world)),
        exchangers=tuple(_exchangers(world)),
        services=tuple(_services(world)),
        # not asked over UDP: Linux keeps "no route to host" from a UDP socket without IP_RECVERR
        ports=tuple((address, port) for address in (*addresses, *NOBODY) for port in (25, 53, 80, 443, 587)),
    )


@pytest.fixture(scope="module")
def with_daemons(world: World, request_of_all: Request) -> Observations:
    with realised(world) as lab:
        return _observe(lab.namespaces.command(SCANNER, [sys.executable]), request_of_all)


@pytest.fixture(scope="module")
def on_loopback(world: World, request_of_all: Request, tmp_path_factory: pytest.TempPathFactory) -> Observations:
    path = tmp_path_factory.mktemp("world") / "world.yaml"
    path.write_bytes(msgspec.json.encode(world))  # JSON is YAML

    async def observed() -> Observations:
        async with lab_process(path) as lab:
            request = msgspec.structs.replace(request_of_all, lab=lab.map)
            return await asyncio.to_thread(_observe, [sys.executable], request)

    return asyncio.run(observed())


def test_both_behave_alike(with_daemons: Observations, on_loopback: Observations) -> None:
    differences = {
        what: (with_daemons[what], on_loopback[what]) for what in on_loopback if with_daemons[what] != on_loopback[what]
    }
    assert differences == {}


@pytest.mark.parametrize(
    ("what", "saw"),
    [
        ("tinh.vn SOA at 192.0.2.2 over udp", "NOERROR AA RRSIG SOA 2026112401"),
        ("tinh.vn SOA at 192.0.2.3 over udp", "NOERROR AA RRSIG SOA 2026112401"),
        ("tinh.vn SOA at 2001:db8::3 over udp", "timeout"),
        ("tinh.vn SOA at 2001:db8::3 over tcp", "timeout"),
        ("tinh.vn SOA at 192.0.2.4 over tcp", "refused"),
        ("tinh.vn SOA at 2001:db8::4 over tcp", "NOERROR AA RRSIG SOA 2026112401"),
        ("tinh.vn SOA at 192.0.2.5 over udp", "REFUSED no AA"),
        ("tinh.vn SOA at 192.0.2.6 over udp", "NOERROR AA RRSIG SOA 2026111401"),
        ("im.tinh.vn SOA at 192.0.2.2 over udp", "timeout"),
        ("192.0.2.222 port 53", "unreachable"),
        ("2001:db8::222 port 443", "unreachable"),
        ("192.0.2.9 port 443", "refused"),
        ("192.0.2.9 port 80", "open"),
        ("submission://mail-good.tinh.vn:587 at 2001:db8::17", _GOOD_SUBMISSION),
        ("imap://mail-closed.tinh.vn:143 at 2001:db8::22", "timeout"),
        ("ntp://time-good.tinh.vn:123 at 2001:db8::23", "stratum 3, leap 0, 0 s ahead"),
        ("ntp://time-silent.tinh.vn:123 at 2001:db8::24", "timeout"),
        ("ntp://time-lost.tinh.vn:123 at 192.0.2.25", "stratum 3, leap 0, 0 s ahead"),
        ("ntp://time-lost.tinh.vn:123 at 2001:db8::25", "stratum 0, leap 3, 0 s ahead"),
        ("ntp://time-ahead.tinh.vn:123 at 192.0.2.26", "stratum 3, leap 0, 30 s ahead"),
    ],
)
def test_the_faults_are_there(with_daemons: Observations, what: str, saw: str) -> None:
    assert with_daemons[what] == saw


def test_lost_packets_are_lost(world: World) -> None:
    """With half of the packets lost, some of many single tries fail and some do not."""
    lossy = msgspec.structs.replace(world, loss=0.5, faults=(), routes=(), websites=(), mail=(), time=())
    servers = [address for machine in world.machines if machine.id in SERVERS for address in machine.addresses]
    request = Request(zones=tuple((zone, address) for zone in ("tinh.vn", "im.tinh.vn") for address in servers))
    with realised(lossy) as lab:
        seen = _observe(lab.namespaces.command(SCANNER, [sys.executable]), request)
    assert {"timeout", "NOERROR AA RRSIG SOA 2026112401"} <= set(seen.values())


def test_a_round_trip_takes_its_time(world: World) -> None:
    """The wire to the scanner is a relay in user space; beyond it nobody is further away than before."""
    distant = msgspec.structs.replace(world, delay_ms=60.0, faults=(), routes=(), websites=(), mail=(), time=())
    with realised(distant) as lab:
        where = lab.namespaces.command(SCANNER, [sys.executable])
        seen = _observe(where, Request(zones=(("tinh.vn", "192.0.2.2"),), ports=(("2001:db8::2", 53), (NOBODY[1], 53))))
        took = {address: _connect_ms(where, address) for address in ("192.0.2.2", "2001:db8::2")}
    assert seen == {
        "tinh.vn SOA at 192.0.2.2 over udp": "NOERROR AA RRSIG SOA 2026112401",
        "tinh.vn SOA at 192.0.2.2 over tcp": "NOERROR AA RRSIG SOA 2026112401",
        "2001:db8::2 port 53": "open",
        f"{NOBODY[1]} port 53": "unreachable",
    }
    assert all(60 <= milliseconds < 300 for milliseconds in took.values()), took


def _faults() -> Iterator[Fault]:
    def fault(kind: FaultKind, host: str = "", **where: object) -> Fault:
        place = {"host": f"{host}.tinh.vn"} if host else {}
        return Fault(id=kind.replace("_", "-") + host, kind=kind, **place, **where)  # type: ignore[arg-type]

    yield fault("silent_server", machine="ns-silent", family=Family.IPV6)
    yield fault("tcp_refused", machine="ns-tcp", family=Family.IPV4)
    yield fault("lame_server", zone="tinh.vn", server="ns-lame.tinh.vn", family=Family.IPV4)
    yield fault("stale_secondary", zone="tinh.vn", server="ns-behind.tinh.vn")
    yield fault("silent_zone", zone="im.tinh.vn")
    yield fault("silent_web", "silent", family=Family.IPV4)
    yield fault("http_only", "http-only")
    yield fault("aaaa_without_listener", "no-listener")
    yield fault("status_differs", "status")
    yield fault("content_differs", "content")
    yield fault("certificate_untrusted", "untrusted")
    yield fault("certificate_expired", "expired", family=Family.IPV6)
    yield fault("certificate_mismatch", "mismatch", family=Family.IPV4)
    yield fault("no_redirect", "plain")
    yield fault("no_hsts", "plain")
    yield fault("mail_silent", "mail-silent", family=Family.IPV6)
    yield fault("no_starttls", "mail-plain", family=Family.IPV4)
    yield fault("certificate_mismatch", "mail-mismatch", family=Family.IPV6)
    yield fault("login_in_the_clear", "mail-clear", family=Family.IPV6)
    yield fault("clients_silent", "mail-closed", family=Family.IPV6)
    yield fault("time_silent", "time-silent", family=Family.IPV6)
    yield fault("time_unsynchronised", "time-lost", family=Family.IPV6)
    yield fault("time_off", "time-ahead", family=Family.IPV4)


def _urls(world: World) -> Iterator[tuple[str, str]]:
    """Every site over both schemes and families, with a path that fails; and a name that the machine does not know."""
    machines = {machine.id: machine.addresses for machine in world.machines}
    for site in world.websites:
        for address in machines[site.machine]:
            for scheme in ("http", "https"):
                for host, path in ((site.hosts[0], "/"), (site.hosts[0], "/hong?a=b"), ("la.tinh.vn", "/")):
                    yield f"{scheme}://{host}{path}", address


def _exchangers(world: World) -> Iterator[tuple[str, str]]:
    machines = {machine.id: machine.addresses for machine in world.machines}
    for server in world.mail:
        for address in machines[server.machine]:
            yield server.host, address


def _services(world: World) -> Iterator[tuple[str, str]]:
    machines = {machine.id: machine.addresses for machine in world.machines}
    for server in world.mail:
        for address in machines[server.machine]:
            yield from ((f"{scheme}://{server.host}:{port}", address) for scheme, port in CLIENTS)
    for clock in world.time:
        yield from ((f"ntp://{clock.host}:123", address) for address in machines[clock.machine])


def _observe(python: Sequence[str], request: Request) -> Observations:
    done = subprocess.run(
        [*python, "-m", "tests.lab.observe"],
        input=msgspec.json.encode(request), capture_output=True, cwd=PACKAGES, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return msgspec.json.decode(done.stdout, type=Observations)


def _connect_ms(python: Sequence[str], address: str) -> float:
    """How long a connection to port 53 takes."""
    script = (
        "import socket, time; began = time.monotonic(); "
        f"socket.create_connection(({address!r}, 53), 5).close(); print((time.monotonic() - began) * 1000)"
    )
    return float(subprocess.run([*python, "-c", script], check=True, capture_output=True, text=True).stdout)
