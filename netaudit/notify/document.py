"""News as JSON, for a webhook. What is told of a target's name is the route's to decide."""

from typing import Literal

import msgspec

from netaudit.model.common import Record, Text, Timestamp
from netaudit.model.expiry import ExpiryKind
from netaudit.model.news import Closed, News, Open
from netaudit.model.profile import Severity
from netaudit.model.regression import Standing
from netaudit.model.run import Run
from netaudit.model.verdict import TargetKind

__all__ = ["Change", "Document", "End", "document_of"]


_Why = Literal["fixed", "replaced", "moot", "gone", "waived"]

_WHY: dict[Standing | None, _Why] = {
    Standing.FIXED: "fixed",
    Standing.REPLACED: "replaced",
    Standing.MOOT: "moot",
    Standing.GONE: "gone",
    None: "waived",
}


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding that opened or closed. `target`: left out where the route names none."""

    id: str  # the fingerprint
    change: Literal["opened", "closed"]
    why: _Why | None = None  # of what closed
    flapping: bool = False
    check: str
    title: Text | None = None
    severity: Severity
    kind: TargetKind
    target: str | None = None
    units: tuple[str, ...] = ()


class End(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that ends within `days`; 0: that has ended."""

    kind: ExpiryKind
    at: Timestamp
    days: int
    count: int
    subject: str | None = None
    affected: tuple[str, ...] = ()


class Document(Record, frozen=True, kw_only=True):
    """The body of a webhook's request."""

    schema: Literal[1] = 1
    event: Literal["netaudit.news"] = "netaudit.news"
    id: str  # the same however often it is sent
    route: str
    province: str
    name: Text
    run: str
    since: str = ""
    started: Timestamp
    complete: bool
    opened: int
    closed: int
    remaining: int
    untested: int
    all_clear: bool
    changes: tuple[Change, ...]
    endings: tuple[End, ...]
    report: str = ""


def document_of(run: Run, news: News, *, id: str, route: str, names: bool, report_url: str = "") -> Document:
    """The document of a message."""
    return Document(
        id=id,
        route=route,
        province=run.province.id,
        name=run.province.name,
        run=run.id,
        since=news.since,
        started=run.started,
        complete=run.complete,
        opened=len(news.opened),
        closed=len(news.closed),
        remaining=news.remaining,
        untested=news.untested,
        all_clear=news.all_clear,
        changes=(
            *(_change(run, each, names) for each in news.opened),
            *(_change(run, each, names) for each in news.closed),
        ),
        endings=tuple(
            End(
                kind=each.expiry.kind,
                at=each.expiry.at,
                days=each.days,
                count=each.expiry.count,
                subject=each.expiry.subject if names else None,
                affected=each.expiry.affected if names else (),
            )
            for each in news.endings
        ),
        report=report_url,
    )


def _change(run: Run, change: Open | Closed, names: bool) -> Change:
    finding = change.finding
    info = run.checks.get(finding.check)
    closed = isinstance(change, Closed)
    return Change(
        id=finding.id,
        change="closed" if closed else "opened",
        why=_WHY[change.why] if isinstance(change, Closed) else None,
        flapping=isinstance(change, Open) and change.flapping,
        check=finding.check,
        title=info.title if info is not None else None,
        severity=finding.severity,
        kind=finding.target.kind,
        target=finding.target.name if names else None,
        units=finding.units,
    )
