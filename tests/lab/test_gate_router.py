"""`netaudit gate --router`: a configuration of a border router, judged before it goes live, by real BIRD and FRR."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from netaudit.lab.mrt import mrt_bytes
from tests.cli.command import netaudit
from tests.cli.test_gate import INVENTORY, WORLD

pytestmark = pytest.mark.daemons

_BIRD = """
router id 10.255.0.10;
protocol device {{ }}
protocol static s4 {{ ipv4; route 203.0.113.0/24 blackhole; }}
protocol static s6 {{ ipv6; route 2001:db8:113::/48 blackhole; }}
template bgp up {{ local as 64510; }}
protocol bgp a4 from up {{ neighbor 198.18.6.1 as 64501; ipv4 {{ import all; export where proto = "s4"; }}; }}
protocol bgp a6 from up {{ neighbor 2001:db8:6::1 as 64501; ipv6 {{ import all; export where proto = "s6"; }}; }}
protocol bgp b4 from up {{ neighbor 198.18.7.1 as 64502; ipv4 {{ import all; export {b4}; }}; }}
protocol bgp b6 from up {{ neighbor 2001:db8:7::1 as 64502; ipv6 {{ import all; export {b6}; }}; }}
"""
_BOTH = {"b4": 'where proto = "s4"', "b6": 'where proto = "s6"'}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inventory with a route table in which both families are reached through both operators."""
    folder = tmp_path_factory.mktemp("gate")
    lines = INVENTORY.splitlines()
    kept = [line for line in lines if not line.strip().startswith(("vrps:", "route_objects:", "registrations:"))]
    (folder / "inventory.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    (folder / "rib.mrt").write_bytes(mrt_bytes(WORLD, time.time()))
    return folder


def judged(folder: Path, code: int, *options: str, **exports: str) -> dict[str, Any]:
    (folder / "bird.conf").write_text(_BIRD.format(**{**_BOTH, **exports}), encoding="utf-8")
    done = netaudit("gate", "inventory.yaml", "--router", "bird.conf", "--format", "json", *options, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def answers(report: dict[str, Any]) -> dict[tuple[str, str], tuple[bool | None, bool | None]]:
    return {
        (item["prefix"], answer["question"]): (answer["before"], answer["after"])
        for item in report["prefixes"]
        for answer in item["answers"]
    }


def test_the_configuration_that_is_live_changes_nothing(folder: Path) -> None:
    report = judged(folder, 0, "--only-new")
    assert {(n["name"], n["up"], len(n.get("own", ()))) for n in report["neighbours"]} == {
        ("a4", True, 1), ("a6", True, 1), ("b4", True, 1), ("b6", True, 1),
    }  # fmt: skip
    found = answers(report)
    assert found["203.0.113.0/24", "uplinks"] == found["2001:db8:113::/48", "uplinks"] == (True, True)


def test_ipv6_that_one_operator_is_told_no_more_is_found_before_it_happens(folder: Path) -> None:
    report = judged(folder, 1, "--only-new", b6="none")
    found = answers(report)
    assert found["2001:db8:113::/48", "uplinks"] == (True, False)
    assert found["2001:db8:113::/48", "survives"] == (True, False)
    assert found["203.0.113.0/24", "uplinks"] == (True, True)


def test_a_leak_to_an_operator_is_a_finding_by_itself(folder: Path) -> None:
    report = judged(folder, 1, "--only-new", b4="all")
    (leaking,) = (n for n in report["neighbours"] if n.get("foreign"))
    assert leaking["name"] == "b4"
    assert [route["prefix"] for route in leaking["foreign"]] == ["0.0.0.0/0"]
    assert answers(report)["203.0.113.0/24", "uplinks"] == (True, True)


def test_a_syntax_error_and_a_foreign_as_are_usage(folder: Path) -> None:
    (folder / "bad.conf").write_text("protocol bgp x { neighbour; }\n", encoding="utf-8")
    bad = netaudit("gate", "inventory.yaml", "--router", "bad.conf", cwd=folder)
    assert (bad.returncode, "bad.conf:1:" in bad.stderr) == (2, True), bad.stderr
    (folder / "other.conf").write_text(_BIRD.format(**_BOTH).replace("64510", "64599"), encoding="utf-8")
    other = netaudit("gate", "inventory.yaml", "--router", "other.conf", cwd=folder)
    assert (other.returncode, "AS64599 belongs to no data centre" in other.stderr) == (2, True), other.stderr


def test_the_text_names_neighbours_in_vietnamese(folder: Path) -> None:
    (folder / "bird.conf").write_text(_BIRD.format(**{**_BOTH, "b4": "all"}), encoding="utf-8")
    done = netaudit("gate", "inventory.yaml", "--router", "bird.conf", cwd=folder)
    assert "rò rỉ tuyến" in done.stdout
    assert done.stderr.rstrip().endswith("số láng giềng sẽ nhận tuyến của mạng khác: 1")
    assert shutil.which("bird")
