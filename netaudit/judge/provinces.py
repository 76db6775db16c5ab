"""Runs of several inventories on one profile. Pure; nothing is ranked, and what was not measured is not estimated."""

from collections.abc import Iterable

from netaudit.model.profile import Profile
from netaudit.model.provinces import ProvinceComparison, ProvinceRow, ProvinceRun
from netaudit.model.run import UnitStatus

__all__ = ["NotJudged", "compare_provinces", "province_row"]


class NotJudged(Exception):
    """A run that was not judged by the profile."""


def compare_provinces(runs: Iterable[ProvinceRun], profile: str) -> ProvinceComparison:
    """Take from each run what the profile says of it; of a run only its row is kept, so that any number fits.

    Raises NotJudged for a run without the profile, ValueError without any run.
    """
    rows: list[ProvinceRow] = []
    found: list[Profile] = []
    for run in runs:
        rows.append(province_row(run, profile))
        found.append(next(each for each in run.profiles if each.id == profile))
    if not rows:
        raise ValueError("no runs to compare")
    versions = sorted({each.version.isoformat() for each in found})
    return ProvinceComparison(profile=found[0], rows=tuple(rows), versions=tuple(versions) if len(versions) > 1 else ())


def province_row(run: ProvinceRun, profile: str) -> ProvinceRow:
    """What a run says by one profile. Raises NotJudged."""
    if all(each.id != profile for each in run.profiles):
        known = ", ".join(each.id for each in run.profiles) or "none"
        raise NotJudged(f"{run.province.id} (run {run.id}) was judged by {known}, not by {profile}")
    counted = [unit for unit in run.unit_results if unit.status is not UnitStatus.NOT_APPLICABLE]
    return ProvinceRow(
        id=run.province.id,
        name=run.province.name,
        run=run.id,
        started=run.started,
        network=run.network,
        complete=run.complete,
        units_met=sum(unit.status is UnitStatus.PASS for unit in counted),
        units=len(counted),
        evaluated=run.totals.evaluated,
        applicable=run.totals.applicable,
        clauses={clause.clause: clause for clause in run.clauses if clause.profile == profile},
    )
