"""A part of a run measured again, runs by date, and scans that die at any moment, as their user has them."""

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from netaudit.cli.runs import jitter_of
from netaudit.inventory import load
from netaudit.model.facts import Fact, JobFact, ScanEndFact
from netaudit.model.run import Run
from netaudit.model.verdict import Status, Target
from netaudit.store.facts import FACTS_FILE, FactWriter, iterate_facts, read_facts
from netaudit.store.runfolder import read_run
from tests.cli.command import command, environment, netaudit, small_province, wait_for
from tests.cli.conftest import Inside

EXPIRED = "{id: old, kind: certificate_expired, host: www.tinh.vn}"
SITES = """  - {id: site, kind: site, host: www.tinh.vn, units: [ubnd]}
  - {id: other, kind: site, host: xn--lm-ng-3qa2kyj.vn, units: [ubnd]}
zones: [xn--lm-ng-3qa2kyj.vn, """
QUICK = ("--delay", "0", "-f", "json", "--lang", "en")


def verdicts(run: Run) -> dict[tuple[str, Target], tuple[Status, str]]:
    return {
        (r.verdict.check, r.verdict.target): (r.verdict.outcome.status, r.verdict.outcome.message) for r in run.results
    }


def three_sites(folder: Path, faults: str = "") -> Path:
    small_province(folder, faults)
    inventory = folder / "inventory.yaml"
    inventory.write_text(inventory.read_text("utf-8").replace("zones: [", SITES), "utf-8")
    return folder


def test_only_what_failed_is_measured_again_and_the_rest_keeps_its_time(tmp_path: Path, inside: Inside) -> None:
    three_sites(tmp_path, EXPIRED)
    assert inside("scan", "-o", "monday", *QUICK, cwd=tmp_path).returncode == 1
    three_sites(tmp_path)  # mended
    done = inside("scan", "-o", "tuesday", "--rescan", "monday", "--expiring", "0", *QUICK, cwd=tmp_path)
    assert "3 targets as measured earlier" in done.stderr
    assert done.returncode == 0
    monday, tuesday = (read_run(tmp_path / day / "run.json") for day in ("monday", "tuesday"))
    assert tuesday.started > monday.started
    failed = [key for key, said in verdicts(monday).items() if said[0] is Status.FAIL]
    assert {target.name for _, target in failed} == {"https://www.tinh.vn:443"}
    mended = {**verdicts(monday), **{key: verdicts(tuesday)[key] for key in failed}}
    assert verdicts(tuesday) == mended
    assert {said[0] for key, said in verdicts(tuesday).items() if key in failed} == {Status.PASS}
    assert {str(target): at for target, at in tuesday.taken_over().items()} == dict.fromkeys(
        (
            "zone:xn--lm-ng-3qa2kyj.vn", "host:xn--lm-ng-3qa2kyj.vn", "endpoint:https://xn--lm-ng-3qa2kyj.vn:443",
        ), monday.started,
    )  # fmt: skip
    assert [part.run for part in tuesday.parts] == [tuesday.id, monday.id]
    assert "name:xn--lm-ng-3qa2kyj.vn" not in read_facts(tmp_path / "tuesday" / "facts.jsonl.zst").jobs

    taken = next(r for r in tuesday.results if r.verdict.target in tuesday.taken_over() and r.verdict.outcome.facts)
    shown = inside("facts", "show", taken.id, "tuesday", cwd=tmp_path).stdout
    assert taken.verdict.outcome.facts[0] in shown
    assert "not in this facts file" not in shown

    inside("judge", "tuesday", "-f", "json", cwd=tmp_path)
    again = read_run(tmp_path / "tuesday" / "run.json")
    assert (verdicts(again), again.parts) == (verdicts(tuesday), tuesday.parts)

    done = inside("scan", "--runs", "reports", "--rescan", "tuesday", "--expiring", "0", *QUICK, cwd=tmp_path)
    assert done.returncode == 0
    assert "nothing in the earlier run must be measured again" in done.stderr
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [".lock", "history.sqlite"]


