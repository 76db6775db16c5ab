"""A history in each of both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netaudit.store.history import History
from tests.store.history.postgresql import PostgreSQL, postgresql_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty history can be made."""
    if request.param == "sqlite":
        return str(tmp_path / "history.sqlite")
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def history(place: str) -> Iterator[History]:
    with History.open(place) as opened:
        yield opened
