"""Runs by date: names, the pointer, what is thinned out, and what died and is gone on with."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from netaudit.model.facts import Fact, ScanEndFact, ScanFact
from netaudit.store.dated import DatedRuns
from netaudit.store.facts import FACTS_FILE, FactWriter, iterate_facts

RECORDED = Path(__file__).parents[1] / "recorded" / "files.facts.jsonl.zst"
AT = 1_795_669_200.0  # 2026-11-26 05:00 UTC
HOUR = 3_600.0
SHA = "5" * 64


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[DatedRuns]:
    held = DatedRuns(tmp_path / "reports")
    yield held
    held.release()


def made(runs: DatedRuns, at: float, *facts: Fact, judged: bool = False) -> Path:
    path = runs.new(at)
    path.mkdir()
    with FactWriter(path / FACTS_FILE) as writer:
        for fact in facts:
            writer.write(fact)
    if judged:
        (path / "run.json").write_text("{}")
    return path


def scan() -> ScanFact:
    first = next(fact for fact in iterate_facts(RECORDED) if isinstance(fact, ScanFact))
    return replace(first, inventory_sha256=SHA)


def end(complete: bool, reason: str = "") -> ScanEndFact:
    return ScanEndFact(id="end", at=AT, complete=complete, jobs_done=1, jobs_total=2, reason=reason)


def test_names_say_when_a_run_began(runs: DatedRuns) -> None:
    assert runs.new(AT).name == "20261126T050000Z"
    made(runs, AT, scan())
    assert runs.new(AT).name == "20261126T050000Z-2"


@pytest.mark.parametrize(
    ("facts", "judged", "ago", "sha", "found"),
    [
        ((scan(),), False, 1.0, SHA, True),  # killed
        ((scan(), end(False, "interrupted")), True, 1.0, SHA, True),  # Ctrl-C
        ((scan(), end(False, "OSError: disk full")), False, 1.0, SHA, True),
        ((scan(), end(True)), False, 1.0, SHA, True),  # died between the last fact and the report
        ((scan(), end(True)), True, 1.0, SHA, False),  # done
        ((scan(), end(False, "deadline")), True, 1.0, SHA, False),  # it ended by itself
        ((scan(),), False, 7.0, SHA, False),  # too long ago
        ((scan(),), False, -1.0, SHA, False),  # of the future
        ((scan(),), False, 1.0, "6" * 64, False),  # another inventory
        ((), False, 1.0, SHA, False),  # nothing was collected
    ],
)
def test_what_died_is_found_and_nothing_else(
    facts: tuple[Fact, ...], judged: bool, ago: float, sha: str, found: bool, runs: DatedRuns
) -> None:
    path = made(runs, AT, *facts, judged=judged)
    assert runs.unfinished(AT + ago * HOUR, 6 * HOUR, sha) == (path if found else None)


def test_only_the_newest_is_gone_on_with(runs: DatedRuns) -> None:
    made(runs, AT, scan())
    made(runs, AT + 60, scan(), end(True), judged=True)
    assert runs.unfinished(AT + 120, 6 * HOUR, SHA) is None


def test_old_runs_go_and_whatever_else_lies_there_stays(runs: DatedRuns, tmp_path: Path) -> None:
    paths = [made(runs, AT + hour * HOUR, scan(), judged=True) for hour in range(5)]
    foreign = [runs.root / "20261126", runs.root / "20261126T050000Z.tar", runs.root / "sources"]
    for path in foreign:
        path.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (runs.root / "20200101T000000Z").symlink_to(outside)
    (runs.root / "20200102T000000Z").write_text("a file")
    runs.point(paths[0])
    assert runs.retire(2) == [paths[2], paths[1]]
    assert [path.exists() for path in paths] == [True, False, False, True, True]
    assert all(path.exists() for path in (*foreign, outside, runs.root / "20200102T000000Z"))


def test_runs_that_died_do_not_count_among_those_that_are_kept(runs: DatedRuns) -> None:
    judged = (True, False, True, False, True, False)
    paths = [made(runs, AT + hour * HOUR, scan(), judged=whole) for hour, whole in enumerate(judged)]
    assert runs.retire(4) == []
    assert runs.retire(2) == [paths[1], paths[0]]
    assert runs.retire(2) == []
    assert runs.retire(1) == [paths[3], paths[2]]


def test_the_pointer_never_points_nowhere(runs: DatedRuns) -> None:
    paths = [made(runs, AT + n, scan()) for n in range(2)]
    runs.point(paths[0])
    stop = threading.Event()
    missed: list[str] = []

    def follow() -> None:
        while not stop.is_set():
            if not (runs.root / "latest" / FACTS_FILE).exists():
                missed.append("gone")

    reader = threading.Thread(target=follow)
    reader.start()
    for n in range(200):
        runs.point(paths[n % 2])
    stop.set()
    reader.join()
    assert missed == []
    assert runs.latest == paths[1].resolve()
    assert (runs.root / "latest").readlink() == Path(paths[1].name)  # relative: the folder may move
