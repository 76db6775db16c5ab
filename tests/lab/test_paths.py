"""Faults of paths, planted on real routers and servers: each is found by name, and a healthy path finds nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from netaudit.lab.worldfile import load_world
from netaudit.model.run import Run
from netaudit.model.verdict import Argument, Outcome, Status
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.lab.realise import SCANNER, Realised, realised
from tests.lab.routed import FIRST, SECOND
from tests.lab.scanner import netaudit, write_inventory
from tests.record import RECORDED

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("paths")]

HOST = "path.example"
WEB = f"https://{HOST}:443"
V4, V6 = "203.0.113.10", "2001:db8:113::10"
FROM4, FROM6 = "192.0.2.250", "2001:db8:ffff::250"
ROUTER6 = "2001:db8:fff1::1"

Found = dict[str, Outcome]
"""Check -> outcome, of the one target that each check has here."""


@dataclass(frozen=True)
class Fault:
    """What is done on which host, as rules of nftables in a hook or as commands of `ip`, and what must be found."""

    name: str
    host: str
    rules: tuple[str, ...] = ()
    hook: str = "forward"
    ip: tuple[str, ...] = ()
    finds: tuple[tuple[str, str, dict[str, Argument]], ...] = ()  # check, message, arguments
    blamed: tuple[str, ...] = ()  # checks that find the same fault in their own words, or are blinded by it


_NARROW6 = f"-6 route replace {FROM6} via 2001:db8:fff1::2 dev down1 mtu lock 1400"
_NARROW4 = f"-4 route replace {FROM4} via 198.18.1.2 dev down1 mtu lock 1400"
_DEAD6 = (
    "ipv6.*", "dual_stack.*", "web.ipv6_ready", "web.reachable", "path.pmtud", "path.tunnel", "web.https",
)  # fmt: skip
_STALLED = (*_DEAD6, "web.*", "path.echo")  # large echoes get lost as well
_TO_443 = f"ip6 daddr {V6} tcp dport 443"

FAULTS = (
    Fault("healthy", FIRST),
    Fault(
        "packet too big is dropped", FIRST, ("icmpv6 type packet-too-big drop",), "output", (_NARROW6,),
        (("path.pmtud", "black_hole", {"addresses": (V6,), "mss": 1220}),), _STALLED,
    ),
    Fault(
        "fragmentation needed is dropped", FIRST, ("icmp type destination-unreachable icmp code frag-needed drop",),
        "output", (_NARROW4,), (("path.pmtud", "black_hole", {"addresses": (V4,), "mss": 536}),),
        (*_STALLED, "ipv6.*", "coverage.*"),
    ),
    Fault("a small MTU that is told", FIRST, ip=(_NARROW6, _NARROW4), blamed=("path.tunnel",)),
    Fault(
        "echo is filtered", "web", ("icmpv6 type echo-request drop",), "input",
        finds=(("path.echo", "filtered", {"addresses": (V6,)}),),
    ),
    Fault("echo is limited in rate", "web", ("icmpv6 type echo-request limit rate over 1/second burst 1 packets drop",),
          "input"),
    Fault("connections are limited in rate", FIRST, ("tcp flags syn limit rate over 30/second burst 30 packets drop",)),
    Fault(
        "large echoes get lost", FIRST, ("icmpv6 type echo-request meta length > 1400 drop",),
        finds=(("path.echo", "large_lost", {"addresses": (V6,), "size": 1500}),),
    ),
    Fault(
        "the service is dropped over IPv6 alone", FIRST, (f"{_TO_443} drop",),
        finds=(
            ("path.traceroute", "lost", {"ends": (f"{V6} ({ROUTER6})",)}),
            ("ipv6.web_reachable", "unreachable", {"addresses": (V6,)}),
        ),
        blamed=_DEAD6,
    ),
    Fault(
        "a router forbids it", FIRST, (f"{_TO_443} reject with icmpv6 type admin-prohibited",),
        finds=(
            ("path.traceroute", "refused",
             {"ends": (f"{V6} (administratively prohibited (ICMPv6 1/1) from {ROUTER6})",)}),
            ("ipv6.web_reachable", "unreachable", {"addresses": (V6,)}),
        ),
        blamed=_DEAD6,
    ),
    Fault(
        "a router has no route", FIRST, (f"{_TO_443} reject with icmpv6 type no-route",),
        finds=(
            ("path.traceroute", "refused", {"ends": (f"{V6} (no route (ICMPv6 1/0) from {ROUTER6})",)}),
            ("ipv6.web_reachable", "unreachable", {"addresses": (V6,)}),
        ),
        blamed=_DEAD6,
    ),
    Fault(
        "a firewall says port unreachable", FIRST, (f"{_TO_443} reject with icmpv6 type port-unreachable",),
        finds=(
            ("path.traceroute", "refused", {"ends": (f"{V6} (port unreachable (ICMPv6 1/4) from {ROUTER6})",)}),
            ("ipv6.web_reachable", "unreachable", {"addresses": (V6,)}),
        ),
        blamed=_DEAD6,
    ),
    Fault(
        "a firewall resets", FIRST, (f"{_TO_443} reject with tcp reset",),
        finds=(("ipv6.web_reachable", "unreachable", {"addresses": (V6,)}),), blamed=_DEAD6,
    ),
    Fault(
        "a tunnel's MSS", FIRST, ("meta nfproto ipv6 tcp flags syn tcp option maxseg size set 1360",),
        finds=(("path.tunnel", "small", {"addresses": (V6,), "mtu": 1420}),),
    ),
    Fault(
        "the second uplink is dead over IPv6", SECOND, ("meta nfproto ipv6 drop",),
        finds=(("path.uplinks", "dead", {"uplinks": ("Hai IPv6",)}),),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def lab() -> Iterator[Realised]:
    with realised(load_world(RECORDED / "path.world.yaml"), routed=True) as running:
        yield running


@pytest.fixture(scope="module")
def inventory(lab: Realised, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One service, whose two addresses have their names, and the uplinks of its data centre."""
    folder = tmp_path_factory.mktemp("inventory")
    data: dict[str, Any] = yaml.safe_load((RECORDED / "path.inventory.yaml").read_text())
    data["services"] = [service for service in data["services"] if service["host"] == HOST]
    data["scope"]["packet_too_big"] = ["203.0.113.10/32", "2001:db8:113::10/128"]
    data["registers"] = []
    source = folder / "source.yaml"
    source.write_text(yaml.safe_dump(data))
    (folder / "real").mkdir()
    return write_inventory(source, lab, folder / "real")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_found_by_name_and_nothing_else(
    fault: Fault, lab: Realised, inventory: Path, tmp_path: Path
) -> None:
    with _planted(fault, lab):
        found = _bad(_scan(lab, inventory, tmp_path, "--path"))
    for check, message, arguments in fault.finds:
        assert check in found, sorted(found)
        outcome = found.pop(check)
        assert (outcome.message, {name: outcome.args[name] for name in arguments}) == (message, arguments)
    assert [check for check in found if not _among(check, fault.blamed)] == []


