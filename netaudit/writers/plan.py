"""The plan in time: what is late, what is due next and how much of it is missing, as pages say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from markupsafe import Markup

from netaudit.model.profile import Clause, Confidence, Profile
from netaudit.model.run import ClauseResult, ClauseStatus, Run, Timeliness
from netaudit.rules.calendar import day_of
from netaudit.writers import words
from netaudit.writers.plan_picture import plan_picture
from netaudit.writers.wording import Wording

__all__ = ["DatedClause", "PlanInTime"]

_AGENDA = (Timeliness.LATE, Timeliness.UNDECIDED, Timeliness.ON_TRACK)


@dataclass(frozen=True)
class DatedClause:
    """A clause of a profile with what was measured of it."""

    profile: Profile
    clause: Clause
    result: ClauseResult

    @property
    def deadline_confidence(self) -> Confidence:
        """How well the day was verified: like the clause, unless it says otherwise."""
        return self.clause.deadline_confidence or self.clause.confidence


class PlanInTime:
    """The clauses of a run seen from the day of its scan, by which they were judged."""

    def __init__(self, run: Run, wording: Wording) -> None:
        self.today = day_of(run.started)
        self._wording = wording
        clauses = {(profile.id, clause.id): (profile, clause) for profile in run.profiles for clause in profile.clauses}
        known = ((result, clauses.get((result.profile, result.clause))) for result in run.clauses)
        self._dated = [DatedClause(*found, result) for result, found in known if found is not None]

    @cached_property
    def agenda(self) -> list[DatedClause]:
        """What is late or undecided, the longest first, then what is due, the nearest first."""
        asked = [each for each in self._ours if each.result.timeliness in _AGENDA]
        return sorted(asked, key=lambda each: (each.result.timeliness is Timeliness.ON_TRACK, self._deadline(each)))

    @property
    def picture(self) -> Markup | None:
        """All profiles on one scale of years; None where there is none."""
        return plan_picture(self._by_profile, self.today, self._wording)

    def count(self, timeliness: Timeliness) -> int:
        """How many clauses stand so, of the plans that hold here."""
        return sum(each.result.timeliness == timeliness for each in self._ours)

    def gap(self, result: ClauseResult) -> str:
        """What is met and what is missing: `6 of 12 met, 6 missing`; empty where nothing is counted or missing.

        What could not be tested and would decide is not known, and not missing.
        """
        if result.status is ClauseStatus.MANUAL:
            return self._wording.gettext(words.CLAUSE_STATUSES[result.status])
        missing = result.needed - result.passed
        if result.timeliness in (None, Timeliness.MET) or missing <= 0:
            return ""
        if result.status is ClauseStatus.NOT_TESTED:
            said = self._wording.gettext("%(passed)s of %(needed)s met, %(missing)s not known")
        else:
            said = self._wording.gettext("%(passed)s of %(needed)s met, %(missing)s missing")
        numbers = {"passed": result.passed, "needed": result.needed, "missing": missing}
        return said % {name: self._wording.number(number) for name, number in numbers.items()}

    def days(self, result: ClauseResult, deadline: date) -> str:
        """How far the deadline is away; empty where that no longer matters."""
        if result.timeliness not in _AGENDA:
            return ""
        days = (deadline - self.today).days
        if days >= 0:
            said = self._wording.ngettext("%(number)s day left", "%(number)s days left", days)
        else:
            said = self._wording.ngettext("%(number)s day past", "%(number)s days past", -days)
        return said % {"number": self._wording.number(abs(days))}

    @cached_property
    def _ours(self) -> list[DatedClause]:
        """Without other countries' plans: these are there to compare with, and nothing of them is due here."""
        return [each for each in self._dated if not each.profile.only_by_name]

    @cached_property
    def _by_profile(self) -> list[tuple[Profile, Sequence[DatedClause]]]:
        grouped: dict[str, tuple[Profile, list[DatedClause]]] = {}
        for each in self._dated:
            grouped.setdefault(each.profile.id, (each.profile, []))[1].append(each)
        return sorted(grouped.values(), key=lambda row: (row[0].effective, row[0].id))

    def _deadline(self, each: DatedClause) -> date:
        return each.clause.deadline or self.today
