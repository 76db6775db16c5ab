"""`netaudit doctor`: what limits a scan from here, and what to do about it."""

import resource
from pathlib import Path

import pytest

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import FamilyCheck, SelfFact
from netaudit.writers.doctor import Host, diagnosis, doctor_text
from tests.cli.command import netaudit


def table(text: str) -> dict[str, tuple[str, str]]:
    """Subject -> mark and word, of an English table."""
    rows = {}
    for line in text.splitlines():
        if line[:2] in ("✓ ", "✗ ", "– "):
            subject, _, word = line[2:].partition("  ")
            rows[subject] = (line[0], word.strip())
    return rows


def test_a_host_without_limits_is_0(province: Path) -> None:
    done = netaudit("doctor", "-i", "inventory.yaml", "--lang", "en", cwd=province)
    assert done.returncode == 0, done.stdout
    assert done.stderr.startswith("network: lab; asks up to three root servers in each family")
    rows = table(done.stdout)
    assert rows["IPv6 TCP"] == ("✓", "works: 2001:db8:ffff::250")
    assert rows["Clock"] == ("✓", "within the root's signatures")
    assert rows["Output"] == ("✓", "can be written: out")
    assert rows["Versions"][1].startswith("netaudit ")
    assert done.stdout.endswith("\nnothing found here limits a scan\n")
    assert not (province / "out").exists()


def test_each_limit_is_3_and_says_what_to_do(province: Path) -> None:
    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))

    done = netaudit(
        "doctor", "--world", "world.yaml", "--no-ipv6", "-o", "inventory.yaml/out", "--lang", "en",
        cwd=province, preexec_fn=few_files,
    )  # fmt: skip
    assert done.returncode == 3
    rows = table(done.stdout)
    failed = {subject for subject, (mark, _) in rows.items() if mark == "✗"}
    assert failed == {"IPv6 UDP", "IPv6 TCP", "Open files", "Output"}
    lines = done.stdout.splitlines()
    for number, line in enumerate(lines):
        assert line.startswith("✗") == (number + 1 < len(lines) and lines[number + 1].startswith("    → ")), line
    assert lines[-1] == "4 things limit a scan"


def test_root_servers_that_are_silent_are_3(tmp_path: Path, province: Path) -> None:
    world = province / "world.yaml"
    world.write_text(world.read_text() + "\nfaults: [{id: im, kind: silent_server, machine: root, family: ipv6}]\n")
    done = netaudit("doctor", "--world", "world.yaml", "--timeout", "0.1", "--lang", "en", cwd=province)
    assert done.returncode == 3
    rows = table(done.stdout)
    assert rows["IPv4 UDP"][0] == "✓"
    assert rows["IPv6 UDP"][0] == "✗"
    assert "Let UDP to port 53 out of this host" in done.stdout


def test_two_networks_are_one_too_many(province: Path) -> None:
    done = netaudit("doctor", "-i", "inventory.yaml", "--lab", cwd=province)
    assert done.returncode == 2
    assert netaudit("doctor", "-i", "none.yaml", cwd=province).returncode == 2


def test_a_blackout_window_sends_nothing(province: Path) -> None:
    with (province / "inventory.yaml").open("a") as file:
        file.write('blackouts: [{start: "00:00", end: "23:59:59", reason: bảo trì}]\n')
    done = netaudit("doctor", "-i", "inventory.yaml", "--lang", "en", cwd=province)
    assert done.returncode == 3
    rows = table(done.stdout)
    assert rows["Time"][0] == "✗"
    assert "bảo trì" in rows["Time"][1]
    assert "IPv4 UDP" not in rows


def test_a_wrong_clock_and_a_host_without_rights() -> None:
    failure = Failure(reason=Reason.TIMEOUT, side=Side.OURS, detail="no answer\x1b[2J")
    vantage = SelfFact(
        id="self", at=0.0, clock_offset_s=-864_000.0,
        families=(FamilyCheck(family=Family.IPV4, available=False, udp=False, tcp=True, failure=failure),),
    )  # fmt: skip
    host = Host(vantage=vantage, blackout=None, open_files=None, output="out", versions={"netaudit": "1", "uvloop": ""})
    lines = diagnosis(host, "en")
    assert [line.subject for line in lines if line.fine is False] == ["IPv4 UDP", "Clock"]
    assert all(bool(line.remedy) == (line.fine is False) for line in lines)
    rows = table(doctor_text(lines, "en"))
    assert rows["Clock"] == ("✗", "outside the root's signatures: -864000 s")
    assert rows["IPv4 UDP"] == ("✗", "does not work: no answer␛[2J")
    for subject, right in (
        ("Echo", "CAP_NET_RAW, or net.ipv4.ping_group_range"),
        ("Firewall marks", "CAP_NET_RAW or CAP_NET_ADMIN"),
        ("Raw sockets", "CAP_NET_RAW"),
    ):
        word = f"not permitted: {right}: --path tests less; the guide tells how to permit it"
        assert rows[subject] == ("–", word)
    assert rows["Open files"] == ("✓", "no limit")
    assert rows["Versions"] == ("–", "uvloop is not installed; scans are slower")


def test_a_browser_is_told_of_and_none_limits_nothing(province: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(province))
    with_none = netaudit("doctor", "--lab", "--lang", "en", cwd=province)
    assert with_none.returncode == 0, with_none.stdout
    assert table(with_none.stdout)["Browser"] == (
        "–", "no Chromium on PATH: --browser tests nothing; Debian and Ubuntu have it as chromium"
    )  # fmt: skip
    broken = province / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with_broken = netaudit("doctor", "--lab", "--lang", "en", cwd=province)
    assert with_broken.returncode == 0, with_broken.stdout
    mark, word = table(with_broken.stdout)["Browser"]
    assert mark == "–" and word.startswith(f"does not start: {broken}: it ended")
