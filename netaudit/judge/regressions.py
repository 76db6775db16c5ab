"""Findings over a sequence of runs: new, still there, fixed, or no longer measured, which is not the same. Pure."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from netaudit.model.profile import Damping, Profile
from netaudit.model.regression import Course, FindingHistory, Moment, Snapshot, Standing, State, WaiverChange
from netaudit.model.run import Run
from netaudit.model.verdict import Status, Target

__all__ = ["damping_of", "regressions", "snapshot_of"]

_Subject = tuple[str, Target]

_UNKNOWN = (Status.COULD_NOT_TEST, Status.MANUAL)


def regressions(
    course: Iterable[Snapshot], damping: Damping | None = None, first_seen: Mapping[str, Moment] | None = None
) -> tuple[FindingHistory, ...]:
    """Tell of every finding of a sequence of runs, oldest first, where it stands in the last of them.

    What a run could not test, left out or no longer lists leaves a finding as it was: nothing but a complete run in
    which the check passes makes it fixed. An incomplete run may find, and never clears. `first_seen`: what is known of
    runs before the sequence, by fingerprint. The worst come first, then those by check and target.
    """
    damping = damping or Damping()
    known = first_seen or {}
    findings: dict[_Subject, dict[str, _Finding]] = {}
    good: dict[_Subject, Moment] = {}
    for run in course:
        moment = run.moment
        states = {(state.check, state.target): state for state in run.states}
        for subject, state in states.items():
            if state.found and state.id not in findings.setdefault(subject, {}):
                findings[subject][state.id] = _Finding(state, moment, known.get(state.id, moment), damping)
            elif state.status is Status.PASS and run.complete:
                good[subject] = good.get(subject, moment) if state.target in run.carried else moment
        for subject, of_subject in findings.items():
            seen = states.get(subject)
            unseen = _unseen(run, *subject)
            for finding in of_subject.values():
                finding.observe(run, seen, unseen)
    told = [finding.told(good.get(subject)) for subject, each in findings.items() for finding in each.values()]
    return tuple(sorted(told, key=lambda f: (f.state.severity.rank, f.state.check, f.state.target, f.state.id)))


def snapshot_of(run: Run) -> Snapshot:
    """A run as one of a sequence."""
    return Snapshot(
        run=run.id,
        at=run.started,
        complete=run.complete,
        states=tuple(
            State(
                id=result.id,
                check=result.verdict.check,
                target=result.verdict.target,
                message=result.verdict.outcome.message,
                status=result.verdict.outcome.status,
                severity=result.severity,
                waived=result.waived,
                units=result.units,
            )
            for result in run.results
        ),
        left_out=frozenset(run.left_out),
        carried=frozenset(run.taken_over()),
        checks=run.chosen_checks,
    )


def damping_of(profiles: Sequence[Profile]) -> Damping:
    """The damping of the last profile that has one, for an inventory's own comes last; without any, the default."""
    return next((profile.damping for profile in reversed(profiles) if profile.damping is not None), Damping())


@dataclass
class _Finding:
    """A finding on the way through the runs. `there`: of the last runs that could tell, whether it was found."""

    state: State
    since: Moment
    first_seen: Moment
    damping: Damping
    standing: Standing = Standing.NEW
    closed: Moment | None = None
    waiver: WaiverChange | None = None
    there: deque[bool] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.last_seen = self.since
        self.there = deque(maxlen=max(self.damping.flap_window, self.damping.confirm_window))

    def observe(self, run: Snapshot, seen: State | None, unseen: Standing) -> None:
        """Take in what a run says of the finding's check and target; `unseen`: why, when it says nothing."""
        self.waiver = None
        if self.there and self.state.target in run.carried:  # what was seen once is no second sighting
            seen, unseen = None, Standing.LEFT_OUT
        if seen is not None and seen.found and seen.id == self.state.id:
            self._found(run.moment, seen)
        elif seen is not None and run.complete and seen.status not in _UNKNOWN:
            self._not_found(run.moment, seen)
        elif self.closed is None:
            self.standing = unseen if seen is None else Standing.UNTESTED

    def _found(self, moment: Moment, seen: State) -> None:
        began = not self.there or self.closed is not None
        if began:
            self.since, self.closed = moment, None
        elif seen.waived is not self.state.waived:
            self.waiver = WaiverChange.GRANTED if seen.waived else WaiverChange.ENDED
        self.standing = Standing.NEW if began else Standing.STILL
        self.state, self.last_seen = seen, moment
        self.there.append(True)

    def _not_found(self, moment: Moment, seen: State) -> None:
        self.there.append(False)
        if self.closed is not None:
            return
        self.closed = moment
        if seen.status is Status.PASS:
            self.standing = Standing.FIXED
        else:
            self.standing = Standing.REPLACED if seen.found else Standing.MOOT

    def told(self, good: Moment | None) -> FindingHistory:
        """The finding after the last run."""
        flap = list(self.there)[-self.damping.flap_window :]
        recent = list(self.there)[-self.damping.confirm_window :]
        changes = sum(before is not after for before, after in pairwise(flap))
        course = Course(
            first_seen=self.first_seen,
            since=self.since,
            last_seen=self.last_seen,
            closed=self.closed,
            last_good=good,
            changes=changes,
            flapping=changes >= self.damping.flap_changes,
            confirmed=sum(recent) >= self.damping.confirm_runs,
        )
        return FindingHistory(state=self.state, standing=self.standing, waiver=self.waiver, course=course)


def _unseen(run: Snapshot, check: str, target: Target) -> Standing:
    """Why a run has no state of a check and target."""
    chosen = run.checks is None or check in run.checks
    return Standing.LEFT_OUT if target in run.left_out or not chosen else Standing.GONE
