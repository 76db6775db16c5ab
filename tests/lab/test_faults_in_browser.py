"""Faults that only a browser sees: each is found and blamed on the script's host, and nothing else is found."""

from pathlib import Path

import pytest

from netaudit.model.verdict import Status
from netaudit.net.browser import find_browser
from tests.lab.faults.plants import Plant
from tests.lab.faults.runs import healthy_runs, held_against
from tests.lab.faults.scan import Scanned, evidence, findings, scan
from tests.lab.faults.scripts import PLANTS
from tests.lab.faults.world import fault_world
from tests.lab.requirements import unavailable

pytestmark = [pytest.mark.daemons, pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("faults-in-browser")]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """One scan of all of them."""
    if find_browser() is None:
        unavailable("Chromium is missing: see tests/apt-packages.txt")
    with fault_world(PLANTS) as world:
        return scan(world, tmp_path_factory.mktemp("faults"), "--browser")


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.id)
def test_what_is_found_is_what_was_planted(scanned: Scanned, plant: Plant) -> None:
    found = findings(scanned.run, PLANTS, Status.FAIL, Status.WARN).get(plant.id, frozenset())
    blinds = findings(scanned.run, PLANTS, Status.COULD_NOT_TEST).get(plant.id, frozenset())
    assert (found, blinds) == (frozenset(plant.finds), frozenset(plant.blinds))


@pytest.mark.parametrize("plant", [plant for plant in PLANTS if plant.saw], ids=lambda plant: plant.id)
def test_the_evidence_tells_what_for(scanned: Scanned, plant: Plant) -> None:
    assert any(plant.saw in text for text in evidence(scanned.run, plant)), evidence(scanned.run, plant)


def test_nothing_is_held_against_a_healthy_world_even_where_packets_are_lost(tmp_path: Path) -> None:
    if find_browser() is None:
        unavailable("Chromium is missing: see tests/apt-packages.txt")
    for name, run in healthy_runs(1, tmp_path, "--browser"):
        assert held_against(run, Status.FAIL, Status.WARN) == [], name
        if name.startswith("healthy"):
            assert (held_against(run, Status.COULD_NOT_TEST), run.code) == ([], 0)
