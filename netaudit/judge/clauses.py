"""Where each clause of the profiles stands, and how severe it is today."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from math import ceil

from netaudit.judge.catalogue import Catalogue
from netaudit.judge.subjects import Subject, Subjects
from netaudit.judge.timeliness import timeliness
from netaudit.judge.verdicts import Verdicts
from netaudit.model.common import Family, Reason
from netaudit.model.inventory import Attestation
from netaudit.model.profile import Clause, Profile, Severity
from netaudit.model.run import ClauseResult, ClauseStatus, Timeliness
from netaudit.model.verdict import Outcome, Status

__all__ = ["Demand", "clause_result", "demands_of"]

_EXACT = 1e-9  # ratios are decimal fractions in binary


class _Standing(Enum):
    """Where one subject of a clause stands."""

    PASSED = auto()
    FAILED = auto()
    OPEN = auto()  # could not be tested, or was not asked
    CLOSED = auto()  # on a network that no scan from here reaches
    NOT_APPLICABLE = auto()


@dataclass(frozen=True)
class Demand:
    """A clause of a profile with its subjects in the inventory; `severity` is today's."""

    profile: Profile
    clause: Clause
    severity: Severity
    subjects: tuple[Subject, ...]

    @property
    def key(self) -> str:
        """The clause's name among those of all profiles."""
        return f"{self.profile.id}/{self.clause.id}"


def demands_of(profiles: Iterable[Profile], subjects: Subjects, catalogue: Catalogue, day: date) -> tuple[Demand, ...]:
    """Every clause of the profiles, in their order."""
    return tuple(
        Demand(
            profile=profile,
            clause=clause,
            severity=_severity(clause, day),
            subjects=() if clause.measure.kind == "attest" else subjects.of(clause.measure, catalogue),
        )
        for profile in profiles
        for clause in profile.clauses
    )


def clause_result(
    demand: Demand,
    verdicts: Verdicts,
    attestations: Sequence[Attestation],
    day: date,
    chosen: Collection[str] | None = None,
) -> ClauseResult:
    """Count a clause. What could not be tested leaves it open, unless it could not change the answer.

    `chosen`: the checks that were asked for; what another one would say stays open. None: all of them.
    """
    if demand.clause.measure.kind == "attest":
        return _attested(demand, attestations, day)
    found: dict[_Standing, list[str]] = {standing: [] for standing in _Standing}
    for subject in demand.subjects:
        found[_standing(demand, subject, verdicts, chosen)].append(subject.name)
    counts = {standing: len(names) for standing, names in found.items()}
    status = _status(demand.clause, counts)
    ended = _ended(demand.profile, day)
    when = timeliness(status, demand.clause.deadline, ended, day)
    return ClauseResult(
        profile=demand.profile.id,
        clause=demand.clause.id,
        status=status,
        severity=demand.severity,
        passed=counts[_Standing.PASSED],
        failed=counts[_Standing.FAILED],
        measurable=counts[_Standing.PASSED] + counts[_Standing.FAILED],
        total=len(demand.subjects),
        failing=tuple(found[_Standing.FAILED]),
        untested=(*found[_Standing.OPEN], *found[_Standing.CLOSED]),
        needed=_needed(demand.clause, counts),
        overdue=when is Timeliness.LATE,
        timeliness=when,
        ended=ended,
    )


def _severity(clause: Clause, day: date) -> Severity:
    """What a clause asks for later than today is at most medium; what is not asked for yet is information."""
    if clause.not_before is not None and day < clause.not_before:
        return Severity.INFO
    if clause.deadline is not None and day <= clause.deadline:
        return max(clause.severity, Severity.MEDIUM, key=lambda severity: severity.rank)
    return clause.severity


def _standing(demand: Demand, subject: Subject, verdicts: Verdicts, chosen: Collection[str] | None) -> _Standing:
    """Whether every check that applies passes for one subject."""
    parameters = demand.clause.measure.parameters
    outcomes = [
        verdicts.outcome(check, target, parameters) if chosen is None or check in chosen else None
        for check, target in subject.asks
    ]
    statuses = {outcome.status if outcome is not None else Status.COULD_NOT_TEST for outcome in outcomes}
    if Status.FAIL in statuses:
        return _Standing.FAILED
    if statuses & {Status.COULD_NOT_TEST, Status.MANUAL}:
        return _Standing.CLOSED if _closed(outcomes) else _Standing.OPEN
    if not statuses & {Status.PASS, Status.WARN}:
        return _Standing.NOT_APPLICABLE
    accepted = _accepted(demand, subject, verdicts)
    if accepted is None:
        return _Standing.OPEN
    return _Standing.PASSED if accepted else _Standing.FAILED


def _closed(outcomes: Iterable[Outcome | None]) -> bool:
    failures = [outcome.failure for outcome in outcomes if outcome is not None and outcome.failure is not None]
    return bool(failures) and all(failure.reason is Reason.NOT_FROM_INTERNET for failure in failures)


def _accepted(demand: Demand, subject: Subject, verdicts: Verdicts) -> bool | None:
    """Whether the subject's address families are those the clause accepts; None: they are not known."""
    accept = demand.clause.measure.accept
    if len(set(accept)) > 1:
        return True
    derived = (verdicts.targets.get(target) for _, target in subject.asks)
    families = next((d.families for d in derived if d is not None and d.families is not None), None)
    if families is None:
        return None
    wanted = {Family.IPV6} if accept[0] == "ipv6_only" else {Family.IPV4, Family.IPV6}
    return families == wanted


def _status(clause: Clause, counts: dict[_Standing, int]) -> ClauseStatus:
    """Met, or not, only when what is still open could not turn it round; closed networks do not count."""
    passed, failed, unknown = counts[_Standing.PASSED], counts[_Standing.FAILED], counts[_Standing.OPEN]
    if not passed + failed + unknown:
        return ClauseStatus.NOT_TESTED if counts[_Standing.CLOSED] else ClauseStatus.NOT_APPLICABLE
    needed = _needed(clause, counts)
    if passed >= needed:
        return ClauseStatus.MET
    if passed + unknown >= needed:
        return ClauseStatus.NOT_TESTED
    return ClauseStatus.PARTLY if passed else ClauseStatus.UNMET


def _needed(clause: Clause, counts: dict[_Standing, int]) -> int:
    """How many must pass, of those that pass, fail or are open."""
    if clause.measure.count is not None:
        return clause.measure.count
    decidable = counts[_Standing.PASSED] + counts[_Standing.FAILED] + counts[_Standing.OPEN]
    ratio = 1.0 if clause.measure.ratio is None else clause.measure.ratio
    return ceil(ratio * decidable - _EXACT)


def _attested(demand: Demand, attestations: Sequence[Attestation], day: date) -> ClauseResult:
    """What a person vouches for; a count that is asked for must be reached."""
    measure = demand.clause.measure
    found = next((known for known in attestations if known.field == measure.field), None)
    status = ClauseStatus.MANUAL
    if found is not None:
        enough = measure.count is None or (found.count is not None and found.count >= measure.count)
        status = ClauseStatus.ATTESTED if enough else ClauseStatus.UNMET
    ended = _ended(demand.profile, day)
    when = timeliness(status, demand.clause.deadline, ended, day)
    return ClauseResult(
        profile=demand.profile.id,
        clause=demand.clause.id,
        status=status,
        severity=demand.severity,
        overdue=when is Timeliness.LATE,
        timeliness=when,
        ended=ended,
        attestation=found,
    )


def _ended(profile: Profile, day: date) -> date | None:
    return profile.ended if profile.ended is not None and profile.ended < day else None
