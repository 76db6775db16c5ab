"""`netaudit history`: earlier runs, what they found and since when, and what is kept of them."""

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from netaudit.cli.errors import Usage
from netaudit.cli.options import language_option
from netaudit.cli.stored import entry_named, existing_history, history_option, used_history
from netaudit.cli.tables import echo_table
from netaudit.judge.profiles import load_profiles
from netaudit.judge.regressions import damping_of, regressions
from netaudit.judge.trends import trend_point
from netaudit.model.profile import Damping
from netaudit.model.regression import FindingHistory, Standing
from netaudit.model.run import Run
from netaudit.store.runfolder import RunFolderError
from netaudit.writers.history import HistoryText
from netaudit.writers.safe import one_line

if TYPE_CHECKING:
    from netaudit.store.history import History, RunEntry

__all__ = ["history"]

_DAY = 86_400.0
_MOST = 1_000_000  # runs in a list
_NO_LONGER = (Standing.FIXED, Standing.REPLACED, Standing.MOOT, Standing.GONE)

_form_option = click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The output."
)
_province_option = click.option("--province", default="", metavar="ID", help="Of a history of several provinces.")
_run_argument = click.argument("run", default="", metavar="[RUN]")


@click.group()
def history() -> None:
    """Earlier runs: what they found and since when, how numbers moved (docs/history.md).

    RUN is an id, latest (the newest complete run) or previous (the comparable one before); without one, the newest.
    """


@history.command("list", epilog="\b\nExamples:\n  netaudit history list --history runs.sqlite\n")
@history_option
@_province_option
@click.option("--limit", type=click.IntRange(1, _MOST), default=30, show_default=True, help="So many at most.")
@_form_option
@language_option
def list_runs(history: str | None, province: str, limit: int, form: str, language: str) -> None:
    """List the runs, newest first."""
    with existing_history(history) as opened:
        entries = opened.runs(province=province, limit=limit)
    if form == "json":
        _echo_json(entries)
        return
    echo_table(HistoryText(language).runs((e.point, e.province, e.vantage, e.kept) for e in entries))


@history.command(epilog="\b\nExamples:\n  netaudit history show latest --history runs.sqlite\n")
@_run_argument
@history_option
@_province_option
@_form_option
@language_option
def show(run: str, history: str | None, province: str, form: str, language: str) -> None:
    """Tell what is known of one RUN."""
    with existing_history(history) as opened:
        entry = _entry(opened, run, province)
    if form == "json":
        _echo_json(entry)
        return
    text = HistoryText(language)
    echo_table(text.runs([(entry.point, entry.province, entry.vantage, entry.kept)]))
    for name in ("tool", "network", "exit_code", "inventory_sha256", "catalogue_sha256"):
        click.echo(f"{name}: {getattr(entry, name)}")
    click.echo(f"profiles: {', '.join(entry.profiles)}")
    click.echo(f"scope: {' '.join(f'{option}={value}' for option, value in entry.scope.items()) or '*'}")


@history.command(
    epilog="""\b
Examples:
  netaudit history findings --history runs.sqlite
  netaudit history findings latest --all --format json
"""
)
@_run_argument
@history_option
@_province_option
@click.option("--all", "everything", is_flag=True, help="What is fixed or gone too.")
@_form_option
@language_option
def findings(run: str, history: str | None, province: str, everything: bool, form: str, language: str) -> None:
    """Tell of every finding up to RUN whether it is still there, and since when."""
    with existing_history(history) as opened:
        entry = _entry(opened, run, province)
        told = regressions(opened.course(entry), _damping(opened, entry), opened.first_seen(entry))
    chosen = tuple(f for f in told if everything or f.standing not in _NO_LONGER)
    if form == "json":
        _echo_json(chosen)
        return
    echo_table(HistoryText(language).findings(sorted(chosen, key=_by_standing)))


@history.command(epilog="\b\nExamples:\n  netaudit history trend --history runs.sqlite\n")
@_run_argument
@history_option
@_province_option
@_form_option
@language_option
def trend(run: str, history: str | None, province: str, form: str, language: str) -> None:
    """Show how the numbers moved up to RUN, over the runs that are comparable with it."""
    with existing_history(history) as opened:
        points = opened.trend(_entry(opened, run, province))
    if form == "json":
        _echo_json(points)
        return
    echo_table(HistoryText(language).trend(points))


