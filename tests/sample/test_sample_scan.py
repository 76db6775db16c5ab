"""A scan of the sample in the lab on loopback finds every fault that its world plants, and nothing else."""

import pytest

from netaudit.content import content_path
from netaudit.lab.worldfile import load_world
from netaudit.model.run import Run
from tests.sample.planted import FOUND, UNTESTED, planted_blinds, planted_finds, seen

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

WORLD = load_world(content_path("sample") / "world.yaml")


def test_every_planted_fault_is_found_and_nothing_else(run: Run) -> None:
    assert run.complete, run.incomplete_reason
    assert run.exit_code == 1
    assert seen(run, FOUND) == planted_finds(WORLD)


def test_what_can_not_be_tested_is_what_the_faults_hide(run: Run) -> None:
    assert seen(run, UNTESTED) == planted_blinds(WORLD)
