"""Writing to a history, within a transaction that the caller began: a run is added, old ones are removed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from netaudit.model.run import Result, Run, TrendPoint
from netaudit.store.history import reading
from netaudit.store.history.entries import Added, RunEntry, entry_of
from netaudit.store.history.packing import packed, packed_keys
from netaudit.store.history.tables import RUNS, SERIES, STATES, UNIT_LISTS

__all__ = ["Prepared", "add", "prepare", "prune"]

_Row = dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """A run as rows, made before any transaction begins: nobody waits for the packing."""

    series: _Row
    run: _Row
    states: Mapping[bytes, _Row]  # by digest; `units` is a digest of `unit_lists` yet
    unit_lists: Mapping[bytes, str]


def prepare(run: Run, point: TrendPoint) -> Prepared:
    """Turn a run into rows."""
    unit_lists: dict[bytes, str] = {}
    states: dict[bytes, _Row] = {}
    digests: dict[tuple[str, ...], bytes] = {}
    for result in run.results:
        if result.units not in digests:
            units = reading.text(result.units)
            digests[result.units] = _digest(units)
            unit_lists[digests[result.units]] = units
        state = _state(result, digests[result.units])
        states[state["digest"]] = state
    entry = entry_of(run, point)
    return Prepared(
        series={"province": entry.province, "network": entry.network, "vantage": entry.vantage},
        run={
            "id": entry.id,
            "tool": entry.tool,
            "started": entry.started,
            "ended": entry.ended,
            "judged_at": entry.judged_at,
            "complete": entry.complete,
            "exit_code": entry.exit_code,
            "inventory_sha256": entry.inventory_sha256,
            "catalogue_sha256": entry.catalogue_sha256,
            "profiles": reading.text(entry.profiles),
            "scope": reading.text(entry.scope),
            "left_out": packed(msgspec.json.encode(run.left_out)),
            "carried": packed(msgspec.json.encode(sorted(run.taken_over()))),
            "point": reading.text(entry.point),
            "document": packed(msgspec.json.encode(_without_past(run))),
        },
        states=states,
        unit_lists=unit_lists,
    )


def add(connection: Connection, prepared: Prepared) -> Added:
    """Add a run, unless it is there."""
    series = _series(connection, prepared.series)
    run = prepared.run
    query = select(RUNS.c.key, RUNS.c.complete, RUNS.c.ended).where(RUNS.c.series == series, RUNS.c.id == run["id"])
    known = connection.execute(query).first()
    if known is not None and (known.complete or run["ended"] <= known.ended):
        return Added.KNOWN
    if known is not None:
        connection.execute(delete(RUNS).where(RUNS.c.key == known.key))
    keys = _state_keys(connection, series, prepared)
    connection.execute(insert(RUNS), [{**run, "series": series, "states": packed_keys(keys)}])
    return Added.NEW if known is None else Added.REPLACED


def prune(
    connection: Connection, *, before: float | None, keep_last: int | None, documents: bool
) -> tuple[RunEntry, ...]:
    """Remove old runs, or their documents alone; see History.prune."""
    gone: list[tuple[int, RunEntry]] = []
    for rows in reading.by_series(connection).values():  # newest first
        newest = next((key for key, entry in rows if entry.complete), None)
        for number, (key, entry) in enumerate(rows):
            old = (before is None or entry.started < before) and (keep_last is None or number >= keep_last)
            if old and key != newest and (entry.kept or not documents):
                gone.append((key, entry))
    for key, _ in gone:
        mine = RUNS.c.key == key
        connection.execute(update(RUNS).where(mine).values(document=None) if documents else delete(RUNS).where(mine))
    return tuple(entry for _, entry in gone)


def _state(result: Result, units: bytes) -> _Row:
    verdict = result.verdict
    row: _Row = {
        "fingerprint": result.id,
        "subject": _digest(f"{verdict.check}\0{verdict.target}"),
        "check_id": verdict.check,
        "target_kind": verdict.target.kind.value,
        "target": verdict.target.name,
        "message": verdict.outcome.message,
        "status": verdict.outcome.status.value,
        "severity": result.severity.value,
        "waived": result.waived,
        "units": units,
    }
    told = (result.id, row["subject"].hex(), row["message"], row["status"], row["severity"], str(row["waived"]))
    row["digest"] = _digest("\0".join((*told, units.hex())))
    return row


def _without_past(run: Run) -> Run:
    """The run itself: how numbers moved and since when things fail, the history says better."""
    return msgspec.structs.replace(run, trend=(), courses={})


def _digest(content: str) -> bytes:
    return blake2b(content.encode(), digest_size=16).digest()


def _series(connection: Connection, series: _Row) -> int:
    query = select(SERIES.c.key).where(*(SERIES.c[name] == value for name, value in series.items()))
    key = connection.execute(query).scalar()
    if key is None:
        key = connection.execute(insert(SERIES).returning(SERIES.c.key), [series]).scalar_one()
    return int(key)


def _state_keys(connection: Connection, series: int, prepared: Prepared) -> list[int]:
    """The keys of a run's states; those that never were are written, those that began earlier are told so."""
    run = prepared.run
    query = select(STATES.c.digest, STATES.c.key, STATES.c.first_seen).where(STATES.c.series == series)
    known = {digest: (key, first) for digest, key, first in connection.execute(query).all()}
    began = {"first_run": run["id"], "first_seen": run["started"]}
    mine = [known[digest] for digest in prepared.states if digest in known]
    earlier = [{"of": key, **began} for key, first in mine if first > run["started"]]
    if earlier:
        connection.execute(update(STATES).where(STATES.c.key == bindparam("of")), earlier)
    fresh = [state for digest, state in prepared.states.items() if digest not in known]
    units = _unit_list_keys(connection, prepared.unit_lists, {state["units"] for state in fresh})
    rows = [{**state, "units": units[state["units"]], "series": series, **began} for state in fresh]
    made = connection.execute(insert(STATES).returning(STATES.c.key), rows).scalars().all() if rows else []
    return [key for key, _ in mine] + list(made)


def _unit_list_keys(connection: Connection, lists: Mapping[bytes, str], wanted: Iterable[bytes]) -> dict[bytes, int]:
    wanted = set(wanted)
    if not wanted:
        return {}
    query = select(UNIT_LISTS.c.digest, UNIT_LISTS.c.key)
    known = {digest: key for digest, key in connection.execute(query).all() if digest in wanted}
    rows = [{"digest": digest, "units": lists[digest]} for digest in sorted(wanted - known.keys())]
    if rows:
        made = connection.execute(insert(UNIT_LISTS).returning(UNIT_LISTS.c.digest, UNIT_LISTS.c.key), rows)
        known |= {digest: key for digest, key in made.all()}
    return known
