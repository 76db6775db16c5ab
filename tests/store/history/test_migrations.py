"""The tables that migrations make are those of the program, whatever they began with."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from netaudit.store.history import History, HistoryError
from netaudit.store.history.address import engine_of
from netaudit.store.history.schema import HEAD, MIGRATIONS, migrate
from netaudit.store.history.tables import METADATA
from tests.store.history.runs import add, made

pytestmark = pytest.mark.xdist_group("postgresql")


def _differences(place: str) -> list[object]:
    engine = engine_of(place)
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))


def test_migrations_make_the_tables_of_the_program(history: History, place: str) -> None:
    assert _differences(place) == []


def test_a_difference_would_be_noticed(history: History, place: str) -> None:
    with engine_of(place).connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("DROP INDEX ix_runs_series_started"))
        connection.execute(text("ALTER TABLE runs ADD COLUMN weather VARCHAR"))
    assert {difference[0] for difference in _differences(place)} == {"add_index", "remove_column"}  # type: ignore[index]


def test_the_newest_revision_is_the_one_that_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_history_of_the_first_revision_is_brought_up_to_date_with_its_runs(place: str) -> None:
    """Rows are written by hand, as the first revision's program wrote them: later tables must take them over."""
    with engine_of(place).connect().execution_options(writes=True) as connection, connection.begin():
        migrate(connection, "0001")
    with History.open(place) as history:
        add(history, made(0, {"a x": "fail"}))
    assert _differences(place) == []
    with History.open(place) as history:
        assert [entry.id for entry in history.runs()] == ["night-0"]


def test_a_history_of_a_newer_program_is_left_alone(history: History, place: str) -> None:
    with engine_of(place).connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(HistoryError, match="9999, which this netaudit does not know: a newer one made it"):
        History.open(place)
