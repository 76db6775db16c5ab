"""`--history`, `netaudit history` and `netaudit diff`: a few nights, and what is told of them."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from netaudit.cli.errors import COMPLIANT, FINDINGS, INTERNAL, USAGE
from netaudit.store.runfolder import read_run
from netaudit.writers.html import write_html
from tests.cli.command import netaudit, small_province
from tests.cli.conftest import Inside

pytestmark = pytest.mark.xdist_group("nights")

CHECK = "dns.tcp"
SCAN = ("scan", "--check", CHECK, "--target", "tinh.vn", "--fail-on", "never", "-q", "--history", "runs.sqlite")
FAULT = "{id: no-tcp, kind: tcp_refused, machine: ns-1}"


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four nights in folders of their own: well, refusing TCP, the same, well again."""
    folder = tmp_path_factory.mktemp("nights")
    for night, faults in (("mon", ""), ("tue", FAULT), ("wed", FAULT), ("thu", "")):
        small_province(folder, faults)
        done = netaudit(*SCAN, "-o", night, "--lang", "en", cwd=folder)
        assert done.returncode == COMPLIANT, done.stderr
    return folder


@pytest.fixture
def folder(nights: Path, tmp_path: Path) -> Path:
    """The nights, to be changed."""
    return Path(shutil.copytree(nights, tmp_path / "nights"))


def test_dated_runs_have_a_history_of_their_own(tmp_path: Path, inside: Inside) -> None:
    small_province(tmp_path, FAULT)
    scan = [*SCAN[: SCAN.index("--history")], "--runs", "reports", "-f", "json"]
    for _ in range(2):
        assert netaudit(*scan, cwd=tmp_path).returncode == COMPLIANT
    done = inside("history", "findings", "--history", "reports", "-f", "json", cwd=tmp_path)
    (finding,) = json.loads(done.stdout)
    assert finding["standing"] == "still" and finding["course"]["first_seen"] != finding["course"]["last_seen"]
    latest = read_run(tmp_path / "reports" / "latest" / "run.json")
    assert latest.comparison is not None and latest.comparison.changes == ()
    assert len(list(tmp_path.glob("reports/**/lab-keys.json"))) == 1, "one lab for all nights"
    elsewhere = inside("history", "list", "--history", "reports/latest", cwd=tmp_path)
    assert elsewhere.returncode == USAGE and "reports/latest/history.sqlite: there is no such file" in elsewhere.stderr


def told(inside: Inside, folder: Path, *arguments: str) -> Any:
    done = inside(*arguments, "--history", "runs.sqlite", "--format", "json", cwd=folder)
    assert done.returncode == COMPLIANT, done.stderr
    return json.loads(done.stdout)


def test_a_report_says_since_when_and_what_has_changed(nights: Path) -> None:
    runs = {night: read_run(nights / night / "run.json") for night in ("mon", "tue", "wed", "thu")}
    assert runs["mon"].courses == {} and runs["mon"].comparison is None and runs["mon"].trend == ()
    (finding,) = runs["wed"].courses.values()
    assert finding.first_seen.run == finding.since.run == runs["tue"].id
    assert finding.last_good is not None and finding.last_good.run == runs["mon"].id
    changes = {
        night: [change.difference.value for change in run.comparison.changes]
        for night, run in runs.items() if run.comparison is not None
    }  # fmt: skip
    assert changes == {"tue": ["broken"], "wed": [], "thu": ["fixed"]}
    assert [point.run for point in runs["thu"].trend] == [run.id for run in runs.values()]
    page = (nights / "wed" / "index.html").read_text(encoding="utf-8")
    assert "First seen: " in page and "What has changed since the last scan" in page
    assert "First seen: " not in (nights / "mon" / "index.html").read_text(encoding="utf-8")


def test_a_report_marks_what_comes_and_goes(nights: Path, tmp_path: Path) -> None:
    run = read_run(nights / "wed" / "run.json")
    ((id, course),) = run.courses.items()
    for language, words in (("vi", "lúc có lúc không"), ("en", "comes and goes")):
        flapping = replace(run, courses={id: replace(course, changes=4, flapping=True)})
        write_html(flapping, tmp_path / language, language)
        page = (tmp_path / language / "checks" / f"{CHECK}.html").read_text(encoding="utf-8")
        assert page.count(words) == 1