@history.command(epilog="\b\nExamples:\n  netaudit history export runs.jsonl.zst --history runs.sqlite\n")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@history_option
@_province_option
@language_option
def export(file: Path, history: str | None, province: str, language: str) -> None:
    """Write all runs that are kept whole to FILE, oldest first: a line of JSON each, compressed by zstd."""
    from netaudit.store.history.exchange import write_runs

    with existing_history(history) as opened:
        entries = opened.runs(province=province)[::-1]
        kept = [entry for entry in entries if entry.kept]
        write_runs(file, (opened.run(entry) for entry in kept))
    click.echo(HistoryText(language).exported(len(kept), len(entries) - len(kept)), err=True)


@history.command(
    "import",
    epilog="""\b
Examples:
  netaudit history import out --history runs.sqlite
  netaudit history import reports/2026-* runs.jsonl.zst --history postgresql://netaudit@db/netaudit
""",
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@history_option
@language_option
def import_runs(sources: tuple[Path, ...], history: str | None, language: str) -> None:
    """Add runs: SOURCES are run folders, run.json files or exported files. What is there already stays as it is."""
    from netaudit.store.history.exchange import read_runs

    if not history:
        raise Usage("which history? Name it with --history FILE|URL, or in NETAUDIT_HISTORY")
    counts: Counter[str] = Counter()
    with used_history(history) as opened:
        try:
            for run in (run for source in sources for run in read_runs(source)):
                _refuse_future(run)
                counts[opened.add(run, trend_point(run))] += 1
        except RunFolderError as error:
            raise Usage(str(error)) from error
    click.echo(HistoryText(language).added(counts["new"], counts["known"], counts["replaced"]), err=True)


@history.command(
    epilog="""\b
Examples:
  netaudit history prune --keep-days 400 --history runs.sqlite
  netaudit history prune --keep-last 30 --documents-only
"""
)
@history_option
@click.option("--keep-days", type=click.FloatRange(0), metavar="N", help="Keep what began within so many days.")
@click.option("--keep-last", type=click.IntRange(1), metavar="N", help="Keep so many of each province and vantage.")
@click.option("--documents-only", is_flag=True, help="Remove only each run.json; what was found and the trend stay.")
@language_option
def prune(
    history: str | None, keep_days: float | None, keep_last: int | None, documents_only: bool, language: str
) -> None:
    """Remove old runs. What either option keeps is kept, and the newest complete run in any case.

    The days on which findings were first seen stay. The file of SQLite does not shrink: its room is used again.
    """
    if keep_days is None and keep_last is None:
        raise Usage("name what to keep: --keep-days or --keep-last, or both")
    before = None if keep_days is None else time.time() - keep_days * _DAY
    with existing_history(history) as opened:
        gone = opened.prune(before=before, keep_last=keep_last, documents_only=documents_only)
    click.echo(HistoryText(language).pruned(len(gone), documents=documents_only), err=True)


def _refuse_future(run: Run) -> None:
    """A run of tomorrow would be the newest one until then, and could not be pruned. Raises Usage."""
    if run.started > time.time() + _DAY:
        began = f"{datetime.fromtimestamp(run.started, UTC):%Y-%m-%d}"
        raise Usage(f"the run {one_line(run.id)} began on {began}, which is to come: a clock is wrong")


def _entry(history: "History", name: str, province: str) -> "RunEntry":
    """The run that is named; without a name the newest, complete or not. Raises Usage, HistoryError."""
    if name:
        return entry_named(history, name, province)
    found = history.latest(province=province)
    if found is None:
        raise Usage(f"the history has no run{f' of {province}' if province else ''}")
    return found


def _damping(history: "History", entry: "RunEntry") -> Damping:
    """What the run's profiles ask for: as this program knows them, or, of an inventory's own, as the run had them."""
    known = load_profiles()
    ids = [name.partition("@")[0] for name in entry.profiles]
    if entry.kept and any(id not in known for id in ids):
        return damping_of(history.run(entry).profiles)
    return damping_of([known[id] for id in ids if id in known])


def _by_standing(found: FindingHistory) -> int:
    return list(Standing).index(found.standing)


def _echo_json(value: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=1).decode())
