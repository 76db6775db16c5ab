"""`netaudit gate` of zones that are not live yet, alone and beside a change of routing."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netaudit.lab.mrt import mrt_bytes
from netaudit.lab.registries import rdap_json, route_objects_text
from netaudit.lab.vrps import vrps_json
from netaudit.model.gate import GateReport
from tests.cli.command import command, environment, netaudit, wait_for
from tests.cli.conftest import Inside
from tests.cli.test_gate import ASN, INVENTORY, V4, V6, WORLD

ZONE = """$TTL 300
@ IN SOA ns1 host 2030010101 7200 3600 1209600 300
@ NS ns1
@ NS ns2
@ MX 10 mail
@ A 203.0.113.10
@ AAAA 2001:db8:113::10
mail A 203.0.113.25
mail AAAA 2001:db8:113::25
ns1 A 203.0.113.53
ns1 AAAA 2001:db8:113::53
ns2 A 198.51.100.53
ns2 AAAA 2001:db8:100::53
"""
NO_IPV6 = ZONE.replace("@ AAAA 2001:db8:113::10\n", "")
CHECKS = ("--check", "ipv6.*", "--check", "dns.*", "--fail-on", "low")


def gate(inside: Inside, folder: Path, *options: str, code: int) -> dict[str, Any]:
    done = inside("gate", "inventory.yaml", *options, "--only-new", "--format", "json", *CHECKS, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    msgspec.json.decode(done.stdout, type=GateReport)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def proposed(province: Path) -> Path:
    (province / "good.zone").write_text(ZONE)
    (province / "no-ipv6.zone").write_text(NO_IPV6)
    (province / "stale.zone").write_text(ZONE.replace("2030010101", "1"))
    return province


def test_a_zone_that_takes_an_address_away_is_stopped(proposed: Path, inside: Inside) -> None:
    """And the pipeline is pointed at the line of the zone file whose owner loses it."""
    before = set(proposed.iterdir())
    zone = ("--zonefile", "tinh.vn=no-ipv6.zone", "--ds", "none")
    options = (*zone, "--only-new", *CHECKS, "-f", "text,github,sarif", "-o", "g")
    done = netaudit("gate", "inventory.yaml", *options, "--lang", "en", cwd=proposed)
    assert done.returncode == 1, done.stderr
    assert "✗ Would fail, and does not now: " in done.stdout
    assert set(proposed.iterdir()) - before == {proposed / "g"}, "a gate keeps no facts"
    (told,) = [line for line in done.stdout.splitlines() if "title=ipv6.aaaa" in line]
    assert "file=no-ipv6.zone,line=2," in told
    log = json.loads((proposed / "g" / "run.sarif").read_bytes())["runs"][0]
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["results"]
        if result["ruleId"] == "ipv6.aaaa"
    }
    assert uris == {"no-ipv6.zone"}


def test_a_zone_that_breaks_nothing_may_go_live_and_a_mistake_in_its_file_may_not(
    proposed: Path, inside: Inside
) -> None:
    gate(inside, proposed, "--zonefile", "tinh.vn=good.zone", "--ds", "none", code=0)
    report = gate(inside, proposed, "--zonefile", "tinh.vn=stale.zone", "--ds", "none", code=1)
    (mistake,) = [m for m in report["mistakes"] if m["is_error"]]
    assert mistake["location"] == {"file": "stale.zone", "line": 2}
    assert " 1 " in mistake["text"] and "2026" in mistake["text"]


def test_a_change_of_routing_stands_beside_a_zone_and_the_worst_decides(proposed: Path, inside: Inside) -> None:
    centre = INVENTORY[INVENTORY.index("datacentres:") :]
    with (proposed / "inventory.yaml").open("a", encoding="utf-8") as file:
        file.write(centre)
    (proposed / "rib.mrt").write_bytes(mrt_bytes(WORLD, time.time()))
    (proposed / "vrps.json").write_bytes(vrps_json(WORLD, time.time()))
    (proposed / "irr.txt").write_bytes(route_objects_text(WORLD))
    (proposed / "rdap.json").write_bytes(rdap_json(WORLD))
    zone = ("--zonefile", "tinh.vn=good.zone", "--ds", "none", "--check", "multihome.roa_valid")
    report = gate(inside, proposed, *zone, "--remove-roa", f"{V6}=AS{ASN}", code=1)
    broken = {c["check"] for c in report["comparison"]["changes"] if c["difference"] == "broken"}
    assert broken == {"multihome.roa_valid"}
    assert {item["prefix"] for item in report["prefixes"]} == {V4, V6}
    assert report["proposed"].startswith("tinh.vn: zone file good.zone") and "; -ROA " in report["proposed"]


def test_ctrl_c_is_130_and_leaves_nothing(proposed: Path) -> None:
    folder = proposed / "tmp"
    folder.mkdir()
    process = subprocess.Popen(
        command("gate", "inventory.yaml", "--zonefile", "tinh.vn=good.zone", "--ds", "none", "--delay", "300"),
        cwd=proposed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**environment(proposed), "TMPDIR": str(folder)},
    )  # fmt: skip
    with process:
        wait_for(lambda: any(path.stat().st_size for path in folder.glob("*/proposed/facts.jsonl.zst")), process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "exit 130: interrupted"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["out", "--zonefile", "tinh.vn=good.zone"], "out"),
        (["inventory.yaml", "--zonefile", "tinh.vn=good.zone", "--baseline", "out"], "takes no --baseline"),
        (["inventory.yaml", "--zonefile", "tinh.vn=good.zone", "--check", "certificates.*"], "nothing selected"),
        (["inventory.yaml", "--ns", "ns1.tinh.vn"], "name it with --zonefile or --delegation"),
    ],
)
def test_wrong_usage(proposed: Path, inside: Inside, arguments: list[str], said: str) -> None:
    done = inside("gate", *arguments, "--lang", "en", cwd=proposed)
    assert done.returncode == 2
    assert said in done.stderr
