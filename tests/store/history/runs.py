"""Runs made by hand: what each check says of each target, in a word."""

from collections.abc import Mapping

import msgspec

from netaudit.judge.rollup import totals_of
from netaudit.judge.trends import trend_point
from netaudit.model.common import Failure, Reason, Side, Text
from netaudit.model.inventory import NetworkKind, Province
from netaudit.model.profile import Profile, Severity
from netaudit.model.run import Result, Run
from netaudit.model.verdict import (
    Outcome,
    Target,
    TargetKind,
    Verdict,
    could_not_test,
    failed,
    fingerprint,
    not_applicable,
    passed,
    warned,
)
from netaudit.rules.calendar import day_of
from netaudit.store.history import Added, History

__all__ = ["NIGHT", "START", "add", "made", "zone"]

START = 1_795_500_000.0  # 2026-11-24
NIGHT = 86_400.0
_NAME = Text("Tên", "Name")
_GAP = Failure(reason=Reason.TIMEOUT, side=Side.PATH)


def zone(name: str) -> Target:
    return Target(kind=TargetKind.ZONE, name=f"{name}.vn")


def made(
    night: float,
    words: Mapping[str, str],
    *,
    complete: bool = True,
    scope: Mapping[str, str] | None = None,
    left_out: tuple[str, ...] = (),
    province: str = "p",
    vantage: str = "here",
    version: str = "2026-01-01",
) -> Run:
    """The run of a night. `words`: of "CHECK ZONE" pass, fail, fail2, warn, na or gap; `fail!` is waived."""
    results = tuple(_result(subject, word) for subject, word in words.items())
    at = START + night * NIGHT
    return Run(
        schema=1,
        id=f"night-{night:g}",
        tool="netaudit test",
        started=at,
        ended=at + 60,
        judged_at=at + 61,
        complete=complete,
        network=NetworkKind.LAB,
        inventory_file="inventory.yaml",
        inventory_sha256="aa",
        catalogue_sha256="bb",
        vantage=vantage,
        families=(),
        scope=dict(scope or {}),
        left_out=tuple(map(zone, left_out)),
        province=Province(id=province, name=_NAME),
        tiers=(),
        units=(),
        services=(),
        zones=(),
        profiles=(msgspec.convert({"id": "vn", "version": version, "name": {"vi": "a", "en": "a"}, "legal": [],
                                   "effective": day_of(START).isoformat(), "clauses": []}, Profile),),
        checks={},
        results=results,
        clauses=(),
        unit_results=(),
        coverage=(),
        registers=(),
        pillars=(),
        totals=totals_of(results),
        fail_on=Severity.HIGH,
        exit_code=0,
    )  # fmt: skip


def add(history: History, run: Run) -> Added:
    return history.add(run, trend_point(run))


def _result(subject: str, word: str) -> Result:
    check, target = subject.split()
    said = word.rstrip("!")
    verdict = Verdict(check=f"dns.{check}", target=zone(target), outcome=_outcome(said))
    return Result(
        id=fingerprint(verdict),
        verdict=verdict,
        severity=Severity.HIGH if check != "b" else Severity.LOW,
        units=("so-y-te", target),
        waived=word.endswith("!"),
    )


def _outcome(word: str) -> Outcome:
    match word:
        case "pass":
            return passed("ok")
        case "na":
            return not_applicable("none")
        case "gap":
            return could_not_test("gap", _GAP)
        case "warn":
            return warned("soft")
        case _:
            return failed("bad" if word == "fail" else word)
