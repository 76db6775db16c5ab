"""`netaudit gate --baseline` as a pipeline runs it: what is new decides, and nothing vanishes quietly."""

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from netaudit.judge.trends import trend_point
from netaudit.model.gate import BaselineReport
from netaudit.model.profile import Severity
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.store.history import History
from netaudit.store.runfolder import read_run
from tests.cli.command import netaudit, small_province
from tests.cli.conftest import Inside

pytestmark = pytest.mark.xdist_group("gate")

EXPIRED = "{id: het-han, kind: expired_signature, zone: tinh.vn}"
HSTS = "{id: hsts, kind: no_hsts, host: tinh.vn}"


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small province scanned with one fault, then with two; `blind` saw no IPv6."""
    folder = tmp_path_factory.mktemp("gate")
    for name, faults, options in (
        ("one", HSTS, ()), ("two", f"{HSTS}, {EXPIRED}", ()), ("blind", HSTS, ("--no-ipv6",))
    ):  # fmt: skip
        small_province(folder, faults)
        done = netaudit("scan", "-q", "-o", name, "-f", "json", *options, cwd=folder)
        assert done.returncode in (0, 1, 3), done.stderr
    return folder


def changed(folder: Path, name: str, run: Run) -> str:
    """Put a run that was changed into a file of its own, and return its name."""
    (folder / name).write_bytes(msgspec.json.encode(run))
    return name


def gate(inside: Inside, folder: Path, *options: str, code: int) -> dict[str, Any]:
    done = inside("gate", *options, "--format", "json", cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    msgspec.json.decode(done.stdout, type=BaselineReport)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["exit_code"] == code
    return found


def standings(report: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in report.get("findings", ()):
        found.setdefault(finding["standing"], set()).add(finding["state"]["check"])
    return found


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("two", "--baseline", "one", "--only-new"), 1),
        (("one", "--baseline", "one", "--only-new", "--fail-on", "low"), 0),
        (("two", "--baseline", "nowhere", "--only-new"), 2),
        (("blind", "--baseline", "one", "--only-new", "--force"), 3),
        (("one", "--baseline", "one", "--only-new", "-f", "sarif", "-o", "inventory.yaml/x"), 4),
    ],
)
def test_exit_codes(scans: Path, arguments: tuple[str, ...], code: int) -> None:
    done = netaudit("gate", *arguments, cwd=scans)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_new_and_what_is_as_before(scans: Path, inside: Inside) -> None:
    report = gate(inside, scans, "two", "--baseline", "one", "--only-new", code=1)
    found = standings(report)
    assert {"dnssec.signature_validity", "dnssec.chain_valid"} <= found["new"]
    assert "web.hsts" in found["still"]
    assert (report.get("appeared", []), report.get("vanished", [])) == ([], [])


def test_what_fails_already_counts_unless_only_what_is_new_does(scans: Path, inside: Inside) -> None:
    gate(inside, scans, "one", "--baseline", "one", "--fail-on", "low", code=1)
    gate(inside, scans, "one", "--baseline", "one", "--fail-on", "low", "--only-new", code=0)
    gate(inside, scans, "two", "--baseline", "one", "--fail-on", "never", "--only-new", code=0)
    gate(inside, scans, "blind", "--baseline", "one", "--only-new", "--force", "--allow-incomplete", code=0)


def test_a_waiver_that_ends_makes_a_finding_count_again(scans: Path, inside: Inside) -> None:
    run = read_run(scans / "one" / "run.json")
    waived = tuple(replace(r, waived=r.verdict.outcome.status is Status.FAIL) for r in run.results)
    baseline = changed(scans, "waived.json", replace(run, results=waived))
    report = gate(inside, scans, "one", "--baseline", baseline, "--only-new", "--fail-on", "low", code=1)
    assert {f["state"]["check"] for f in report["findings"] if f.get("waiver") == "ended"} >= {"web.hsts"}


def test_a_failure_that_gets_more_severe_counts_as_new(scans: Path, inside: Inside) -> None:
    run = read_run(scans / "two" / "run.json")
    milder = changed(scans, "milder.json", softened(run))
    arguments = ("two/run.json", "--baseline", milder, "--only-new")
    assert gate(inside, scans, *arguments, "--fail-on", "critical", code=1)["findings"]
    gate(inside, scans, milder, "--baseline", "two/run.json", "--only-new", "--fail-on", "critical", code=0)


def softened(run: Run) -> Run:
    """The run with every critical finding called high."""
    results = (
        replace(each, severity=Severity.HIGH) if each.severity is Severity.CRITICAL else each for each in run.results
    )
    return replace(run, results=tuple(results))


def test_what_can_not_be_tested_any_more_is_neither_fixed_nor_well(scans: Path, inside: Inside) -> None:
    report = gate(inside, scans, "blind", "--baseline", "two", "--only-new", "--force", code=3)
    assert "ipv6.web_reachable" in {state["check"] for state in report["lost"]}
    assert "ipv6.web_reachable" not in standings(report).get("fixed", set())


def test_a_failing_target_that_is_taken_out_is_not_fixed(scans: Path, inside: Inside) -> None:
    run = read_run(scans / "two" / "run.json")
    failing = next(
        r.verdict.target for r in run.results
        if r.verdict.outcome.status is Status.FAIL and r.severity.rank <= 1 and r.verdict.target.kind == "zone"
    )  # fmt: skip
    left = replace(
        run,
        results=tuple(r for r in run.results if r.verdict.target != failing),
        zones=tuple(zone for zone in run.zones if zone != failing.name),
        left_out=(),
    )
    name = changed(scans, "without.json", left)
    report = gate(inside, scans, name, "--baseline", "two", "--only-new", code=1)
    assert [gone["target"]["name"] for gone in report["vanished"] if "failing" in gone] == [failing.name]
    assert "fixed" not in standings(report)
    assert "dnssec.signature_validity" in standings(report)["gone"]
    gate(inside, scans, name, "--baseline", "two", "--only-new", "--allow-vanished", code=0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"profiles": ()}, "judged by other profiles"),
        ({"scope": {"targets": "tinh.vn"}}, "another scope: targets was tinh.vn, and is everything"),
        ({"scope": {"families": "ipv4"}}, "another scope: families"),
    ],
)
def test_what_does_not_compare_is_refused_unless_forced(
    scans: Path, inside: Inside, change: dict[str, Any], said: str
) -> None:
    run = read_run(scans / "one" / "run.json")
    name = changed(scans, "other.json", replace(run, **change))
    done = inside("gate", "two", "--baseline", name, "--only-new", "--lang", "en", cwd=scans)
    assert done.returncode == 2
    assert said in done.stderr and "--force" in done.stderr
    forced = gate(inside, scans, "two", "--baseline", name, "--only-new", "--force", code=1)
    assert any(said in mismatch["en"] for mismatch in forced["mismatches"])
    assert gate(inside, scans, "two", "--baseline", name, code=1), "without --only-new nothing rests on the baseline"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["one", "--baseline", "two"], "later than the run"),
        (["two", "--baseline", "foreign.json"], "it is of da-nang"),
        (["two", "--baseline", "store:latest"], "which history? Name it with --history"),
        (["two", "--baseline", "store:latest", "--history", "nowhere.sqlite"], "there is no such file"),
        (["two/run.json", "--baseline", "one", "--check", "dns.*"], "need the facts"),
        (["two", "--baseline", "one", "--add-roa", "203.0.113.0/24=AS1"], "takes no --baseline"),
        (["two", "--baseline", "one", "-f", "sarif"], "name the folder"),
        (["two", "--baseline", "one", "-f", "tap"], "tap: choose from text, json"),
        (["two", "--baseline", "one", "-f", "json,text"], "json goes to the output alone"),
        (["inventory.yaml", "--baseline", "one", "-f", "github"], "an inventory alone gives no run"),
        (["two"], "nothing changes"),
    ],
)
def test_wrong_usage(scans: Path, inside: Inside, arguments: list[str], said: str) -> None:
    run = read_run(scans / "one" / "run.json")
    changed(scans, "foreign.json", replace(run, province=replace(run.province, id="da-nang")))
    done = inside("gate", *arguments, "--lang", "en", cwd=scans)
    assert done.returncode == 2
    assert said in done.stderr


def test_an_inventory_alone_says_what_comes_and_goes(scans: Path, inside: Inside) -> None:
    text = (scans / "inventory.yaml").read_text(encoding="utf-8")
    (scans / "same.yaml").write_text(text, encoding="utf-8")
    gate(inside, scans, "same.yaml", "--baseline", "two", code=0)
    (scans / "more.yaml").write_text(
        text.replace("portal, host: tinh.vn", "portal, host: moi.tinh.vn"), encoding="utf-8"
    )
    report = gate(inside, scans, "more.yaml", "--baseline", "two", "--allow-vanished", code=3)
    assert {"kind": "endpoint", "name": "https://moi.tinh.vn:443"} in report["appeared"]
    assert {"kind": "endpoint", "name": "https://tinh.vn:443"} in [gone["target"] for gone in report["vanished"]]
    gate(inside, scans, "more.yaml", "--baseline", "two", "--allow-vanished", "--allow-incomplete", code=0)
    gate(inside, scans, "more.yaml", "--baseline", "two", code=1)
    (scans / "less.yaml").write_text(text.replace("zones: [tinh.vn]", "zones: []"), encoding="utf-8")
    report = gate(inside, scans, "less.yaml", "--baseline", "two", code=1)
    assert [gone["target"]["name"] for gone in report["vanished"] if "failing" in gone] == ["tinh.vn"]
    assert report["doubts"], "the linter's doubts are told: hosts of a zone that is not listed"
    (scans / "bad.yaml").write_text(text.replace("schema: 1", "schema: 9"), encoding="utf-8")
    assert inside("gate", "bad.yaml", "--baseline", "two", cwd=scans).returncode == 2


def test_the_latest_of_a_history(scans: Path, inside: Inside) -> None:
    with History.open(str(scans / "history.sqlite")) as history:
        run = read_run(scans / "one" / "run.json")
        well = tuple(r for r in run.results if r.verdict.check != "web.hsts")
        earlier = replace(run, id="earlier", started=run.started - 60, results=well)
        for each in (earlier, run):
            history.add(each, trend_point(each))
    options = ("--history", "history.sqlite", "--only-new")
    report = gate(inside, scans, "two", "--baseline", "store:latest", *options, code=1)
    assert report["baseline"] == read_run(scans / "one" / "run.json").id
    report = gate(inside, scans, "one", "--baseline", "store:earlier", *options, "--fail-on", "low", code=1)
    assert report["baseline"] == "earlier" and "web.hsts" in standings(report)["new"]


def test_every_form_is_written_and_only_what_is_new_is_pointed_at(scans: Path, inside: Inside) -> None:
    forms = ("-f", "github,sarif,junit,codequality,md,oscal", "-o", "forms")
    done = inside("gate", "two", "--baseline", "one", "--only-new", "--lang", "en", *forms, cwd=scans)
    assert done.returncode == 1
    written = {path.name for path in (scans / "forms").iterdir()}
    assert written == {"run.sarif", "run.junit.xml", "gl-code-quality-report.json", "run.md", "oscal-ar.json"}
    lines = (scans / "inventory.yaml").read_text(encoding="utf-8").splitlines()
    told = [line for line in done.stdout.splitlines() if line.startswith("::error ")]
    assert told and not any("web.hsts" in line for line in done.stdout.splitlines())
    for line in told:
        place = dict(part.partition("=")[::2] for part in line.removeprefix("::error ").split("::")[0].split(","))
        assert place["file"] == "inventory.yaml"
        assert "tinh.vn" in lines[int(place["line"]) - 1]
    log = json.loads((scans / "forms" / "run.sarif").read_bytes())["runs"][0]
    assert "web.hsts" in {result["ruleId"] for result in log["results"]}, "a file of findings is whole"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["✗ New findings: ", "[critical] dnssec.signature_validity zone:tinh.vn", "exit 1: ", " as before"]),
        ("vi", ["✗ Phát hiện mới: ", "[nghiêm trọng] dnssec.signature_validity zone:tinh.vn", "mã thoát 1: "]),
    ],
)
def test_the_text_in_both_languages(scans: Path, inside: Inside, language: str, expected: list[str]) -> None:
    done = inside("gate", "two", "--baseline", "one", "--only-new", "--lang", language, cwd=scans)
    assert [text for text in expected if text not in done.stdout + done.stderr] == []


def test_paths_are_those_of_the_repository(scans: Path, tmp_path: Path) -> None:
    """A scan in a folder of a repository: pipelines look from its root, and nobody else learns where that is."""
    folder = tmp_path / "repository" / "tỉnh"
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", tmp_path / "repository"], check=True)
    small_province(folder, HSTS)
    done = netaudit("scan", "-q", "--check", "web.hsts", "-f", "sarif", "--fail-on", "low", cwd=folder)
    assert done.returncode == 1, done.stderr
    written = (folder / "out" / "run.sarif").read_text(encoding="utf-8")
    (result,) = json.loads(written)["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "t%E1%BB%89nh/inventory.yaml"
    assert str(tmp_path) not in written + (folder / "out" / "run.json").read_text(encoding="utf-8")