def test_a_server_that_heeds_packet_too_big_is_told_from_one_that_does_not(
    lab: Realised, inventory: Path, tmp_path: Path
) -> None:
    deaf = Fault("deaf", "web", ("icmpv6 type packet-too-big drop",), "input")
    check = ("--inject-ptb", "--check", "path.packet_too_big")
    with _planted(deaf, lab):
        outcome = _outcomes(_scan(lab, inventory, tmp_path / "deaf", *check))["path.packet_too_big"]
    assert (outcome.status, outcome.message) == (Status.FAIL, "ignored")
    assert outcome.args["addresses"] == (V6,)
    _forget(lab)
    outcome = _outcomes(_scan(lab, inventory, tmp_path / "heeding", *check))["path.packet_too_big"]
    assert (outcome.status, outcome.args["total"]) == (Status.PASS, 2), outcome
    _forget(lab)


def test_nobody_is_told_of_an_mtu_without_being_named(lab: Realised, inventory: Path, tmp_path: Path) -> None:
    named = inventory.with_name("unnamed.yaml")
    data = yaml.safe_load(inventory.read_text())
    del data["scope"]["packet_too_big"]
    named.write_text(yaml.safe_dump(data))
    heard = Fault("heard", "web", ("icmpv6 type packet-too-big counter drop",), "input")
    with _planted(heard, lab):
        _scan(lab, named, tmp_path, "--inject-ptb", "--check", "path.packet_too_big")
        listing = lab.namespaces.run("web", ["nft", "list", "table", "inet", "fault"])
    assert "packets 0 bytes 0" in listing


