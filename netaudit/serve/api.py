"""The JSON interface: each operation with what it takes, what it returns, and how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_origin, get_type_hints

import msgspec
from starlette.datastructures import QueryParams

from netaudit.model.common import Language
from netaudit.model.profile import Severity
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.serve.problems import Refused
from netaudit.serve.shelf import Shelf
from netaudit.serve.views import (
    ClausePage,
    ExpiryPage,
    FindingPage,
    RunPage,
    RunSummary,
    UnitPage,
    findings_of,
    page_of,
    summary_of,
    units_of,
)

__all__ = ["OPERATIONS", "Operation", "Query", "read_query"]

_Limit = Annotated[int, msgspec.Meta(ge=1, le=500, description="How many at most.")]
_Offset = Annotated[int, msgspec.Meta(ge=0, le=10_000_000, description="How many to pass over.")]
_Name = r"^[A-Za-z0-9_.-]{0,128}$"
_Province = Annotated[str, msgspec.Meta(pattern=_Name, description="Only of the province with this id.")]
_Unit = Annotated[str, msgspec.Meta(pattern=_Name, description="Only those that concern the unit with this id.")]
_Severities = Annotated[tuple[Severity, ...], msgspec.Meta(max_length=8, description="Only these; default: any.")]
_Statuses = Annotated[tuple[Status, ...], msgspec.Meta(max_length=8, description="Only these.")]


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may follow the question mark: nothing else is taken, so that a mistyped filter filters nothing silently."""


class NoQuery(Query, frozen=True, kw_only=True):
    """Nothing."""


class PageQuery(Query, frozen=True, kw_only=True):
    """Which part of a list."""

    limit: _Limit = 100
    offset: _Offset = 0


class RunsQuery(PageQuery, frozen=True, kw_only=True):
    """Which runs."""

    province: _Province = ""


class FindingsQuery(PageQuery, frozen=True, kw_only=True):
    """Which results, and the language of their sentences."""

    unit: _Unit = ""
    severity: _Severities = ()
    status: _Statuses = (Status.FAIL, Status.WARN)
    lang: Language = Language.VI


@dataclass(frozen=True)
class Operation:
    """One address of the interface. `answer` raises Refused."""

    id: str
    path: str
    summary: str
    query: type[Query]
    returns: type[msgspec.Struct]
    answer: Callable[[Shelf, Mapping[str, str], Any], msgspec.Struct]

    @property
    def of_a_run(self) -> bool:
        """Whether it is about one run, which may not be there."""
        return "{run}" in self.path


def _runs(shelf: Shelf, _path: Mapping[str, str], query: RunsQuery) -> RunPage:
    chosen = [s for s in shelf.summaries() if query.province in ("", s.province)]
    return page_of(RunPage, chosen, query.offset, query.limit)


def _run(shelf: Shelf, path: Mapping[str, str], _query: NoQuery) -> RunSummary:
    found = next((summary for summary in shelf.summaries() if summary.id == path["run"]), None)
    return found if found is not None else summary_of(_of(shelf, path))


def _findings(shelf: Shelf, path: Mapping[str, str], query: FindingsQuery) -> FindingPage:
    found = findings_of(
        _of(shelf, path),
        query.lang,
        unit=query.unit or None,
        severities=frozenset(query.severity),
        statuses=frozenset(query.status),
    )
    return page_of(FindingPage, found, query.offset, query.limit)


def _units(shelf: Shelf, path: Mapping[str, str], query: PageQuery) -> UnitPage:
    return page_of(UnitPage, units_of(_of(shelf, path)), query.offset, query.limit)


def _clauses(shelf: Shelf, path: Mapping[str, str], query: PageQuery) -> ClausePage:
    return page_of(ClausePage, _of(shelf, path).clauses, query.offset, query.limit)


def _expiries(shelf: Shelf, path: Mapping[str, str], query: PageQuery) -> ExpiryPage:
    return page_of(ExpiryPage, _of(shelf, path).expiries, query.offset, query.limit)


def _of(shelf: Shelf, path: Mapping[str, str]) -> Run:
    run = shelf.run(path["run"])
    if run is None:
        raise Refused(404, "There is no such run.")
    return run


OPERATIONS: tuple[Operation, ...] = (
    Operation("listRuns", "/api/v1/runs", "Runs, newest first", RunsQuery, RunPage, _runs),
    Operation("getRun", "/api/v1/runs/{run}", "A run in brief", NoQuery, RunSummary, _run),
    Operation(
        "listFindings",
        "/api/v1/runs/{run}/findings",
        "Results of a run; those that fail or warn, unless others are asked for",
        FindingsQuery,
        FindingPage,
        _findings,
    ),
    Operation(
        "listUnits", "/api/v1/runs/{run}/units", "Units of a run, and how they stand", PageQuery, UnitPage, _units
    ),
    Operation(
        "listClauses", "/api/v1/runs/{run}/clauses", "Clauses of the profiles, counted", PageQuery, ClausePage, _clauses
    ),
    Operation("listExpiries", "/api/v1/runs/{run}/expiries", "What ends when", PageQuery, ExpiryPage, _expiries),
)
"""All of them; routes and the published description are made from this."""


def read_query(kind: type[Query], given: QueryParams) -> Query:
    """Read a query string. Raises Refused when it is not as its kind says."""
    lists = {name for name, hint in get_type_hints(kind).items() if get_origin(hint) is tuple}
    values: dict[str, object] = {}
    for name in given:
        several = given.getlist(name)
        if len(several) > 1 and name not in lists:
            raise Refused(400, f"{name[:50]!r} is given more than once.")
        values[name] = several if name in lists else several[0]
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(400, str(error)) from error
