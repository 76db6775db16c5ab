"""Waivers from an inventory to the exit code and the report."""

from pathlib import Path

from netaudit.cli.errors import USAGE
from netaudit.store.runfolder import read_run
from tests.cli.command import netaudit, small_province
from tests.cli.conftest import Inside

SCAN = ("scan", "--check", "dns.tcp", "--lang", "en", "-q")
WAIVER = """
waivers:
  - id: w-01
    check: dns.tcp
    target: "*"
    reason: The firewall is replaced in spring.
    owner: ubnd
    approver: Head of the office
    expires: {expires}
"""


def province(folder: Path, waiver: str = "") -> Path:
    small_province(folder, "{id: no-tcp, kind: tcp_refused, machine: ns-1}")
    path = folder / "inventory.yaml"
    path.write_text(path.read_text(encoding="utf-8") + waiver, encoding="utf-8")
    return folder


def test_a_waived_finding_stops_counting_until_its_day_is_past(tmp_path: Path) -> None:
    province(tmp_path, WAIVER.format(expires="2099-12-31"))
    scanned = netaudit(*SCAN, "--fail-on", "low", "-f", "html,text", cwd=tmp_path)
    assert scanned.returncode == 0, scanned.stdout + scanned.stderr
    assert "w-01: dns.tcp *, 31 Dec 2099: in force (1)" in scanned.stdout
    run = read_run(tmp_path / "out" / "run.json")
    assert [result.waived for result in run.results if result.verdict.outcome.status == "fail"] == [True]
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "The firewall is replaced in spring." in page
    assert "in force" in page

    province(tmp_path, WAIVER.format(expires="2020-01-01"))
    over = netaudit(*SCAN, "--fail-on", "low", cwd=tmp_path)
    assert over.returncode == 1, over.stdout + over.stderr
    assert "its findings count again" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_a_waiver_without_an_owner_or_reason_is_refused_with_its_line(tmp_path: Path, inside: Inside) -> None:
    waiver = WAIVER.format(expires="2099-12-31")
    province(tmp_path, waiver.replace("ubnd", "nobody"))
    stranger = inside("inventory", "validate", "inventory.yaml", cwd=tmp_path)
    assert stranger.returncode == USAGE
    assert "inventory.yaml:" in stranger.stderr
    assert "nobody" in stranger.stderr
    province(tmp_path, waiver.replace("    approver: Head of the office\n", ""))
    unapproved = inside("inventory", "validate", "inventory.yaml", cwd=tmp_path)
    assert (unapproved.returncode, "approver" in unapproved.stderr) == (USAGE, True)