def test_what_is_not_permitted_could_not_be_tested_and_says_why(lab: Realised, inventory: Path, tmp_path: Path) -> None:
    without = ("setpriv", "--bounding-set=-net_raw,-net_admin")
    found = _outcomes(_scan(lab, inventory, tmp_path, "--path", before=without))
    for check, word in (("path.echo", "ping_group_range"), ("path.uplinks", "CAP_NET_ADMIN")):
        outcome = found[check]
        assert outcome.status is Status.COULD_NOT_TEST
        assert outcome.failure is not None
        assert (outcome.failure.reason, outcome.failure.side) == ("not_permitted", "ours")
        assert word in outcome.failure.detail
    assert found["path.uplinks"].message == "not_permitted"
    assert found["path.traceroute"].status is Status.PASS  # that by UDP needs no right
    assert {check for check, outcome in found.items() if outcome.status in (Status.FAIL, Status.WARN)} == set()


def test_lost_packets_are_no_faults(lab: Realised, inventory: Path, tmp_path: Path) -> None:
    with _planted(Fault("loss", FIRST, ("numgen random mod 100 < 5 drop",)), lab):
        found = _bad(_scan(lab, inventory, tmp_path, "--path"))
    assert {check for check, outcome in found.items() if outcome.status is not Status.COULD_NOT_TEST} == set()


@contextmanager
def _planted(fault: Fault, lab: Realised) -> Iterator[None]:
    spaces = lab.namespaces
    before = {command: _before(command) for command in fault.ip}
    rules = "\n".join((f"type filter hook {fault.hook} priority 0;", *fault.rules))
    table = f"table inet fault {{\nchain c {{\n{rules}\n}}\n}}"
    try:
        if fault.rules:
            spaces.run(fault.host, ["nft", table])
        for command in fault.ip:
            spaces.run(fault.host, ["ip", *command.split()])
        yield
    finally:
        if fault.rules:
            spaces.run(fault.host, ["nft", "delete", "table", "inet", "fault"])
        for command in before.values():
            spaces.run(fault.host, ["ip", *command.split()])
        if fault.ip:
            _forget(lab)


def _before(command: str) -> str:
    """The route as it was: without its MTU."""
    return command.partition(" mtu ")[0]


def _forget(lab: Realised) -> None:
    """Let the server and the scanner forget the MTUs that they were told."""
    for host in ("web", SCANNER):
        for family in ("-4", "-6"):
            lab.namespaces.run(host, ["ip", family, "route", "flush", "cache"])
    lab.namespaces.run("web", ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/route/flush; ip tcp_metrics flush all"])


def _scan(lab: Realised, inventory: Path, folder: Path, *options: str, before: tuple[str, ...] = ()) -> Run:
    done = netaudit(lab, "scan", str(inventory), "-q", "-o", str(folder / "out"), *options, before=before)
    assert done.returncode in (0, 1, 3), done.stderr
    return read_run(folder / "out" / RUN_FILE)


def _outcomes(run: Run) -> Found:
    """The outcomes of paths, and of all that the one service has."""
    return {result.verdict.check: result.verdict.outcome for result in run.results}


def _bad(run: Run) -> Found:
    """What is found, and what could not be tested."""
    unmeasured = ("multihome.", "coverage.")  # this data centre has no route table
    return {
        check: outcome
        for check, outcome in _outcomes(run).items()
        if outcome.status in (Status.FAIL, Status.WARN, Status.COULD_NOT_TEST) and not check.startswith(unmeasured)
    }


def _among(check: str, named: tuple[str, ...]) -> bool:
    return any(check == name or (name.endswith("*") and check.startswith(name[:-1])) for name in named)
