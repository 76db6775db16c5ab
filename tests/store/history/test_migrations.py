"""The tables that migrations make are those of the program, whatever they began with."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from netaudit.judge.regressions import regressions
from netaudit.model.regression import Moment, Standing
from netaudit.store.history import Added, History, HistoryError
from netaudit.store.history.address import engine_of
from netaudit.store.history.schema import HEAD, MIGRATIONS, migrate
from netaudit.store.history.tables import METADATA
from tests.store.history.runs import START, add, made

_POINT = (
    '{"run":"night-0","started":1795500000.0,"complete":true,"profiles":["vn@2026-01-01"],"totals":{"counts":'
    '{"fail":1},"evaluated":1,"applicable":1,"findings":{"high":1}},"pillars":[],"units":{},"clauses":{}}'
)
_FIRST_ROWS: tuple[tuple[str, dict[str, object]], ...] = (
    ("INSERT INTO series (province, network, vantage) VALUES (:p, 'lab', 'here')", {"p": "p"}),
    ("INSERT INTO unit_lists (digest, units) VALUES (:digest, '[]')", {"digest": bytes(16)}),
    (
        "INSERT INTO states (series, digest, fingerprint, subject, check_id, target_kind, target, message, status, "
        "severity, waived, units, first_run, first_seen) VALUES (1, :digest, 'f00d', :subject, 'dns.a', 'zone', 'x.vn',"
        " 'bad', 'fail', 'high', false, 1, 'night-0', 1795500000.0)",
        {"digest": bytes(16), "subject": bytes.fromhex("ef31838e8fd5bb00ad1d63b9af4caeb2")},
    ),
    (
        "INSERT INTO runs (series, id, tool, started, ended, judged_at, complete, exit_code, inventory_sha256, "
        "catalogue_sha256, profiles, scope, left_out, carried, point, states) VALUES (1, 'night-0', 'netaudit 0.1.0', "
        "1795500000.0, 1795500060.0, 1795500061.0, true, 1, 'aa', 'bb', :profiles, :scope, :none, :none, :point, "
        ":states)",
        {"profiles": '["vn@2026-01-01"]', "scope": "{}", "point": _POINT,
         "none": bytes.fromhex("28b52ffd20021100005b5d"),
         "states": bytes.fromhex("28b52ffd20084100000100000000000000")},
    ),
)  # fmt: skip

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
        for statement, values in _FIRST_ROWS:
            connection.execute(text(statement), values)
    with History.open(place) as history:
        assert _differences(place) == []
        assert add(history, made(1, {"a x": "pass"})) is Added.NEW
        first, newest = history.entry("night-0"), history.entry("night-1")
        assert (first.profiles, first.scope, first.point.totals.evaluated) == (("vn@2026-01-01",), {}, 1)
        (finding,) = regressions(history.course(newest), first_seen=history.first_seen(newest))
        assert (finding.state.message, finding.standing) == ("bad", Standing.FIXED)
        assert finding.course.first_seen == Moment(run="night-0", at=START)


def test_a_history_of_a_newer_program_is_left_alone(history: History, place: str) -> None:
    with engine_of(place).connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(HistoryError, match="9999, which this netaudit does not know: a newer one made it"):
        History.open(place)