def test_the_history_is_asked(nights: Path, inside: Inside) -> None:
    ids = [read_run(nights / night / "run.json").id for night in ("mon", "tue", "wed", "thu")]
    assert [entry["id"] for entry in told(inside, nights, "history", "list")] == ids[::-1]
    assert told(inside, nights, "history", "show", "previous")["id"] == ids[2]
    assert told(inside, nights, "history", "show", ids[0])["id"] == ids[0]
    assert [point["run"] for point in told(inside, nights, "history", "trend", ids[2])] == ids[:3]
    assert told(inside, nights, "history", "findings") == []
    (finding,) = told(inside, nights, "history", "findings", "--all")
    assert (finding["standing"], finding["course"]["closed"]["run"]) == ("fixed", ids[3])
    (finding,) = told(inside, nights, "history", "findings", ids[2])
    assert (finding["standing"], finding["state"]["check"]) == ("still", CHECK)


@pytest.mark.parametrize(
    ("language", "words"), [("vi", ("PHÁT HIỆN LẦN ĐẦU", "vẫn còn")), ("en", ("FIRST SEEN", "still there"))]
)
def test_tables_in_both_languages(nights: Path, inside: Inside, language: str, words: tuple[str, ...]) -> None:
    wednesday = read_run(nights / "wed" / "run.json").id
    for command in (["list"], ["show"], ["trend"], ["findings", wednesday]):
        done = inside("history", *command, "--history", "runs.sqlite", "--lang", language, cwd=nights)
        assert done.returncode == COMPLIANT, done.stderr
    assert all(word in done.stdout for word in words), done.stdout


def test_two_nights_are_compared(nights: Path, inside: Inside) -> None:
    def code(*arguments: str) -> int:
        return inside("diff", *arguments, "--history", "runs.sqlite", "--lang", "en", cwd=nights).returncode

    assert code("mon", "tue") == COMPLIANT
    assert code("mon", "tue", "--fail-on-new", "medium") == FINDINGS
    assert code("mon", "tue", "--fail-on-new", "critical") == COMPLIANT
    assert code("tue", "wed", "--fail-on-new", "low") == COMPLIANT
    assert code("tue", "mon") == USAGE
    report = told(inside, nights, "diff", "store:previous", "store:latest")
    assert [finding["standing"] for finding in report["findings"]] == ["fixed"]
    done = inside("diff", "mon/run.json", "tue", "-f", "md", "--lang", "en", cwd=nights)
    assert "### New findings: 1\n" in done.stdout and "`dns.tcp` `zone:tinh.vn`" in done.stdout
    done = inside("diff", "mon", "tue", "--lang", "vi", cwd=nights)
    assert "dns.tcp zone:tinh.vn" in done.stdout and "1 phát hiện mới" in done.stderr


def test_another_scope_or_profile_is_refused_unless_forced(folder: Path, inside: Inside) -> None:
    narrow = inside("judge", "wed", "-o", "other", "--profile", "vn-base", "--check", CHECK, cwd=folder)
    assert narrow.returncode in (COMPLIANT, FINDINGS), narrow.stderr
    done = inside("diff", "mon", "other", "--lang", "en", cwd=folder)
    assert done.returncode == USAGE and "judged by other profiles" in done.stderr and "--force" in done.stderr
    done = inside("diff", "mon", "other", "--force", "--lang", "en", cwd=folder)
    assert done.returncode == COMPLIANT and "judged by other profiles" in done.stdout
    wider = inside("judge", "wed", "-o", "wider", "--check", "dns.*", cwd=folder)
    assert wider.returncode in (COMPLIANT, FINDINGS), wider.stderr
    done = inside("diff", "mon", "wider", "--lang", "en", cwd=folder)
    assert done.returncode == USAGE and "another scope: checks was dns.tcp" in done.stderr


