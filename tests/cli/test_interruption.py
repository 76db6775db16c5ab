"""A scan that is cut off: Ctrl-C leaves a readable partial run, SIGKILL loses nothing that was collected."""

import signal
import subprocess
from pathlib import Path

import pytest

from netaudit.model.facts import JobFact
from netaudit.model.verdict import Status
from netaudit.store.facts import FactsError, iterate_facts, read_facts
from netaudit.store.runfolder import read_run
from tests.cli.command import command, environment, netaudit, wait_for


def collected(folder: Path) -> list[str]:
    """The jobs that a facts file holds already, while it grows."""
    try:
        return [fact.job for fact in iterate_facts(folder / "facts.jsonl.zst") if isinstance(fact, JobFact)]
    except FactsError:
        return []


def started(province: Path, *arguments: str) -> "subprocess.Popen[str]":
    """A scan that takes long, with something on disk and nothing finished."""
    process = subprocess.Popen(
        command("scan", "--lang", "en", *arguments), cwd=province, stderr=subprocess.PIPE, text=True,
        env=environment(province),
    )  # fmt: skip
    facts = province / "out" / "facts.jsonl.zst"
    wait_for(lambda: facts.exists() and facts.stat().st_size > 0, process)
    return process


def test_ctrl_c_is_130_and_leaves_a_report_that_says_so(province: Path) -> None:
    with started(province, "--delay", "900") as process:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted: what was collected is kept" in said
    assert "Traceback" not in said
    run = read_run(province / "out" / "run.json")
    assert (run.complete, run.incomplete_reason) == (False, "interrupted")
    statuses = {r.verdict.outcome.status for r in run.results}
    assert Status.COULD_NOT_TEST in statuses
    assert Status.FAIL not in statuses
    assert (province / "out" / "index.html").stat().st_size > 1_000
    assert not read_facts(province / "out" / "facts.jsonl.zst").complete


@pytest.mark.parametrize("word", ["check", "trace"])
def test_ctrl_c_ends_a_single_question_too(word: str, province: Path) -> None:
    arguments = command(word, "--world", "world.yaml", "tinh.vn", "--delay", "3000")
    with subprocess.Popen(
        arguments, cwd=province, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(province)
    ) as process:
        wait_for(lambda: lab_is_up(process.pid), process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.endswith("exit 130: interrupted\n")
    assert "Traceback" not in said


def lab_is_up(pid: int) -> bool:
    """Whether the process has begun its lab, which is its only child."""
    return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text().strip())


def test_sigkill_loses_nothing_that_was_collected_and_the_scan_goes_on(province: Path) -> None:
    with started(province, "--delay", "60", "--concurrency", "1") as process:
        wait_for(lambda: len(collected(province / "out")) > 0, process)
        process.kill()
    before = collected(province / "out")
    book = read_facts(province / "out" / "facts.jsonl.zst")
    assert book.scan.inventory.zones == ("tinh.vn",)
    assert book.zones["tinh.vn"].answers
    assert (book.end, book.complete) == (None, False)

    done = netaudit("judge", "out", "--lang", "en", cwd=province)
    assert done.returncode == 3
    assert "the scan did not come to its end" in done.stderr

    done = netaudit("scan", "--resume", "--lang", "en", cwd=province)
    run = read_run(province / "out" / "run.json")
    assert [r.verdict for r in run.results if r.verdict.outcome.status in (Status.COULD_NOT_TEST, Status.FAIL)] == []
    assert (done.returncode, run.complete) == (0, True)
    after = collected(province / "out")
    assert sorted(after) == sorted({*after}), "a job was done twice"
    assert after[: len(before)] == before
    assert {"zone:tinh.vn", "name:tinh.vn", "endpoint:https://tinh.vn:443", "mail:tinh.vn"} == {*after}


def test_another_inventory_cannot_be_resumed(province: Path) -> None:
    assert netaudit("collect", cwd=province).returncode == 0
    with (province / "inventory.yaml").open("a") as file:
        file.write("# changed\n")
    done = netaudit("scan", "--resume", cwd=province)
    assert done.returncode == 2
    assert "the inventory has changed" in done.stderr
