"""Where a history is: a file, or the URL of a PostgreSQL database; and how it is opened there."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

__all__ = ["HistoryError", "engine_of", "holds_password", "shown"]

_BUSY_SECONDS = 60  # how long a writer waits for another one
_CONNECT_SECONDS = 10
_POSTGRESQL = "postgresql+psycopg"
_PASSWORDS = ("password", "sslpassword")  # as libpq knows them after `?`


class HistoryError(Exception):
    """The history can't be opened, read or written; one clear sentence without any password."""


def engine_of(place: str) -> Engine:
    """Make ready for connecting to a history; a file is made if there is none. Raises HistoryError.

    `place` is a file's path, `sqlite:///PATH`, or `postgresql://USER@HOST/DATABASE` with whatever libpq understands.
    """
    url = _url(place)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    try:
        return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": _CONNECT_SECONDS})
    except ModuleNotFoundError as error:
        raise HistoryError(f"{shown(place)}: PostgreSQL needs netaudit[postgresql] ({error.name} is missing)") from None


def shown(place: str) -> str:
    """The place as it may be shown and logged: without the password."""
    if "://" not in place:
        return place
    try:
        url = _url(place)
    except HistoryError:
        return "the history's URL"
    url = url.update_query_dict({name: "hidden" for name in _PASSWORDS if name in url.query})
    return url.render_as_string(hide_password=True)


def holds_password(place: str) -> bool:
    """Whether a place holds a password, which then must stand nowhere that others read. Raises HistoryError."""
    url = _url(place)
    return url.password is not None or any(name in url.query for name in _PASSWORDS)


def _url(place: str) -> URL:
    if "://" not in place:
        return URL.create("sqlite", database=place)
    try:
        url = make_url(place)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername=_POSTGRESQL)
        if url.drivername in ("sqlite", _POSTGRESQL):
            return url
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass
    raise HistoryError("a history is a file, or a URL that begins with postgresql:// or sqlite:///")


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise HistoryError("a history in SQLite needs a file")
    _make_private(Path(url.database))
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(path: Path) -> None:
    """Who may read a history is who may read its runs: the owner. Its journals get the same mode from SQLite."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise HistoryError(f"{path}: {error.strerror or error}") from error


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a run that was added survives the loss of power
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Any) -> None:
    """The driver would begin a transaction only at the first write, and then may find that another one came before."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
