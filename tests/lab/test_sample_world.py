"""The sample world with real daemons: a scan of it over real sockets finds what the world file says, and no more."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from netaudit.content import content_path
from netaudit.lab.world import World
from netaudit.lab.worldfile import load_world
from netaudit.model.common import Family
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.lab.realise import Realised, realised
from tests.lab.scanner import netaudit, write_inventory

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("namespaces")]

_FOUND = {Status.FAIL, Status.WARN}


@pytest.fixture(scope="module")
def world() -> World:
    return load_world(content_path("sample") / "world.yaml")


@pytest.fixture(scope="module")
def lab(world: World) -> Iterator[Realised]:
    with realised(world) as running:
        yield running


@pytest.fixture(scope="module")
def scan(lab: Realised, tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("scan")
    inventory = write_inventory(content_path("inventory.yaml"), lab, folder)
    return netaudit(lab, "scan", str(inventory), "-o", str(folder / "out")), folder / "out"


@pytest.fixture(scope="module")
def run(scan: tuple[subprocess.CompletedProcess[str], Path]) -> Run:
    done, folder = scan
    assert (folder / RUN_FILE).exists(), done.stderr
    return read_run(folder / RUN_FILE)


def test_the_scan_is_whole_and_over_real_sockets_of_both_families(run: Run) -> None:
    assert run.complete, run.incomplete_reason
    assert run.network == "internet"
    seen = {check.family: check.local_address for check in run.families if check.udp and check.tcp}
    assert seen == {Family.IPV4: "192.0.2.250", Family.IPV6: "2001:db8:ffff::250"}


def test_every_planted_fault_is_found_and_nothing_else(run: Run, world: World) -> None:
    expected = {finding for fault in world.faults for finding in fault.finds}
    assert _verdicts(run, _FOUND, world) == _without_exceptions(expected, world)


def test_what_can_not_be_tested_is_what_the_faults_hide(run: Run, world: World) -> None:
    expected = {finding for fault in world.faults for finding in fault.blinds}
    assert _verdicts(run, {Status.COULD_NOT_TEST}, world) == _without_exceptions(expected, world)


def test_the_findings_are_in_the_exit_code(scan: tuple[subprocess.CompletedProcess[str], Path], run: Run) -> None:
    done, _ = scan
    assert done.returncode == run.exit_code == 1, done.stderr


def _verdicts(run: Run, statuses: set[Status], world: World) -> set[str]:
    verdicts = [result.verdict for result in run.results if result.verdict.outcome.status in statuses]
    return _without_exceptions({f"{verdict.check} {verdict.target}" for verdict in verdicts}, world)


def _without_exceptions(findings: set[str], world: World) -> set[str]:
    return {finding for finding in findings if finding.split()[0] not in world.exceptions}
