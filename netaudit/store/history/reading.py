"""Reading a history, within a transaction that the caller began."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, select

from netaudit.model.profile import Severity
from netaudit.model.regression import Moment, Snapshot, State
from netaudit.model.run import TrendPoint
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.store.history.entries import RunEntry
from netaudit.store.history.packing import unpacked, unpacked_keys
from netaudit.store.history.tables import RUNS, SERIES, STATES, UNIT_LISTS

__all__ = ["by_series", "course", "document", "entries", "first_seen", "previous", "text", "trend"]

_FOUND = (Status.FAIL.value, Status.WARN.value)
_NEWEST_FIRST = (RUNS.c.started.desc(), RUNS.c.id.desc())


def text(value: object) -> str:
    """A value as JSON, the same for equal values."""
    return msgspec.json.encode(value, order="deterministic").decode()


def entries(
    connection: Connection, *, id: str = "", province: str = "", complete: bool = False, limit: int | None = None
) -> tuple[RunEntry, ...]:
    """The runs, newest first."""
    query = _entries().order_by(*_NEWEST_FIRST).limit(limit)
    if id:
        query = query.where(RUNS.c.id == id)
    if province:
        query = query.where(SERIES.c.province == province)
    if complete:
        query = query.where(RUNS.c.complete)
    return tuple(map(_entry, connection.execute(query).all()))


def by_series(connection: Connection) -> dict[int, list[tuple[int, RunEntry]]]:
    """All runs with their keys, newest first, by series."""
    found: dict[int, list[tuple[int, RunEntry]]] = {}
    for row in connection.execute(_entries().order_by(*_NEWEST_FIRST)).all():
        found.setdefault(row.series, []).append((row.key, _entry(row)))
    return found


def previous(connection: Connection, entry: RunEntry, *, comparable: bool) -> RunEntry | None:
    """The last complete run of the series before one."""
    query = _entries().where(_of_series(entry), RUNS.c.started < entry.started, RUNS.c.complete)
    if comparable:
        query = query.where(_like(entry))
    row = connection.execute(query.order_by(*_NEWEST_FIRST).limit(1)).first()
    return None if row is None else _entry(row)


def document(connection: Connection, entry: RunEntry) -> bytes | None:
    """The run.json of a run, if it is still there. Raises ValueError when it is damaged."""
    query = _joined(RUNS.c.document).where(_of_series(entry), RUNS.c.id == entry.id)
    content = connection.execute(query).scalar()
    return None if content is None else unpacked(content)


def course(connection: Connection, entry: RunEntry, limit: int) -> Iterator[Snapshot]:
    """The runs of a series up to one, oldest first. Raises ValueError when one is damaged."""
    columns = (RUNS.c.id, RUNS.c.started, RUNS.c.complete, RUNS.c.scope, RUNS.c.left_out, RUNS.c.carried, RUNS.c.states)
    query = _joined(*columns).where(_of_series(entry), RUNS.c.started <= entry.started)
    rows = connection.execute(query.order_by(*_NEWEST_FIRST).limit(limit)).all()
    states = _followed(connection, entry)
    for row in reversed(rows):
        checks = msgspec.json.decode(row.scope, type=dict[str, str]).get("checks")
        yield Snapshot(
            run=row.id,
            at=row.started,
            complete=row.complete,
            states=tuple(states[key] for key in unpacked_keys(row.states) if key in states),
            left_out=msgspec.json.decode(unpacked(row.left_out), type=frozenset[Target]),
            carried=msgspec.json.decode(unpacked(row.carried), type=frozenset[Target]),
            checks=None if checks is None else frozenset(checks.split()),
        )


def first_seen(connection: Connection, entry: RunEntry) -> dict[str, Moment]:
    """Of each finding of a series the first run of all."""
    query = (
        select(STATES.c.fingerprint, STATES.c.first_run, STATES.c.first_seen)
        .join_from(STATES, SERIES)
        .where(_of_series(entry), STATES.c.status.in_(_FOUND))
        .order_by(STATES.c.first_seen.desc())
    )
    return {row.fingerprint: Moment(run=row.first_run, at=row.first_seen) for row in connection.execute(query).all()}


def trend(connection: Connection, entry: RunEntry, limit: int) -> tuple[TrendPoint, ...]:
    """The points of the comparable runs up to one, oldest first."""
    query = _joined(RUNS.c.point).where(_of_series(entry), _like(entry), RUNS.c.started <= entry.started)
    points = connection.execute(query.order_by(*_NEWEST_FIRST).limit(limit)).scalars().all()
    return tuple(msgspec.json.decode(point, type=TrendPoint) for point in reversed(points))


def _followed(connection: Connection, entry: RunEntry) -> dict[int, State]:
    """Every state, by key, of what was ever found: of the others nothing is to be told."""
    found = select(STATES.c.subject).join_from(STATES, SERIES).where(_of_series(entry), STATES.c.status.in_(_FOUND))
    query = (
        select(STATES, UNIT_LISTS.c.units.label("unit_list"))
        .join_from(STATES, SERIES)
        .join(UNIT_LISTS)
        .where(_of_series(entry), STATES.c.subject.in_(found))
    )
    units: dict[int, tuple[str, ...]] = {}
    states = {}
    for row in connection.execute(query).all():
        if row.units not in units:
            units[row.units] = msgspec.json.decode(row.unit_list, type=tuple[str, ...])
        states[row.key] = State(
            id=row.fingerprint,
            check=row.check_id,
            target=Target(kind=TargetKind(row.target_kind), name=row.target),
            message=row.message,
            status=Status(row.status),
            severity=Severity(row.severity),
            waived=row.waived,
            units=units[row.units],
        )
    return states


def _joined(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).join_from(RUNS, SERIES)


def _entries() -> Select[Any]:
    long = ("left_out", "carried", "states", "document")
    columns = [column for column in RUNS.c if column.name not in long]
    kept = RUNS.c.document.is_not(None).label("kept")
    return _joined(*columns, kept, SERIES.c.province, SERIES.c.network, SERIES.c.vantage)


def _of_series(entry: RunEntry) -> ColumnElement[bool]:
    same = (SERIES.c.province == entry.province) & (SERIES.c.network == entry.network)
    return same & (SERIES.c.vantage == entry.vantage)


def _like(entry: RunEntry) -> ColumnElement[bool]:
    """What RunEntry.comparable says."""
    return (RUNS.c.profiles == text(entry.profiles)) & (RUNS.c.scope == text(entry.scope))


def _entry(row: Row[Any]) -> RunEntry:
    return RunEntry(
        id=row.id,
        province=row.province,
        network=row.network,
        vantage=row.vantage,
        tool=row.tool,
        started=row.started,
        ended=row.ended,
        judged_at=row.judged_at,
        complete=row.complete,
        exit_code=row.exit_code,
        inventory_sha256=row.inventory_sha256,
        catalogue_sha256=row.catalogue_sha256,
        profiles=msgspec.json.decode(row.profiles, type=tuple[str, ...]),
        scope=msgspec.json.decode(row.scope, type=dict[str, str]),
        point=msgspec.json.decode(row.point, type=TrendPoint),
        kept=row.kept,
    )