@pytest.mark.parametrize("seed", [2])
def test_killed_at_any_moments_it_loses_nothing_and_does_nothing_twice(seed: int, tmp_path: Path) -> None:
    """SIGKILL at two moments of a run by date; the third start goes on with it and moves the pointer."""
    chance = random.Random(seed)
    three_sites(tmp_path)
    dated = ("scan", "--runs", "reports", "--resume-within", "6h", "--keep", "2", *QUICK, "--concurrency", "1")
    for _ in range(2):
        with subprocess.Popen(
            command(*dated), cwd=tmp_path, stderr=subprocess.DEVNULL, env=environment(tmp_path)
        ) as process:
            time.sleep(chance.uniform(0.9, 2.2))
            process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "reports" / "latest").exists()
    done = netaudit(*dated, cwd=tmp_path)
    assert done.returncode == 0
    run = read_run(tmp_path / "reports" / "latest" / "run.json")
    assert (run.complete, run.parts) == (True, ())
    assert {said[0] for said in verdicts(run).values()} <= {Status.PASS, Status.NOT_APPLICABLE, Status.WARN}
    jobs = [
        fact.job for fact in iterate_facts(tmp_path / "reports" / "latest" / FACTS_FILE) if isinstance(fact, JobFact)
    ]
    assert sorted(jobs) == sorted({*jobs})
    assert len(jobs) == 9


def test_a_scan_that_died_long_ago_is_gone_on_with_as_of_now(
    tmp_path: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is measured now is not judged as of hours ago: signatures made since would be of the future."""
    three_sites(tmp_path)
    assert inside("collect", "-o", "out", "--delay", "0", cwd=tmp_path).returncode == 0
    facts = tmp_path / "out" / FACTS_FILE
    kept = [fact for fact in iterate_facts(facts) if not _of_www(fact)]
    facts.unlink()
    with FactWriter(facts) as writer:
        for fact in kept:
            writer.write(fact)
    monkeypatch.setattr("netaudit.cli.rescan.STALE", -1.0)
    done = inside("scan", "--resume", *QUICK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = read_run(tmp_path / "out" / "run.json")
    assert run.complete
    assert "host:xn--lm-ng-3qa2kyj.vn" in {str(target) for target in run.taken_over()}
    assert "endpoint:https://www.tinh.vn:443" not in {str(target) for target in run.taken_over()}
    assert run.started > min(run.taken_over().values())


def _of_www(fact: Fact) -> bool:
    if isinstance(fact, JobFact):
        return "www.tinh.vn" in fact.job
    return isinstance(fact, ScanEndFact) or "www.tinh.vn" in getattr(fact, "endpoint", getattr(fact, "name", ""))


def test_two_at_once_are_refused_and_told_who_is_at_it(tmp_path: Path) -> None:
    three_sites(tmp_path)
    slow = command("scan", "--delay", "900", *QUICK[2:])
    with subprocess.Popen(
        slow, cwd=tmp_path, stderr=subprocess.DEVNULL, env=environment(tmp_path), text=True
    ) as process:
        wait_for((tmp_path / "out" / FACTS_FILE).exists, process)
        done = netaudit("scan", *QUICK, cwd=tmp_path)
        assert done.returncode == 2
        assert f"another netaudit is writing there (process {process.pid} on " in done.stderr
        process.kill()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--keep", "3"), "--keep needs --runs"),
        (("--resume-within", "6h"), "--resume-within needs --runs"),
        (("--runs", "reports", "-o", "out"), "leave out -o"),
        (("--runs", "reports", "--resume"), "leave out -o and --resume"),
        (("--rescan", ".", "--target", "*"), "leave out --target"),
        (("--rescan", ".", "--resume"), "leave out --rescan"),
        (("--rescan", "."), "--rescan: "),
        (("--rescan", "nowhere"), "does not exist"),
        (("--jitter", "15"), "is no duration"),
        (("--jitter", "-1m"), "is no duration"),
        (("--jitter", "999999999d"), "is no duration"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], words: str, province: Path, inside: Inside) -> None:
    done = inside("scan", *arguments, cwd=province)
    assert done.returncode == 2
    assert words in done.stderr


def test_the_wait_is_the_same_every_night_and_another_for_others(province: Path) -> None:
    loaded = load(province / "inventory.yaml")
    waits = [jitter_of(loaded, vantage, 900.0) for vantage in ("", "hà nội", "đà nẵng")]
    assert waits == [jitter_of(loaded, vantage, 900.0) for vantage in ("", "hà nội", "đà nẵng")]
    assert len({*waits}) == 3
    assert all(0 <= wait < 900.0 for wait in waits)
