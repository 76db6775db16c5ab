"""Two judged scans of the same things, side by side: which verdicts differ."""

from collections import Counter
from collections.abc import Sequence

from netaudit.model.change import Change, Comparison, Difference
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, Target, Verdict

__all__ = ["compare"]

_BAD = {Status.FAIL, Status.WARN}
_UNKNOWN = {Status.COULD_NOT_TEST, Status.MANUAL}


def compare(before: Run, after: Run) -> Comparison:
    """What differs between two runs, the worst first; equal verdicts are counted, whatever their evidence."""
    earlier, later = _by_subject(before.results), _by_subject(after.results)
    changes = []
    unchanged: Counter[Status] = Counter()
    for subject in {**earlier, **later}:
        old, new = earlier.get(subject), later.get(subject)
        difference = _difference(old, new)
        if difference is not None:
            check, target = subject
            changes.append(Change(difference=difference, check=check, target=target, before=old, after=new))
        elif new is not None:
            unchanged[new.outcome.status] += 1
    order = list(Difference)
    changes.sort(key=lambda change: (order.index(change.difference), change.check, change.target))
    gone = {change.check for change in changes} - after.checks.keys()
    return Comparison(
        before=before.id,
        changes=tuple(changes),
        unchanged=dict(unchanged),
        checks={check: before.checks[check] for check in sorted(gone) if check in before.checks},
    )


def _by_subject(results: Sequence[Result]) -> dict[tuple[str, Target], Verdict]:
    return {(result.verdict.check, result.verdict.target): result.verdict for result in results}


def _difference(before: Verdict | None, after: Verdict | None) -> Difference | None:
    old = before.outcome.status if before is not None else None
    new = after.outcome.status if after is not None else None
    if old in _BAD and new == old and before is not None and after is not None:
        same = before.outcome.message == after.outcome.message
        return None if same else Difference.OTHER
    if new is Status.FAIL:
        return Difference.BROKEN
    if new is Status.WARN:
        return Difference.FIXED if old is Status.FAIL else Difference.WORSE
    if new in _UNKNOWN:
        return Difference.UNTESTED if old is Status.PASS or old in _BAD else None
    if old in _BAD:
        return Difference.GONE if new is None else Difference.FIXED
    return Difference.TESTED if old in _UNKNOWN and new is Status.PASS else None
