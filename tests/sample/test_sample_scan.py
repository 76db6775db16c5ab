"""A scan of the sample in the lab on loopback finds every fault that its world plants, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from netaudit.content import content_path
from netaudit.lab.worldfile import load_world
from netaudit.model.run import Run
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.sample.planted import FOUND, UNTESTED, planted_blinds, planted_finds, seen

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

WORLD = load_world(content_path("sample") / "world.yaml")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("sample") / "out"
    command = [sys.executable, "-m", "netaudit", "scan", str(content_path("inventory.yaml")), "-q", "-o", str(out)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=150, check=False, cwd=Path(__file__).parents[2]
    )
    assert (out / RUN_FILE).exists(), done.stderr
    found = read_run(out / RUN_FILE)
    assert done.returncode == found.exit_code == 1, done.stderr
    return found


def test_every_planted_fault_is_found_and_nothing_else(run: Run) -> None:
    assert run.complete, run.incomplete_reason
    assert seen(run, FOUND) == planted_finds(WORLD)


def test_what_can_not_be_tested_is_what_the_faults_hide(run: Run) -> None:
    assert seen(run, UNTESTED) == planted_blinds(WORLD)
