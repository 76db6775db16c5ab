"""Runs of a history store, to be served beside those of folders."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from netaudit.model.common import Text
from netaudit.model.run import Run
from netaudit.serve.problems import Refused
from netaudit.serve.shelf import Shelf, newest_first
from netaudit.serve.views import RunSummary
from netaudit.store.history import History, HistoryError, RunEntry

__all__ = ["HistoryShelf", "Shelves"]

_MOST = 5_000  # runs that are listed: thirteen years of nights
_OPEN = 4  # runs kept in memory whole


class HistoryShelf:
    """The newest runs of a history; those whose run.json was pruned are listed, and can't be opened.

    Raises Refused while the history can't be read: its server restarts, or somebody else holds it.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._lock = threading.Lock()
        self._names: dict[str, Text] = {}
        self._runs: dict[str, Run] = {}

    def summaries(self) -> tuple[RunSummary, ...]:
        """All runs in brief, newest first."""
        with self._asking():
            return newest_first(self._summary(entry) for entry in self._history.runs(limit=_MOST))

    def run(self, id: str) -> Run | None:
        """A run by its id; None too when several vantages have one of that id."""
        with self._asking():
            if id not in self._runs:
                entries = [entry for entry in self._history.runs(limit=_MOST) if entry.id == id]
                if len(entries) != 1 or not entries[0].kept:
                    return None
                self._runs[id] = self._history.run(entries[0])
                while len(self._runs) > _OPEN:
                    del self._runs[next(iter(self._runs))]
            return self._runs[id]

    def report(self, _name: str) -> Path | None:
        """A history keeps no pages."""
        return None

    def unreadable(self) -> tuple[str, ...]:
        """None: what a history holds was read when it was added."""
        return ()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except HistoryError as error:
            raise Refused(503, "The history can't be read now.") from error

    def _summary(self, entry: RunEntry) -> RunSummary:
        return RunSummary(
            id=entry.id,
            province=entry.province,
            name=self._name(entry),
            started=entry.started,
            ended=entry.ended,
            complete=entry.complete,
            proposed="",  # a history is of what was live
            vantage=entry.vantage,
            tool=entry.tool,
            profiles=entry.profiles,
            totals=entry.point.totals,
            exit_code=entry.exit_code,
        )

    def _name(self, entry: RunEntry) -> Text:
        """What the province is called, by the newest run that is kept whole; else its id."""
        if entry.province not in self._names:
            if not entry.kept:
                return Text(entry.province, entry.province)
            self._names[entry.province] = self._history.run(entry).province.name
        return self._names[entry.province]


class Shelves:
    """Several shelves as one. A run that stands in two is the former's: of folders, which have its report."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = tuple(shelves)

    def summaries(self) -> tuple[RunSummary, ...]:
        """All runs in brief, newest first."""
        return newest_first(summary for shelf in reversed(self._shelves) for summary in shelf.summaries())

    def run(self, id: str) -> Run | None:
        """A run by its id."""
        return next((run for shelf in self._shelves if (run := shelf.run(id)) is not None), None)

    def report(self, name: str) -> Path | None:
        """The folder of a report by its name."""
        return next((folder for shelf in self._shelves if (folder := shelf.report(name)) is not None), None)

    def unreadable(self) -> tuple[str, ...]:
        """Names of what looks like a run and can't be read."""
        return tuple(name for shelf in self._shelves for name in shelf.unreadable())
