"""What is added to a history comes out of it again, in both databases and in whatever order it came."""

import json
import random
import sys
from pathlib import Path
from stat import S_IMODE

import pytest
from sqlalchemy import text

from netaudit.cli.main import run as command
from netaudit.judge.regressions import regressions, snapshot_of
from netaudit.model.regression import Moment, Standing
from netaudit.model.run import Run
from netaudit.store.history import Added, History, HistoryError
from netaudit.store.history.address import engine_of
from netaudit.store.runfolder import RunFolder
from tests.store.history.runs import NIGHT, START, add, made

pytestmark = pytest.mark.xdist_group("postgresql")

_WORDS = ("pass", "pass", "pass", "fail", "fail2", "fail!", "warn", "na", "gap", "")
_SUBJECTS = tuple(f"{check} {zone}" for check in "ab" for zone in ("x", "y", "z"))


def _random_run(night: int, dice: random.Random) -> Run:
    words = {subject: word for subject in _SUBJECTS if (word := dice.choice(_WORDS))}
    absent = tuple(zone for zone in ("x", "y", "z") if f"a {zone}" not in words and f"b {zone}" not in words)
    return made(night, words, complete=dice.random() < 0.8, left_out=absent if dice.random() < 0.5 else ())


@pytest.mark.parametrize("seed", range(5))
def test_the_course_is_what_the_runs_themselves_tell(history: History, seed: int) -> None:
    dice = random.Random(seed)
    runs = [_random_run(night, dice) for night in range(12)]
    for run in dice.sample(runs, len(runs)):  # a run may be imported long after later ones
        assert add(history, run) is Added.NEW
    for number, run in enumerate(runs):
        course = history.course(history.entry(run.id))
        assert regressions(course) == regressions(map(snapshot_of, runs[: number + 1]))


def test_a_run_comes_back_as_it_was(history: History) -> None:
    run = made(0, {"a x": "fail", "b y": "pass"}, scope={"units": "so-y-te"}, left_out=("z",))
    add(history, run)
    entry = history.latest()
    assert entry is not None
    assert history.run(entry) == run
    assert (entry.id, entry.started, entry.profiles) == (run.id, START, ("vn@2026-01-01",))
    assert (entry.scope, entry.vantage, entry.kept) == ({"units": "so-y-te"}, "here", True)
    assert entry.point.totals == run.totals


def test_adding_a_run_again_changes_nothing(history: History) -> None:
    run = made(0, {"a x": "fail"})
    other = made(0, {"a x": "pass"})  # the same scan, judged anew
    assert [add(history, each) for each in (run, run, other)] == [Added.NEW, Added.KNOWN, Added.KNOWN]
    assert [history.run(entry) for entry in history.runs()] == [run]


def test_a_scan_that_went_on_replaces_what_was_cut_short(history: History) -> None:
    cut = made(1, {"a x": "gap"}, complete=False)
    whole = made(1, {"a x": "fail"})
    later = Run(**{**{n: getattr(whole, n) for n in whole.__struct_fields__}, "ended": whole.ended + 600})
    assert [add(history, each) for each in (cut, later, cut)] == [Added.NEW, Added.REPLACED, Added.KNOWN]
    assert [history.run(entry) for entry in history.runs()] == [later]


def test_provinces_and_vantages_do_not_mix(history: History) -> None:
    add(history, made(0, {"a x": "fail"}))
    add(history, made(0, {"a x": "fail"}, province="q"))
    add(history, made(1, {"a x": "pass"}, vantage="elsewhere"))
    add(history, made(2, {"a x": "gap"}))
    newest = history.latest(province="p")
    assert newest is not None
    (finding,) = regressions(history.course(newest))
    assert finding.standing is Standing.UNTESTED
    assert [entry.province for entry in history.runs(province="q")] == ["q"]
    with pytest.raises(HistoryError, match="several vantages have a run night-0"):
        history.entry("night-0")


def test_the_run_before_is_complete_and_asked_the_same(history: History) -> None:
    add(history, made(0, {"a x": "pass"}))
    add(history, made(1, {"a x": "pass"}, version="2026-06-01"))
    add(history, made(2, {"a x": "gap"}, complete=False))
    add(history, made(3, {"a x": "pass"}, scope={"units": "one"}))
    add(history, made(4, {"a x": "fail"}))
    newest = history.entry("night-4")
    last, comparable = history.previous(newest, comparable=False), history.previous(newest)
    assert last is not None and comparable is not None
    assert (last.id, comparable.id) == ("night-3", "night-0")
    assert history.previous(history.entry("night-0")) is None
    assert [point.run for point in history.trend(newest)] == ["night-0", "night-2", "night-4"]


