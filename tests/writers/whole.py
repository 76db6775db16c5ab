"""A run in which every section of the report has something to show."""

from collections.abc import Iterator
from datetime import date

import msgspec

from netaudit.judge.provinces import compare_provinces
from netaudit.judge.timeliness import timeliness
from netaudit.judge.trends import trend_point, with_trend
from netaudit.model.change import Change, Comparison, Difference
from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.expiry import Expiry, ExpiryKind
from netaudit.model.facts import FamilyCheck
from netaudit.model.inventory import Attestation, Authorisation, Waiver
from netaudit.model.profile import Profile
from netaudit.model.provinces import ProvinceComparison, ProvinceRun
from netaudit.model.regression import Course, Moment
from netaudit.model.run import ClauseResult, Part, Result, Run, TrendPoint, Vantage, WaiverState, WaiverUse
from netaudit.model.verdict import Outcome, Sighting, Status, Target, TargetKind, fingerprint, not_applicable
from tests.writers.synthetic import AT, TODAY, province_run

__all__ = ["provinces", "whole_run"]

_DAY = 86_400
_BLIND = Failure(reason=Reason.NO_ROUTE, side=Side.OURS, detail="no default route")


def whole_run(*, live: bool = True) -> Run:
    """The synthetic province with waivers, expiries, a course, vantages, a comparison, and a scan cut short.

    `live` compares with an earlier scan; otherwise what is proposed with what is live.
    """
    run = _crowded(province_run())
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
        parts=_parts(run),
        courses=_courses(run, fails),
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


def _crowded(run: Run) -> Run:
    """More of everything than its first lines hold: targets, registers, criteria, coverage, ways."""
    pattern = next(result for result in run.results if result.verdict.outcome.status is Status.FAIL)
    units = tuple(unit.id for unit in run.units)
    fails = (
        _renamed(pattern, TargetKind.ENDPOINT, f"https://may-{n}.lamdong.gov.vn:443", units[n : 2 * n])
        for n in range(1, 46)
    )
    nothing = _renamed(pattern, TargetKind.ZONE, run.zones[0], (), not_applicable("none"))
    centre = run.datacentres["ttth"]
    unknown = msgspec.structs.replace(centre.prefixes[0], feeds=0, family=Family.IPV6)
    register = msgspec.structs.replace(run.registers[0], register="cu", counted={"organisation": 850}, broken=5)
    asked, measured = run.profiles[1].clauses[0], run.clauses[2]
    law = msgspec.structs.replace(
        run.profiles[1], id="dang-chay", ended=date(2028, 12, 31), clauses=(msgspec.structs.replace(asked, id="VN-09"),)
    )
    again = msgspec.structs.replace(measured, profile=law.id, clause="VN-09")
    cell = next(cell for cell in run.coverage if cell.tier == "commune")
    other = {"listed": cell.expected - 4, "untested": 6, "closed": 6, "working": 137}
    return msgspec.structs.replace(
        run,
        results=(*run.results, *fails, nothing),
        datacentres={"ttth": msgspec.structs.replace(centre, prefixes=(*centre.prefixes, unknown))},
        registers=(*run.registers, register),
        profiles=(*run.profiles, law),
        clauses=tuple(_timed(clause, (*run.profiles, law)) for clause in (*run.clauses, again)),
        coverage=(*run.coverage, msgspec.structs.replace(cell, kind="public_service", tier="party", **other)),
        pillar_coverage=tuple(
            msgspec.structs.replace(cell, kind=pillar) for pillar in ("dnssec", "ipv6", "dual_stack")
        ),
        authorisation=Authorisation(text="Kế hoạch kiểm tra", valid_until=date(2027, 6, 30)),
        classification="Nội bộ",
    )


def _renamed(
    result: Result, kind: TargetKind, name: str, units: tuple[str, ...], outcome: Outcome | None = None
) -> Result:
    verdict = msgspec.structs.replace(
        result.verdict, target=Target(kind=kind, name=name), outcome=outcome or result.verdict.outcome
    )
    return msgspec.structs.replace(result, id=fingerprint(verdict), verdict=verdict, units=units)


def _timed(clause: ClauseResult, profiles: tuple[Profile, ...]) -> ClauseResult:
    """A clause with where it stands in time, and how much must pass."""
    (asked,) = (c for profile in profiles for c in profile.clauses if c.id == clause.clause)
    stands = timeliness(clause.status, asked.deadline, clause.ended, TODAY)
    plan = Attestation(field="plan", document="12/KH-UBND", date=date(2026, 3, 2), signer="Chủ tịch", count=3)
    attested = plan if clause.clause == "VN-02" else None
    return msgspec.structs.replace(clause, timeliness=stands, needed=clause.total, attestation=attested)


def _parts(run: Run) -> tuple[Part, ...]:
    """The latest scan measured three targets again; the others are of the day before."""
    targets = tuple(dict.fromkeys(result.verdict.target for result in run.results))
    return (
        Part(run=run.id, started=run.started, complete=False, targets=targets[-3:]),
        Part(run="earlier", started=run.started - _DAY, complete=True, targets=targets[:-3]),
    )


def _courses(run: Run, fails: list[Result]) -> dict[str, Course]:
    """One finding is new, one came back."""
    now, before, first = (Moment(run=id, at=run.started - n * _DAY) for n, id in enumerate((run.id, "before", "first")))
    new = Course(first_seen=now, since=now, last_seen=now)
    back = Course(first_seen=first, since=now, last_seen=now, last_good=before, changes=4, flapping=True)
    return {fails[1].id: new, fails[2].id: back}


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
