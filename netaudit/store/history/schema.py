"""Bringing a history's tables up to date: Alembic's migrations, run from within the program."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from netaudit.store.history.address import HistoryError

__all__ = ["HEAD", "MIGRATIONS", "is_current", "migrate", "upgrade"]

HEAD = "0001"  # the newest revision; a test holds it and the migrations together
MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision. Raises HistoryError for those of a newer program."""
    if not is_current(connection):  # another process may have come first
        migrate(connection, HEAD)


def is_current(connection: Connection) -> bool:
    """Whether the tables are those of the newest revision. Alembic is not even imported where they are."""
    return _revision(connection) == HEAD


def migrate(connection: Connection, revision: str) -> None:
    """Bring the tables to a revision, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        found = _revision(connection)
        raise HistoryError(
            f"the history has tables of revision {found}, which this netaudit does not know: a newer one made it"
        ) from error


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
