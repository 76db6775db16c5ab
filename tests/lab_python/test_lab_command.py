"""The command `netaudit lab`, as a user runs it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import dns.zone
import msgspec
import pytest

from netaudit.lab.world import Fault
from tests.lab_python.client import small_world

FAULT = Fault(id="mot", kind="no_ds", zone="tinh.vn", finds=("a.b zone:tinh.vn",), blinds=("c.d zone:tinh.vn",))


@pytest.fixture
def world_file(tmp_path: Path) -> Path:
    path = tmp_path / "world.yaml"
    path.write_bytes(msgspec.yaml.encode(small_world(FAULT)))
    return path


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "netaudit", "lab", *map(str, arguments)]


def test_faults_are_listed_with_what_they_cause(world_file: Path) -> None:
    done = subprocess.run(command("faults", world_file), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == (
        "mot: no_ds tinh.vn\n  finds a.b zone:tinh.vn\n  blinds c.d zone:tinh.vn\nsmall: faults: 1, of 1 kinds\n"
    )


def test_the_sample_is_the_default() -> None:
    done = subprocess.run(command("faults"), capture_output=True, text=True, check=True, timeout=60)
    assert re.search(r"^lam-dong: faults: \d\d, of \d\d kinds$", done.stdout, re.MULTILINE)


def test_zone_files_can_be_read(world_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "zones"
    subprocess.run(command("zonefiles", world_file, "-o", out), capture_output=True, check=True, timeout=60)
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()) == [
        "anchors.ds", "first/con.tinh.vn.zone", "first/tinh.vn.zone", "hints.zone", "root/root.zone", "routes.mrt",
        "second/ky.tinh.vn.zone", "second/tinh.vn.zone", "tld/vn.zone", "vrps.json",
    ]  # fmt: skip
    zone = dns.zone.from_file(str(out / "first" / "tinh.vn.zone"), origin="tinh.vn.", relativize=False)
    assert zone.get_rdataset("www.tinh.vn.", "RRSIG", "AAAA") is not None
    assert "a.root-lab. 3600000 IN A 192.0.2.1" in (out / "hints.zone").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_interrupted(world_file: Path, number: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command("run", world_file), stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        process.send_signal(number)
        assert process.wait(20) == 0
    assert lines[0] == "small: 6 machines, 5 zones, faults: 1\n"
    assert re.match(r"listening: UDP 127\.0\.0\.1:\d+, TCP 127\.0\.0\.1:\d+\n", lines[1])


def test_a_world_that_is_wrong_is_a_usage_error(tmp_path: Path) -> None:
    done = subprocess.run(
        command("faults", tmp_path / "none.yaml"), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "none.yaml" in done.stderr
