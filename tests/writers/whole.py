"""A run in which every section of the report has something to show."""

from collections.abc import Iterator
from datetime import date

import msgspec

from netaudit.judge.provinces import compare_provinces
from netaudit.judge.trends import trend_point, with_trend
from netaudit.model.change import Change, Comparison, Difference
from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.expiry import Expiry, ExpiryKind
from netaudit.model.facts import FamilyCheck
from netaudit.model.inventory import Waiver
from netaudit.model.provinces import ProvinceComparison, ProvinceRun
from netaudit.model.run import Result, Run, TrendPoint, Vantage, WaiverState, WaiverUse
from netaudit.model.verdict import Sighting, Status
from tests.writers.synthetic import AT, province_run

__all__ = ["provinces", "whole_run"]

_DAY = 86_400
_BLIND = Failure(reason=Reason.NO_ROUTE, side=Side.OURS, detail="no default route")


def whole_run(*, live: bool = True) -> Run:
    """The synthetic province with waivers, expiries, a course, vantages, a comparison, and a scan cut short.

    `live` compares with an earlier scan; otherwise what is proposed with what is live.
    """
    run = province_run()
    fails = [result for result in run.results if result.verdict.outcome.status is Status.FAIL]
    first, second, *rest = fails
    changed = {first.id: _waived(first), second.id: _disputed(second)}
    run = msgspec.structs.replace(run, results=tuple(changed.get(result.id, result) for result in run.results))
    run = msgspec.structs.replace(
        run,
        complete=False,
        incomplete_reason="interrupted",
        proposed="" if live else "lamdong.gov.vn: zone file",
        families=(
            run.families[0],
            FamilyCheck(family=Family.IPV6, available=False, udp=False, tcp=False, failure=_BLIND),
        ),
        vantages=tuple(_vantage(name, number) for number, name in enumerate(("Đà Lạt", "Hà Nội"))),
        comparison=_comparison(run, rest, live=live),
        waivers=tuple(_waiver(state, number, first) for number, state in enumerate(WaiverState)),
        expiries=tuple(_expiries()),
    )
    return with_trend(run, _earlier(run))


def provinces() -> ProvinceComparison:
    """Three provinces on one set of criteria; the scan of the last did not come to its end."""
    run = province_run()
    named = [
        msgspec.structs.replace(
            run,
            id=f"run-{name}",
            complete=name != "khanh-hoa",
            province=msgspec.structs.replace(run.province, id=name),
            clauses=tuple(msgspec.structs.replace(c, passed=max(c.passed - number, 0)) for c in run.clauses),
        )
        for number, name in enumerate(("lam-dong", "dak-lak", "khanh-hoa"))
    ]
    read = [msgspec.json.decode(msgspec.json.encode(each), type=ProvinceRun) for each in named]
    return compare_provinces(read, run.profiles[1].id)


def _waived(result: Result) -> Result:
    return msgspec.structs.replace(result, waived=True)


def _disputed(result: Result) -> Result:
    outcome = result.verdict.outcome
    sightings = (
        Sighting(vantage="Đà Lạt", status=Status.FAIL, message=outcome.message, args=outcome.args),
        Sighting(vantage="Hà Nội", status=Status.PASS, message="ok", args={"total": 2}),
    )
    outcome = msgspec.structs.replace(outcome, sightings=sightings)
    return msgspec.structs.replace(result, verdict=msgspec.structs.replace(result.verdict, outcome=outcome))


def _comparison(run: Run, fails: list[Result], *, live: bool) -> Comparison:
    """Changes of each kind, more of the first than a table shows."""
    verdicts = [result.verdict for result in fails]
    changes = [
        Change(difference=difference, check=verdict.check, target=verdict.target, before=None, after=verdict)
        for difference in Difference
        for verdict in (verdicts * 5 if difference is Difference.BROKEN else verdicts[:3])
    ]
    unchanged = {Status.PASS: 1_217, Status.FAIL: 13, Status.COULD_NOT_TEST: 4}
    return Comparison(
        before="earlier", since=AT - 30 * _DAY if live else None, changes=tuple(changes), unchanged=unchanged
    )


def _vantage(name: str, number: int) -> Vantage:
    return Vantage(
        name=name, place=f"VNPT, {name}", asn=64_510 + number, run=f"run-{number}", started=AT + number * 3_600,
        complete=not number, families=(FamilyCheck(family=Family.IPV4, available=True, udp=True, tcp=True),),
    )  # fmt: skip


def _waiver(state: WaiverState, number: int, result: Result) -> WaiverUse:
    waiver = Waiver(
        id=f"mien-{number + 1}",
        check=result.verdict.check,
        target=result.verdict.target.name,
        reason="Chờ nâng cấp",
        owner=result.units[0] if result.units else "skhdt",
        approver="Sở Khoa học và Công nghệ",
        expires=date(2026, 12, 31),
    )
    return WaiverUse(waiver=waiver, state=state, results=(result.id,) if state is not WaiverState.UNUSED else ())


def _expiries() -> Iterator[Expiry]:
    kinds: tuple[ExpiryKind, ...] = ("certificate", "register", "signature", "roa", "authorisation", "waiver")
    for number, kind in enumerate(kinds):
        for days in (-3, 4, 21, 61, 200):
            yield Expiry(
                kind=kind,
                at=AT + days * _DAY + number,
                subject="lamdong.gov.vn",
                affected=tuple(f"xa{n}.lamdong.gov.vn" for n in range(5)),
                count=37 if kind == "register" else 1,
                renews=kind == "signature",
            )


def _earlier(run: Run) -> Iterator[TrendPoint]:
    """Two scans of the months before: one worse, one cut short."""
    now = trend_point(run)
    for months, lost in ((2, 40), (1, 25)):
        counts = {**now.totals.counts}
        counts[Status.PASS] -= lost
        counts[Status.FAIL] += lost
        yield msgspec.structs.replace(
            now,
            run=f"earlier-{months}",
            started=run.started - months * 30 * _DAY,
            complete=months != 1,
            totals=msgspec.structs.replace(now.totals, counts=counts),
        )