def test_what_is_proposed_is_no_history(history: History) -> None:
    run = made(0, {"a x": "pass"})
    proposed = Run(**{**{n: getattr(run, n) for n in run.__struct_fields__}, "proposed": "p.vn: zone file"})
    with pytest.raises(HistoryError, match="only proposed"):
        add(history, proposed)
    assert history.latest() is None


def test_old_runs_go_and_the_day_of_a_finding_stays(history: History) -> None:
    words = ["pass", "fail", "fail", "gap", "fail"]
    for night, word in enumerate(words):
        add(history, made(night, {"a x": word}, complete=night != 4))
    gone = history.prune(before=START + 99 * NIGHT)
    assert {entry.id for entry in gone} == {"night-0", "night-1", "night-2", "night-4"}  # 3 is the newest complete
    add(history, made(5, {"a x": "fail"}))
    newest = history.entry("night-5")
    (finding,) = regressions(history.course(newest), first_seen=history.first_seen(newest))
    assert finding.course.first_seen == Moment(run="night-1", at=START + NIGHT)


def test_as_many_runs_stay_as_are_wanted(history: History) -> None:
    for night in range(6):
        add(history, made(night, {"a x": "fail"}))
        add(history, made(night, {"a x": "fail"}, province="q"))
    assert len(history.prune(before=START + 4.5 * NIGHT, keep_last=3)) == 6
    assert [entry.id for entry in history.runs(province="q")] == ["night-5", "night-4", "night-3"]
    assert len(history.prune(keep_last=1, documents_only=True)) == 4
    assert [entry.kept for entry in history.runs(province="p")] == [True, False, False]
    with pytest.raises(HistoryError, match="no longer kept whole"):
        history.run(history.runs(province="p")[1])
    assert len(list(history.course(history.runs(province="p")[0]))) == 3
    assert history.prune(keep_last=1, documents_only=True) == ()


def test_a_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "history.sqlite"
    with History.open(str(path)) as history:
        add(history, made(0, {"a x": "fail"}))
        assert {S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mysql://root:secret@localhost/x", "begins with postgresql:// or sqlite:///"),
        ("sqlite://", "needs a file"),
        ("postgresql://netaudit@/x?host=/nowhere&password=secret", r"password=hidden"),
        ("postgresql://netaudit:secret@/x?host=/nowhere", r"postgresql\+psycopg://netaudit:\*\*\*@/x"),
        ("/proc/no/history.sqlite", "No such file or directory"),
    ],
)
def test_a_wrong_place_is_one_clear_sentence(place: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netaudit.store.history.history._PAUSES", ())  # nobody starts a server at /nowhere
    with pytest.raises(HistoryError, match=said) as caught:
        History.open(place)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_its_driver_postgresql_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # how Python marks what can't be imported
    with pytest.raises(HistoryError, match=r"PostgreSQL needs netaudit\[postgresql\]"):
        History.open("postgresql://netaudit@/x")


@pytest.mark.parametrize(
    "damage", ["states = :junk", "left_out = :junk", "point = '{}'", "scope = '[]'", "document = :junk"]
)
def test_what_is_damaged_is_one_clear_sentence(history: History, place: str, damage: str) -> None:
    add(history, made(0, {"a x": "fail"}))
    entry = history.entry("night-0")
    with engine_of(place).connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text(f"UPDATE runs SET {damage}"), {"junk": b"junk"} if ":junk" in damage else {})
    with pytest.raises(HistoryError, match=r"damaged|can't be read"):
        list(history.course(entry))
        history.trend(entry)
        history.runs()
        history.run(entry)


def test_commands_work_on_either_database(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for night, word in enumerate(("fail", "fail", "pass")):
        run = made(night, {"a x": word})
        RunFolder.create(tmp_path / run.id).write_run(run)
        assert command(["history", "import", str(tmp_path / run.id), "--history", place]) == 0
    capsys.readouterr()
    assert command(["history", "findings", "--all", "-f", "json", "--history", place]) == 0
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["standing"], finding["course"]["first_seen"]["run"]) == ("fixed", "night-0")
    assert command(["diff", "store:night-0", "store:latest", "--fail-on-new", "--history", place]) == 0
    assert command(["diff", "store:latest", "store:night-0", "--history", place]) == 2


def test_any_other_file_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "thesis.odt"
    path.write_bytes(b"years of work" * 100)
    with pytest.raises(HistoryError, match="file is not a database"):
        History.open(str(path))
    assert path.read_bytes() == b"years of work" * 100