def test_runs_go_from_one_history_to_another(folder: Path, inside: Inside) -> None:
    assert inside("history", "export", "all.zst", "--history", "runs.sqlite", cwd=folder).returncode == COMPLIANT
    into = ("--history", "new.sqlite", "--lang", "en")
    done = inside("history", "import", "thu", "wed/run.json", *into, cwd=folder)
    assert "2 runs added" in done.stderr
    done = inside("history", "import", "all.zst", *into, cwd=folder)
    assert "2 runs added" in done.stderr and "2 were there already" in done.stderr
    there, here = (
        json.loads(inside("history", "findings", "--all", "-f", "json", "--history", name, cwd=folder).stdout)
        for name in ("runs.sqlite", "new.sqlite")
    )
    assert here == there
    assert inside("history", "import", "world.yaml", *into, cwd=folder).returncode == USAGE


@pytest.mark.parametrize(
    ("began", "said"),
    [(1e300, "Expected `float` <= "), (-1e15, "Expected `float` >= "), (5e9, "began on 2128-06-11, which is to come")],
)
def test_a_run_of_no_possible_time_is_not_let_in(began: float, said: str, nights: Path, inside: Inside) -> None:
    """It would be the newest for ever, and stay whatever is pruned."""
    told = json.loads((nights / "mon" / "run.json").read_text(encoding="utf-8"))
    told |= {"id": "odd", "started": began}
    (nights / "odd.json").write_text(json.dumps(told), encoding="utf-8")
    done = inside("history", "import", "odd.json", "--history", "runs.sqlite", cwd=nights)
    assert done.returncode == USAGE and said in done.stderr
    assert inside("history", "show", "odd", "--history", "runs.sqlite", cwd=nights).returncode == USAGE


def test_a_history_is_pruned(folder: Path, inside: Inside) -> None:
    prune = ("history", "prune", "--history", "runs.sqlite", "--lang", "en")
    assert "0 runs removed" in inside(*prune, "--keep-days", "1", cwd=folder).stderr
    assert "3 runs: run.json removed" in inside(*prune, "--keep-last", "1", "--documents-only", cwd=folder).stderr
    done = inside("diff", "store:previous", "store:latest", "--history", "runs.sqlite", cwd=folder)
    assert done.returncode == USAGE and "no longer kept whole" in done.stderr
    assert "3 runs removed" in inside(*prune, "--keep-days", "0", cwd=folder).stderr
    assert inside(*prune, cwd=folder).returncode == USAGE


def test_a_run_that_can_not_be_added_is_reported_all_the_same(folder: Path, inside: Inside) -> None:
    with sqlite3.connect(folder / "runs.sqlite") as database:
        database.execute("CREATE TRIGGER shut BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        database.execute("DELETE FROM runs WHERE started = (SELECT max(started) FROM runs)")
    shutil.rmtree(folder / "thu" / "checks")
    done = inside("judge", "thu", "--check", CHECK, "--history", "runs.sqlite", "--lang", "en", cwd=folder)
    assert done.returncode == INTERNAL
    assert "netaudit history import" in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("exit 4: the run was not added to the history: ") and "disk is full" in last
    assert (folder / "thu" / "checks").is_dir(), "the report is there"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["history", "list"], "which history? Name it with --history"),
        (["history", "list", "--history", "nowhere.sqlite"], "there is no such file"),
        (["history", "list", "--history", "world.yaml"], "file is not a database"),
        (["history", "list", "--history", "runs.sqlite", "--limit", "9" * 20], "is not in the range"),
        (["history", "show", "nobody", "--history", "runs.sqlite"], "there is no run nobody"),
        (["diff", "mon", "store:latest"], "which history?"),
        (["diff", "mon", "world.yaml"], "this is no run of netaudit"),
        (["diff", "mon", "tue", "--fail-on-new", "urgent"], "urgent"),
        (["history", "import", "mon"], "which history?"),
        ([*SCAN[:-1], "mysql://x/y"], "begins with postgresql:// or sqlite:///"),
    ],
)
def test_wrong_usage(nights: Path, inside: Inside, arguments: list[str], said: str) -> None:
    done = inside(*arguments, cwd=nights)
    assert done.returncode == USAGE
    assert said in done.stderr
    assert not (nights / "nowhere.sqlite").exists()
