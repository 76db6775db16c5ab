"""The sample world with real daemons: a scan over real sockets judges it as a scan of the lab on loopback does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from netaudit.content import content_path
from netaudit.lab.world import World
from netaudit.lab.worldfile import load_world
from netaudit.model.common import Family
from netaudit.model.run import Run
from netaudit.routing.mrt import read_routes
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.lab.realise import Realised, realised
from tests.lab.scanner import netaudit, write_inventory
from tests.sample.planted import FOUND, UNTESTED, planted_blinds, planted_finds, seen, statuses

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("sample-daemons")]

Scan = tuple[CompletedProcess[str], Run]


@pytest.fixture(scope="module")
def world() -> World:
    return load_world(content_path("sample") / "world.yaml")


@pytest.fixture(scope="module")
def lab(world: World) -> Iterator[Realised]:
    with realised(world) as running:
        yield running


@pytest.fixture(scope="module")
def scans(lab: Realised, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scan, Scan]:
    """The scan over real sockets, and the one of the lab on loopback; both wait much, so they run side by side."""
    folder = tmp_path_factory.mktemp("scan")
    real = write_inventory(content_path("inventory.yaml"), lab, folder)
    with ThreadPoolExecutor() as pool:
        inventories = (real, content_path("inventory.yaml"))
        done = pool.map(
            lambda n: netaudit(lab, "scan", str(inventories[n]), "-q", "-o", str(folder / f"out{n}")), (0, 1)
        )
        first, second = (_with_run(process, folder / f"out{n}") for n, process in enumerate(done))
    return first, second


@pytest.fixture(scope="module")
def run(scans: tuple[Scan, Scan]) -> Run:
    return scans[0][1]


def test_the_scan_is_whole_and_over_real_sockets_of_both_families(run: Run) -> None:
    assert run.complete, run.incomplete_reason
    assert run.network == "internet"
    own = {check.family: check.local_address for check in run.families if check.udp and check.tcp}
    assert own == {Family.IPV4: "192.0.2.250", Family.IPV6: "2001:db8:ffff::250"}


def test_the_route_collector_has_the_peers_of_the_world(lab: Realised, world: World) -> None:
    peers = {route.peer_asn for route in world.routes}
    assert [set(read_routes(table, ["203.0.113.0/24", "2001:db8:113::/48"]).peers) for table in lab.tables] == [
        peers,
        peers,
    ]


def test_every_planted_fault_is_found_and_nothing_else(run: Run, world: World) -> None:
    assert _but_for(world, seen(run, FOUND)) == _but_for(world, planted_finds(world))


def test_what_can_not_be_tested_is_what_the_faults_hide(run: Run, world: World) -> None:
    assert _but_for(world, seen(run, UNTESTED)) == _but_for(world, planted_blinds(world))


def test_both_realisations_give_the_same_verdicts(scans: tuple[Scan, Scan], world: World) -> None:
    real, simulated = (statuses(run) for _, run in scans)
    assert real.keys() == simulated.keys()
    differing = {line for line in real if real[line] != simulated[line]}
    assert {line: (real[line], simulated[line]) for line in _but_for(world, differing)} == {}
    assert {line.split()[0] for line in differing} == set(world.exceptions), "an exception that is none"


def test_the_findings_are_in_the_exit_code(scans: tuple[Scan, Scan]) -> None:
    for done, run in scans:
        assert done.returncode == run.exit_code == 1, done.stderr


def _with_run(done: CompletedProcess[str], folder: Path) -> Scan:
    assert (folder / RUN_FILE).exists(), done.stderr
    return done, read_run(folder / RUN_FILE)


def _but_for(world: World, lines: set[str]) -> set[str]:
    """The lines of checks in which the two realisations must agree."""
    return {line for line in lines if line.split()[0] not in world.exceptions}
