"""Processes and servers that die in mid-write, and writers that come at once: nothing is half there, or lost."""

import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from netaudit.store.history import Added, History, HistoryError
from netaudit.store.history.address import engine_of
from tests.store.history.postgresql import PostgreSQL
from tests.store.history.runs import add, made

pytestmark = pytest.mark.xdist_group("postgresql")

_WRITERS, _EACH = 4, 5
_MANY = {f"a {number}": "fail" for number in range(50)}


@contextmanager
def just_before(statement: str, happens: Callable[[], None]) -> Iterator[None]:
    """Let something happen before the first statement that begins so is executed."""
    left = [happens]

    def look(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if text.startswith(statement) and left:
            left.pop()()

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def in_a_process(work: Callable[[], object]) -> int:
    """Start work in a process of its own; returns its id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads, as those of xdist, are not ours to mind
        child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _added(place: str, *nights: int) -> None:
    with History.open(place) as history:
        for night in nights:
            add(history, made(night, _MANY))


@pytest.mark.parametrize("statement", ["INSERT INTO series", "INSERT INTO states", "INSERT INTO runs"])
def test_a_process_that_is_killed_leaves_nothing(place: str, statement: str) -> None:
    with History.open(place) as history:
        with just_before(statement, _die):
            _, status = os.waitpid(in_a_process(lambda: _added(place, 0)), 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert history.runs() == ()
        assert add(history, made(0, _MANY)) is Added.NEW
        newest = history.entry("night-0")
        assert len(history.first_seen(newest)) == len(_MANY)


def test_a_process_that_is_killed_while_the_tables_are_made_leaves_none(place: str) -> None:
    with just_before("\nCREATE TABLE runs", _die):
        _, status = os.waitpid(in_a_process(lambda: _added(place, 0)), 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    _added(place, 0)


def test_writers_that_come_at_once_lose_nothing(place: str) -> None:
    """Several processes find no tables, and add runs that share their states, some of them the very same run."""
    nights = {writer: range(writer * 2, writer * 2 + _EACH) for writer in range(_WRITERS)}
    children = [in_a_process(lambda own=own: _added(place, *own)) for own in nights.values()]  # type: ignore[misc]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * _WRITERS
    wanted = {f"night-{night}" for own in nights.values() for night in own}
    with History.open(place) as history:
        entries = history.runs()
        assert len(entries) == len(wanted)
        assert {entry.id for entry in entries} == wanted
        for entry in entries:
            assert len(history.run(entry).results) == len(_MANY)
        assert {moment.run for moment in history.first_seen(entries[0]).values()} == {"night-0"}


def test_readers_do_not_wait_for_a_writer(place: str) -> None:
    _added(place, 0)
    with engine_of(place).connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE runs SET exit_code = 9"))
        began = time.monotonic()
        with History.open(place) as history:
            assert history.entry("night-0").exit_code == 0
            assert len(list(history.course(history.entry("night-0")))) == 1
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
@pytest.mark.parametrize("statement", ["INSERT INTO states", "INSERT INTO runs"])
def test_a_server_that_restarts_in_mid_write_gets_the_run_once(
    postgresql: PostgreSQL, how: signal.Signals, statement: str
) -> None:
    with History.open(postgresql.new_database()) as history:
        add(history, made(0, {"a x": "pass"}))
        with just_before(statement, lambda: _restart(postgresql, how)):
            assert add(history, made(1, _MANY)) is Added.NEW
        assert [entry.id for entry in history.runs()] == ["night-1", "night-0"]
        assert len(history.run(history.entry("night-1")).results) == len(_MANY)


def test_a_server_that_is_away_for_a_while_is_waited_for(postgresql: PostgreSQL) -> None:
    with History.open(postgresql.new_database()) as history:
        postgresql.stop()
        with pytest.raises(HistoryError, match=r"connection"):
            history.runs()  # whoever reads is told at once
        with ThreadPoolExecutor(1) as writers:
            added = writers.submit(add, history, made(0, _MANY))
            time.sleep(0.4)
            postgresql.start()
            assert added.result() is Added.NEW
        assert [entry.id for entry in history.runs()] == ["night-0"]


def test_a_commit_whose_answer_was_lost_is_no_second_run(postgresql: PostgreSQL) -> None:
    with History.open(postgresql.new_database()) as history:
        left = [True]

        def lose(connection: Any) -> None:
            if left:
                left.pop()
                raw = connection.connection.dbapi_connection
                raw.commit()
                raw.close()

        event.listen(Engine, "commit", lose)
        try:
            add(history, made(0, _MANY))
        finally:
            event.remove(Engine, "commit", lose)
        assert not left
        assert [entry.id for entry in history.runs()] == ["night-0"]


def _restart(server: PostgreSQL, how: signal.Signals) -> None:
    server.stop(how)
    server.start()
