"""The history of runs: one transaction a run, in SQLite or PostgreSQL."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from netaudit.model.regression import Moment, Snapshot
from netaudit.model.run import Run, TrendPoint
from netaudit.store.history import reading, writing
from netaudit.store.history.address import HistoryError, engine_of, shown
from netaudit.store.history.entries import Added, RunEntry
from netaudit.store.history.schema import is_current, upgrade

__all__ = ["History"]

_Result = TypeVar("_Result")

_WRITERS = 0x6E657461  # the advisory lock that writers of a history in PostgreSQL hold: b"neta"
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between tries: a server that restarts is waited for
_QUICK = 5  # of these pauses when it is opened: somebody may have mistyped its place
_AGAIN = ("40001", "40P01", "57P01", "57P02", "57P03", "08")  # SQLSTATE: conflict, deadlock, shutdown, starting, lost


class History:
    """Runs of any number of provinces and vantages. Every method raises HistoryError.

    Whatever is read is as one transaction sees it. Whatever is written is there whole or not at all: when the server is
    lost on the way, the transaction is tried anew for a minute, and adding a run that arrived already changes nothing.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self.place = shown(place)  # without any password

    @classmethod
    def open(cls, place: str) -> "History":
        """Open a history by its file or URL; make it when there is none, and bring an older one up to date."""
        history = cls(engine_of(place), place)
        try:
            if not history._is_current():
                history._write(upgrade, _PAUSES[:_QUICK])
        except HistoryError:
            history.close()
            raise
        return history

    def close(self) -> None:
        """Leave it; there is nothing to be saved."""
        self._engine.dispose()

    def __enter__(self) -> "History":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, run: Run, point: TrendPoint) -> Added:
        """Add a run with its point of the trend (`judge.trends.trend_point`).

        A run is known by its id: adding it again changes nothing, unless the scan was cut short and has gone on since.
        Raises HistoryError too for a run of what is only proposed.
        """
        if run.proposed:
            raise HistoryError(f"the run {run.id} is of what is only proposed; a history is of what was live")
        prepared = writing.prepare(run, point)
        return self._write(lambda connection: writing.add(connection, prepared))

    def runs(self, *, province: str = "", limit: int | None = None) -> tuple[RunEntry, ...]:
        """The runs, newest first."""
        return self._read(lambda connection: reading.entries(connection, province=province, limit=limit))

    def latest(self, *, province: str = "", complete: bool = False) -> RunEntry | None:
        """The newest run; of a province, if there are several; with `complete`, the newest complete one."""
        found = self._read(lambda c: reading.entries(c, province=province, limit=1, complete=complete))
        return found[0] if found else None

    def entry(self, id: str) -> RunEntry:
        """The run of an id."""
        found = self._read(lambda connection: reading.entries(connection, id=id))
        if not found:
            raise HistoryError(f"{self.place}: there is no run {id}")
        if len(found) > 1:
            vantages = ", ".join(sorted(entry.vantage or "–" for entry in found))
            raise HistoryError(f"{self.place}: several vantages have a run {id}: {vantages}")
        return found[0]

    def previous(self, entry: RunEntry, *, comparable: bool = True) -> RunEntry | None:
        """The last complete run before one, of the same series; with `comparable`, that asked the same."""
        return self._read(lambda connection: reading.previous(connection, entry, comparable=comparable))

    def run(self, entry: RunEntry) -> Run:
        """The run itself, as its run.json was."""
        document = self._read(lambda connection: reading.document(connection, entry))
        if document is None:
            raise HistoryError(f"{self.place}: the run {entry.id} is no longer kept whole, only what it found")
        try:
            return msgspec.json.decode(document, type=Run)
        except msgspec.MsgspecError as error:
            raise HistoryError(f"{self.place}: the run {entry.id} can't be read: {error}") from error

    def course(self, entry: RunEntry, *, limit: int = 100) -> Iterator[Snapshot]:
        """What the runs of a series found, oldest first, up to this one and at most so many of them.

        Holds what was ever found, and how the same checks stood for the same targets whenever they did not find it.
        """
        with self._reading() as connection:
            yield from reading.course(connection, entry, limit)

    def first_seen(self, entry: RunEntry) -> dict[str, Moment]:
        """Of every finding of a series, by fingerprint: the first run that found it, even if that was pruned since."""
        return self._read(lambda connection: reading.first_seen(connection, entry))

    def trend(self, entry: RunEntry, *, limit: int = 400) -> tuple[TrendPoint, ...]:
        """The points of the runs that are comparable with one, oldest first, it included, at most so many."""
        return self._read(lambda connection: reading.trend(connection, entry, limit))

    def prune(
        self, *, before: float | None = None, keep_last: int | None = None, documents_only: bool = False
    ) -> tuple[RunEntry, ...]:
        """Remove old runs: those that began `before` a time and are not among the `keep_last` newest of their series.

        The newest complete run of each series stays in any case, and so do the dates on which findings were first
        seen. With `documents_only` only the run.json of each goes: what it found, and its point of the trend, stay.
        Returns the runs that were concerned.
        """
        return self._write(
            lambda connection: writing.prune(connection, before=before, keep_last=keep_last, documents=documents_only)
        )

    def _is_current(self) -> bool:
        """Whether there is nothing to bring up to date: who only reads need not wait for a writer."""
        try:
            return self._read(is_current)
        except HistoryError:
            return False  # which the attempt to write explains, or waits out

    def _read(self, ask: Callable[[Connection], _Result]) -> _Result:
        with self._reading() as connection:
            return ask(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                if connection.dialect.name == "postgresql":  # SQLite's transactions see one state anyway
                    connection = connection.execution_options(isolation_level="REPEATABLE READ")
                with connection.begin():
                    yield connection
        except SQLAlchemyError as error:
            raise HistoryError(f"{self.place}: {_sentence(error)}") from error
        except (ValueError, msgspec.MsgspecError) as error:
            raise HistoryError(f"{self.place}: the history is damaged: {error}") from error

    def _write(self, change: Callable[[Connection], _Result], pauses: Sequence[float] = _PAUSES) -> _Result:
        """Do a change in one transaction, and again from its beginning when the server went away meanwhile."""
        for pause in (*pauses, None):
            try:
                with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                    if connection.dialect.name == "postgresql":
                        connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))
                    return change(connection)
            except SQLAlchemyError as error:
                if pause is None or not _passes(error):
                    raise HistoryError(f"{self.place}: {_sentence(error)}") from error
                time.sleep(pause)
            except (ValueError, msgspec.MsgspecError) as error:
                raise HistoryError(f"{self.place}: the history is damaged: {error}") from error
        raise AssertionError("the last try returns or raises")


def _passes(error: SQLAlchemyError) -> bool:
    """Whether the same transaction may well succeed in a while: the server restarts, or another one was in the way."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return False
    state = getattr(error.orig, "sqlstate", "no server")
    lost = isinstance(error, OperationalError) and state is None  # the connection could not be made, or broke
    return lost or error.connection_invalidated or str(state).startswith(_AGAIN)


def _sentence(error: SQLAlchemyError) -> str:
    """What the database said, without the statement and its values."""
    told = str(error.orig if isinstance(error, DBAPIError) and error.orig is not None else error)
    return told.strip().partition("\n")[0] or type(error).__name__
