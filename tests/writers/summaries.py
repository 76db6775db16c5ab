"""Runs whose summary is hard to keep on two pages: small, whole, hostile, and with more of everything than has room."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import msgspec

from netaudit.model.common import Text
from netaudit.model.inventory import Tier
from netaudit.model.profile import CheckInfo
from netaudit.model.run import Coverage, RegisterSummary, Run, Timeliness
from tests.writers.synthetic import HOSTILE, hostile_run, large_run, province_run, run_of
from tests.writers.whole import whole_run

__all__ = ["RUNS", "crowded_run", "hostile_summary", "one_unit_run"]

_LONG = "Trung tâm Giám sát, điều hành thông minh và Chuyển đổi số trực thuộc Ủy ban nhân dân tỉnh " * 8


@lru_cache(1)
def one_unit_run() -> Run:
    """A single unit with one service, of which nothing was measured."""
    province = province_run()
    unit, service = province.units[0], province.services[0]
    run = run_of((unit,), (msgspec.structs.replace(service, units=(unit.id,)),), [], zones=())
    return msgspec.structs.replace(run, coverage=(), registers=(), classification="TLP:AMBER")


@lru_cache(1)
def crowded_run() -> Run:
    """Long names everywhere, and of each list more than the summary shows."""
    run = whole_run()
    tiers = tuple(Tier(id=f"t{n}", name=Text(_LONG, _LONG), expected=9_999) for n in range(9))
    coverage = tuple(
        Coverage(tier=tier.id, kind=f"{_LONG[:60]}{n}"[-64:], expected=9_999, listed=9_999, declared=9_998,
                 present=9_000, working=8_888, untested=1_111)
        for tier in tiers for n in range(15)
    )  # fmt: skip
    profiles = tuple(
        msgspec.structs.replace(
            run.profiles[0], id=f"{'plan-' * 12}{n}", version=date(2026, 11, 26), name=Text(_LONG, _LONG)
        )
        for n in range(12)
    )
    clauses = tuple(
        msgspec.structs.replace(run.clauses[0], profile=profile.id, timeliness=state)
        for profile in profiles for state in Timeliness for _ in range(123)
    )  # fmt: skip
    registers = tuple(
        RegisterSummary(register=f"r{n}", declared={_LONG: 10**9}, counted={f"{_LONG}{i}": 10**9 for i in range(9)},
                        expired=10**9, expiring_30=10**9, expiring_90=10**9, broken=10**9)
        for n in range(5)
    )  # fmt: skip
    return msgspec.structs.replace(
        run,
        checks={id: _wordy(info) for id, info in run.checks.items()},
        province=msgspec.structs.replace(run.province, name=Text(_LONG, _LONG)),
        classification=_LONG[:80],
        proposed=_LONG * 4,
        incomplete_reason=_LONG * 4,
        families=tuple(msgspec.structs.replace(family, available=False) for family in run.families),
        tiers=tiers, coverage=coverage, profiles=profiles, clauses=clauses, registers=registers,
        vantages=(), vantage=_LONG, tool=f"netaudit {'9' * 300}", inventory_file=_LONG, id=f"run-{'x' * 300}",
    )  # fmt: skip


@lru_cache(1)
def hostile_summary() -> Run:
    """Attacks in everything that the summary shows."""
    run, text = hostile_run(), "".join(HOSTILE[:-1])
    return msgspec.structs.replace(
        run, id=text, tool=text, classification=text[:80], vantage=text, inventory_file=HOSTILE[-1], proposed=text,
        province=msgspec.structs.replace(run.province, name=Text(text, text)),
        tiers=tuple(Tier(id=coverage.tier, name=Text(text, text)) for coverage in run.coverage),
        registers=tuple(msgspec.structs.replace(register, counted={attack: 1 for attack in HOSTILE})
                        for register in run.registers),
        expiries=tuple(msgspec.structs.replace(expiry, subject=text, affected=HOSTILE)
                       for expiry in whole_run().expiries),
    )  # fmt: skip


def _wordy(info: CheckInfo) -> CheckInfo:
    long = Text(_LONG, _LONG)
    return msgspec.structs.replace(info, title=long, fix=long)


RUNS: dict[str, Callable[[], Run]] = {
    "one unit": one_unit_run,
    "province": province_run,
    "whole": whole_run,
    "proposed": lambda: whole_run(live=False),
    "4,000 services": lru_cache(1)(lambda: large_run(4_000)),
    "crowded": crowded_run,
    "hostile": hostile_summary,
}
"""By the name of a case."""
