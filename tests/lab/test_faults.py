"""Each planted fault is found by its name and blamed on the right thing, and nothing else is found."""

from pathlib import Path

import pytest

from netaudit.model.common import Reason
from netaudit.model.verdict import Status
from tests.lab.faults import healthy
from tests.lab.faults.page import PAGE, page
from tests.lab.faults.plants import Plant
from tests.lab.faults.runs import healthy_runs, held_against
from tests.lab.faults.scan import Scanned, evidence, findings, scan
from tests.lab.faults.table import FAULTS, PLANTS
from tests.lab.faults.world import fault_world
from tests.lab.realise import SCANNER

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("faults")]

_BY_IPV4 = {f"ipv6.{name}" for name in ("aaaa", "address_scope", "mx_aaaa", "page_links", "page_resources")}
_BY_IPV4 |= {"mail.spf_ipv6"}
"""Those that judge records alone: IPv4 shows them as well."""


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """One scan of all faults."""
    with fault_world((*PLANTS, *healthy.PLANTS)) as world:
        return scan(world, tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.id)
def test_what_is_found_is_what_was_planted(scanned: Scanned, plant: Plant) -> None:
    found = findings(scanned.run, PLANTS, Status.FAIL, Status.WARN).get(plant.id, frozenset())
    blinds = findings(scanned.run, PLANTS, Status.COULD_NOT_TEST).get(plant.id, frozenset())
    assert (found, blinds if not plant.by_chance else frozenset()) == (frozenset(plant.finds), frozenset(plant.blinds))


@pytest.mark.parametrize("plant", [plant for plant in PLANTS if plant.saw], ids=lambda plant: plant.id)
def test_the_evidence_names_the_cause(scanned: Scanned, plant: Plant) -> None:
    assert any(plant.saw in text for text in evidence(scanned.run, plant)), evidence(scanned.run, plant)


def test_nothing_is_found_beside(scanned: Scanned) -> None:
    statuses = (Status.FAIL, Status.WARN, Status.COULD_NOT_TEST)
    found = findings(scanned.run, (*PLANTS, *healthy.PLANTS), *statuses)
    assert {id: said for id, said in found.items() if id in {"", *(plant.id for plant in healthy.PLANTS)}} == {}


def test_the_table_is_as_long_as_promised() -> None:
    assert len({plant.name for plant in PLANTS}) == len(PLANTS)
    assert len({(plant.finds, plant.saw, plant.says) for plant in FAULTS}) == len(FAULTS) >= 60


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.lab.faults --write"


def test_nothing_is_held_against_a_healthy_world_even_where_packets_are_lost(tmp_path: Path) -> None:
    for name, run in healthy_runs(1, tmp_path):
        assert held_against(run, Status.FAIL, Status.WARN) == [], name
        if name.startswith("healthy"):
            assert (held_against(run, Status.COULD_NOT_TEST), run.code) == ([], 0)
        else:
            assert run.asked_again > 0, "nothing was lost"


def test_a_host_without_ipv6_tests_no_ipv6(tmp_path: Path) -> None:
    """All that needs IPv6 could not be tested, for the host's own lack of a route, and the scan is incomplete."""
    with fault_world(healthy.PLANTS) as world:
        world.lab.namespaces.run(SCANNER, ["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"])
        run = scan(world, tmp_path)
    assert held_against(run, Status.FAIL, Status.WARN) == []
    assert run.code == 3
    verdicts = [result.verdict for result in run.run.results]
    wanted = [v for v in verdicts if v.check.startswith("ipv6.") or "ipv6" in v.check.split(".")[1]]
    elsewhere = ("null_mx", "not_web", "no_history")  # nothing to ask, whatever the host has
    judged = [v for v in wanted if v.check not in _BY_IPV4 and v.outcome.message not in elsewhere]
    seen = {f"{v.check} {v.target.name}": v.outcome.status for v in judged}
    assert {"ipv6.web_reachable imaps://box-tls.tinh.vn:993", "ipv6.usable_alone ntp://time.tinh.vn:123"} <= set(seen)
    assert seen == dict.fromkeys(seen, Status.COULD_NOT_TEST)
    assert {v.outcome.failure.reason for v in wanted if v.outcome.failure is not None} == {Reason.NO_ROUTE}
    both = {v.check: v.outcome.status for v in verdicts if v.check.startswith("dual_stack.")}
    assert set(both.values()) <= {Status.COULD_NOT_TEST, Status.NOT_APPLICABLE} and len(both) >= 9
