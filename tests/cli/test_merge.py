"""`netaudit merge`: scans from several vantages, one of them blind, one whose way is broken, as one run."""

from pathlib import Path

import msgspec
import pytest

from netaudit.cli.errors import USAGE
from netaudit.model.verdict import Outcome, Status
from netaudit.store.runfolder import read_run
from tests.cli.command import netaudit, small_province
from tests.cli.conftest import Inside

pytestmark = pytest.mark.xdist_group("vantages")

WEB = "ipv6.web_reachable"
SCAN = ("scan", "--lang", "en", "--fail-on", "never", "-q", "--check", WEB, "--check", "web.reachable")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scans: `ha-noi` sees all, `da-nang` has no IPv6, of `da-lat` the way to the web site's IPv6 is broken."""
    folder = small_province(tmp_path_factory.mktemp("vantages"))
    places = {"ha-noi": (), "da-nang": ("--no-ipv6",)}
    for name, options in places.items():
        scan(folder, name, *options)
    broken_way(folder)
    scan(folder, "da-lat")
    return folder


def broken_way(folder: Path) -> None:
    """The same province where IPv6 connections to its web server, alone on its machine, come to nothing."""
    small_province(folder, "{id: dead, kind: silent_web, host: tinh.vn, family: ipv6}")
    path = folder / "world.yaml"
    world = path.read_text(encoding="utf-8").replace("www: web", "www: mail").replace('{"@": web}\n', '{"@": mail}\n')
    path.write_text(world.replace("[tinh.vn, www.tinh.vn, xn--lm-ng-3qa2kyj.vn]", "[tinh.vn]"), encoding="utf-8")


def scan(folder: Path, name: str, *options: str) -> None:
    where = ("--vantage", name, "--vantage-place", name.title(), "--vantage-asn", "64496")
    done = netaudit(*SCAN, "-o", name, *where, *options, cwd=folder)
    assert done.returncode in (0, 3), done.stderr


def merged(folder: Path, *arguments: str) -> dict[str, Outcome]:
    done = netaudit("merge", *arguments, "-o", "merged", "--lang", "en", "--fail-on", "never", cwd=folder)
    assert done.returncode in (0, 3), done.stderr
    run = read_run(folder / "merged" / "run.json")
    return {r.verdict.target.name: r.verdict.outcome for r in run.results if r.verdict.check == WEB}


def test_a_blind_vantage_fails_nothing_and_hides_nothing(folder: Path) -> None:
    outcome = merged(folder, "ha-noi", "da-nang")["https://tinh.vn:443"]
    assert outcome.status is Status.PASS
    assert {s.vantage: s.status for s in outcome.sightings} == {
        "ha-noi": Status.PASS, "da-nang": Status.COULD_NOT_TEST,
    }  # fmt: skip
    failing = merged(folder, "da-lat", "da-nang")["https://tinh.vn:443"]
    assert failing.status is Status.FAIL


def test_a_broken_way_is_told_and_counts_by_quorum(folder: Path) -> None:
    """Of two that could test one saw it: a finding. With a quorum of two it is none, and is told all the same."""
    tie = merged(folder, "ha-noi", "da-nang", "da-lat")["https://tinh.vn:443"]
    assert (tie.status, tie.disputed) == (Status.FAIL, True)
    told = netaudit("merge", "ha-noi", "da-lat", "-o", "told", "-f", "text", "--lang", "en", cwd=folder)
    assert "      ha-noi: [pass] " in told.stdout
    both = merged(folder, "ha-noi", "da-nang", "da-lat", "--quorum", "2")["https://tinh.vn:443"]
    assert (both.status, both.disputed) == (Status.PASS, True)
    page = (folder / "merged" / "index.html").read_text(encoding="utf-8")
    disputed = sum(r.verdict.outcome.disputed for r in read_run(folder / "merged" / "run.json").results)
    assert f"{disputed} results on which they do not agree" in page
    assert "Da-Lat" in page
    assert "AS64496" in page


def test_the_merged_folder_is_judged_again_and_its_facts_are_found(folder: Path) -> None:
    merged(folder, "ha-noi", "da-nang", "da-lat", "--quorum", "2")
    again = netaudit("judge", "merged", "--lang", "en", "--fail-on", "never", "--quorum", "1", cwd=folder)
    assert again.returncode in (0, 3), again.stderr
    run = read_run(folder / "merged" / "run.json")
    result = next(r for r in run.results if r.verdict.check == WEB and r.verdict.outcome.disputed)
    assert result.verdict.outcome.status is Status.FAIL
    assert [v.name for v in run.vantages] == ["ha-noi", "da-nang", "da-lat"]
    shown = netaudit("facts", "show", result.id, "merged", cwd=folder)
    assert "seen from da-lat: fail" in shown.stdout
    assert "failure: " in shown.stdout  # the facts are those of the vantage that saw it fail
    listed = netaudit("facts", "list", "merged", cwd=folder)
    assert listed.returncode == USAGE
    assert "name one of them, such as merged/vantages/1" in listed.stderr


def test_a_merged_folder_may_be_merged_anew_from_its_own_vantages_and_scanned_into(folder: Path) -> None:
    merged(folder, "ha-noi", "da-nang", "da-lat")
    outcome = merged(folder, "merged/vantages/3", "merged/vantages/1")["https://tinh.vn:443"]
    assert [s.vantage for s in outcome.sightings] == ["da-lat", "ha-noi"]
    assert sorted(path.name for path in (folder / "merged" / "vantages").iterdir()) == ["1", "2"]
    scan(folder, "merged")
    again = netaudit("judge", "merged", "--lang", "en", "--fail-on", "never", cwd=folder)
    assert again.returncode in (0, 3), again.stderr
    assert read_run(folder / "merged" / "run.json").vantages == ()


def test_what_is_no_set_of_vantages_is_refused(folder: Path, inside: Inside) -> None:
    alone = inside("merge", "ha-noi", "-o", "x", cwd=folder)
    assert (alone.returncode, "two or more" in alone.stderr) == (USAGE, True)
    twice = inside("merge", "ha-noi", "ha-noi", "-o", "x", cwd=folder)
    assert (twice.returncode, "another one" in twice.stderr) == (USAGE, True)
    (folder / "inventory.yaml").write_text((folder / "inventory.yaml").read_text(encoding="utf-8") + "\n# other\n")
    scan(folder, "other")
    other = inside("merge", "ha-noi", "other", "-o", "x", cwd=folder)
    assert (other.returncode, "not of the same inventory" in other.stderr) == (USAGE, True)
    assert not (folder / "x").exists()


def test_an_old_run_has_no_sightings(folder: Path) -> None:
    run = read_run(folder / "ha-noi" / "run.json")
    assert run.vantages == ()
    assert b"sightings" not in msgspec.json.encode(run.results[0])
