"""A judged run beside its history: what it says of the past, and its own place in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

import click
import msgspec

from netaudit.cli.errors import INTERNAL
from netaudit.judge.compare import compare
from netaudit.judge.regressions import damping_of, regressions, snapshot_of
from netaudit.judge.trends import trend_point, with_trend
from netaudit.model.run import Run
from netaudit.store.history import History, HistoryError, entry_of

__all__ = ["Remembered", "kept", "with_history"]


@dataclass
class Remembered:
    """A run with its past. `kept`: whether it is in the history now."""

    run: Run
    kept: bool


@contextmanager
def kept(run: Run, history: History) -> Iterator[Remembered]:
    """Lend the run with its past, for its report, and add it to the history after that.

    A history that can't be reached costs the report its past, not the report: what is wrong is printed. A run of what
    is proposed has no past, and is none of the history.
    """
    remembered = Remembered(run, True)
    if run.proposed:
        yield remembered
        return
    try:
        remembered.run = with_history(run, history)
    except HistoryError as error:
        click.echo(f"nothing is told of earlier runs: {error}", err=True)
    try:
        yield remembered
    finally:  # whatever became of its report, the run is there
        remembered.kept = _added(run, history)


def _added(run: Run, history: History) -> bool:
    try:
        history.add(run, trend_point(run))
    except HistoryError as error:
        click.echo("the run is whole in its folder: netaudit history import FOLDER adds it", err=True)
        click.echo(f"exit {INTERNAL}: the run was not added to the history: {error}", err=True)
        return False
    return True


def with_history(run: Run, history: History) -> Run:
    """The run with what earlier runs tell: since when each finding is there, how the numbers moved, what has changed.

    What has changed is told against the last complete run of the same vantage, profiles, checks and scope, unless
    another one was named. Raises HistoryError.
    """
    entry = entry_of(run, trend_point(run))
    earlier = (snapshot for snapshot in history.course(entry) if snapshot.run != run.id)
    told = regressions(chain(earlier, [snapshot_of(run)]), damping_of(run.profiles), history.first_seen(entry))
    found = {result.id for result in run.results}
    run = msgspec.structs.replace(run, courses={f.state.id: f.course for f in told if f.state.id in found})
    run = with_trend(run, (*run.trend, *history.trend(entry)))
    previous = history.previous(entry)
    if run.comparison is not None or previous is None or not run.complete:
        return run
    if not previous.kept or previous.catalogue_sha256 != run.catalogue_sha256:
        return run  # a changed check may be all that has changed
    try:
        before = history.run(previous)
    except HistoryError:  # an older program wrote it; since when things fail is known without it
        return run
    return msgspec.structs.replace(
        run, comparison=msgspec.structs.replace(compare(before, run), since=previous.started)
    )
