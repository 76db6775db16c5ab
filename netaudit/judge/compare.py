"""Two judged scans of the same things, side by side: which verdicts differ."""

from collections.abc import Sequence

from netaudit.model.change import Change, Difference
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, Target

__all__ = ["compare"]

_BAD = {Status.FAIL, Status.WARN}
_UNKNOWN = {Status.COULD_NOT_TEST, Status.MANUAL}


def compare(before: Run, after: Run) -> tuple[Change, ...]:
    """What differs between two runs, the worst first; equal verdicts are left out, whatever their evidence."""
    earlier, later = _by_subject(before.results), _by_subject(after.results)
    changes = []
    for subject in {**earlier, **later}:
        old, new = earlier.get(subject), later.get(subject)
        difference = _difference(old, new)
        if difference is not None:
            check, target = subject
            changes.append(Change(difference=difference, check=check, target=target, before=old, after=new))
    order = list(Difference)
    return tuple(sorted(changes, key=lambda change: (order.index(change.difference), change.check, change.target)))


def _by_subject(results: Sequence[Result]) -> dict[tuple[str, Target], Result]:
    return {(result.verdict.check, result.verdict.target): result for result in results}


def _difference(before: Result | None, after: Result | None) -> Difference | None:
    old = before.verdict.outcome.status if before is not None else None
    new = after.verdict.outcome.status if after is not None else None
    if old in _BAD and new == old and before is not None and after is not None:
        same = before.verdict.outcome.message == after.verdict.outcome.message
        return None if same else Difference.OTHER
    if new is Status.FAIL:
        return Difference.BROKEN
    if new is Status.WARN:
        return Difference.FIXED if old is Status.FAIL else Difference.WORSE
    if new in _UNKNOWN:
        return None if old in _UNKNOWN else Difference.UNTESTED
    if old in _BAD:
        return Difference.FIXED
    return Difference.TESTED if old in _UNKNOWN and new is Status.PASS else None
