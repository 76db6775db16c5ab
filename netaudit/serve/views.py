"""What the JSON interface says of runs: flat structures with the words of run.json. Their schema is published."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from netaudit.model.common import Failure, Text, Timestamp
from netaudit.model.expiry import Expiry
from netaudit.model.inventory import Unit
from netaudit.model.profile import Severity
from netaudit.model.run import ClauseResult, Run, Totals, UnitStatus
from netaudit.model.verdict import Status, Target
from netaudit.writers.report import Report
from netaudit.writers.wording import Wording

__all__ = [
    "ClausePage", "ExpiryPage", "Finding", "FindingPage", "RunPage", "RunSummary", "UnitPage", "UnitSummary",
    "findings_of", "page_of", "summary_of", "units_of",
]  # fmt: skip


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is sent: every field always."""


class RunSummary(View, frozen=True, kw_only=True):
    """A run in brief. `report`: the name of its report below /reports/, where there is one."""

    id: str
    province: str
    name: Text
    started: Timestamp
    ended: Timestamp
    complete: bool
    proposed: str
    vantage: str
    tool: str
    profiles: tuple[str, ...]  # as ID@VERSION
    totals: Totals
    exit_code: int
    report: str | None = None


class Finding(View, frozen=True, kw_only=True):
    """A result. `sentence` is in the language that was asked for."""

    id: str
    check: str
    title: Text | None
    target: Target
    status: Status
    severity: Severity
    waived: bool
    sentence: str
    units: tuple[str, ...]
    clauses: tuple[str, ...]
    failure: Failure | None
    recheck: str


class UnitSummary(View, frozen=True, kw_only=True):
    """A unit with how it stands. `findings`: failures that no waiver covers, by severity."""

    id: str
    name: Text
    tier: str
    parent: str | None
    status: UnitStatus
    findings: dict[Severity, int]


Item = TypeVar("Item")


class Page(View, Generic[Item], frozen=True, kw_only=True):
    """A part of a list. `total`: of the whole list; `next`: the offset of the next part, if there is one."""

    total: Annotated[int, msgspec.Meta(ge=0)]
    offset: Annotated[int, msgspec.Meta(ge=0)]
    next: int | None
    items: tuple[Item, ...]


Kind = TypeVar("Kind", bound=Page[Any])


class RunPage(Page[RunSummary], frozen=True, kw_only=True):
    """Runs, newest first."""


class FindingPage(Page[Finding], frozen=True, kw_only=True):
    """Results, in the order of the run."""


class UnitPage(Page[UnitSummary], frozen=True, kw_only=True):
    """Units, in the order of the inventory."""


class ClausePage(Page[ClauseResult], frozen=True, kw_only=True):
    """Clauses, by profile."""


class ExpiryPage(Page[Expiry], frozen=True, kw_only=True):
    """What ends, by time."""


def summary_of(run: Run) -> RunSummary:
    """A run in brief."""
    return RunSummary(
        id=run.id,
        province=run.province.id,
        name=run.province.name,
        started=run.started,
        ended=run.ended,
        complete=run.complete,
        proposed=run.proposed,
        vantage=run.vantage,
        tool=run.tool,
        profiles=tuple(profile.edition for profile in run.profiles),
        totals=run.totals,
        exit_code=run.exit_code,
    )


def findings_of(
    run: Run, language: str, *, unit: str | None, severities: frozenset[Severity], statuses: frozenset[Status]
) -> list[Finding]:
    """The results of a run that are asked for; no severity named means any."""
    report = Report(run, Wording(language))
    chosen = (
        result
        for result in run.results
        if result.verdict.outcome.status in statuses
        and (unit is None or unit in result.units)
        and (not severities or result.severity in severities)
    )
    return [
        Finding(
            id=result.id,
            check=result.verdict.check,
            title=info.title if (info := run.checks.get(result.verdict.check)) is not None else None,
            target=result.verdict.target,
            status=result.verdict.outcome.status,
            severity=result.severity,
            waived=result.waived,
            sentence=report.sentence(result),
            units=result.units,
            clauses=result.clauses,
            failure=result.verdict.outcome.failure,
            recheck=report.recheck(result),
        )
        for result in chosen
    ]


def units_of(run: Run) -> list[UnitSummary]:
    """The units of a run."""
    found: dict[str, Counter[Severity]] = {unit.id: Counter() for unit in run.units}
    for result in run.results:
        if result.verdict.outcome.status is Status.FAIL and not result.waived:
            for id in result.units:
                found.setdefault(id, Counter())[result.severity] += 1
    statuses = {result.unit: result.status for result in run.unit_results}
    return [_unit(unit, statuses.get(unit.id, UnitStatus.NOT_APPLICABLE), found[unit.id]) for unit in run.units]


def _unit(unit: Unit, status: UnitStatus, findings: Counter[Severity]) -> UnitSummary:
    return UnitSummary(
        id=unit.id, name=unit.name, tier=unit.tier, parent=unit.parent, status=status, findings=dict(findings)
    )


def page_of(kind: type[Kind], items: Iterable[Any], offset: int, limit: int) -> Kind:
    """One part of a list, as a page of its kind."""
    whole = tuple(items)
    end = offset + limit
    return kind(total=len(whole), offset=offset, next=end if end < len(whole) else None, items=whole[offset:end])
