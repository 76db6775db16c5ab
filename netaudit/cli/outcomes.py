"""What a gate concludes: its exit code, and what there is to print and to write."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from netaudit.cli.errors import COMPLIANT, FINDINGS, INCOMPLETE
from netaudit.judge.rollup import pillars_of, totals_of
from netaudit.model.change import Comparison, Difference
from netaudit.model.gate import BaselineReport, GateReport
from netaudit.model.run import Run
from netaudit.model.verdict import Target

__all__ = ["Outcome", "changed_to_worse", "only", "together"]

_WORST = (FINDINGS, INCOMPLETE, COMPLIANT)


@dataclass(frozen=True)
class Outcome:
    """One judged change. `run` None: nothing was measured; `shown`: what of it is pointed at in a pipeline's log."""

    code: int
    report: GateReport | BaselineReport
    run: Run | None
    shown: Run | None
    tell: Callable[[], None]  # print the text, but for its last line
    closing: tuple[str, ...]


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Several changes as one: the worst decides, a finding before a gap."""
    first, *others = outcomes
    for other in others:
        first = _joined(first, other)
    return first


def only(run: Run, subjects: Collection[tuple[str, Target]]) -> Run:
    """The run with the results of these checks and targets alone."""
    kept = tuple(r for r in run.results if (r.verdict.check, r.verdict.target) in subjects)
    return replace(run, results=kept)


def changed_to_worse(comparison: Comparison) -> set[tuple[str, Target]]:
    """Which checks of which targets fail or warn, and did not before."""
    worse = (Difference.BROKEN, Difference.WORSE)
    return {(change.check, change.target) for change in comparison.changes if change.difference in worse}


def _joined(one: Outcome, other: Outcome) -> Outcome:
    code = min(one.code, other.code, key=_WORST.index)

    def tell() -> None:
        one.tell()
        other.tell()

    return Outcome(
        code=code,
        report=_joined_reports(one.report, other.report, code),
        run=_joined_runs(one.run, other.run, code),
        shown=_joined_runs(one.shown, other.shown, code),
        tell=tell,
        closing=(*one.closing, *other.closing),
    )


def _joined_reports(
    one: GateReport | BaselineReport, other: GateReport | BaselineReport, code: int
) -> GateReport | BaselineReport:
    if isinstance(one, BaselineReport) or isinstance(other, BaselineReport):
        raise TypeError("a baseline stands alone")
    return replace(
        one,
        proposed=f"{one.proposed}; {other.proposed}",
        exit_code=code,
        prefixes=(*one.prefixes, *other.prefixes),
        comparison=_joined_comparisons(one.comparison, other.comparison),
        neighbours=(*one.neighbours, *other.neighbours),
        strangers=(*one.strangers, *other.strangers),
        mistakes=(*one.mistakes, *other.mistakes),
    )


def _joined_comparisons(one: Comparison, other: Comparison) -> Comparison:
    order = list(Difference)
    changes = sorted((*one.changes, *other.changes), key=lambda c: (order.index(c.difference), c.check, c.target))
    unchanged = dict(one.unchanged)
    for status, count in other.unchanged.items():
        unchanged[status] = unchanged.get(status, 0) + count
    return replace(one, changes=tuple(changes), unchanged=unchanged, checks={**one.checks, **other.checks})


def _joined_runs(one: Run | None, other: Run | None, code: int) -> Run | None:
    """Two runs of different parts of one inventory."""
    if one is None or other is None:
        return one or other
    results = (*one.results, *other.results)
    comparisons = [run.comparison for run in (one, other) if run.comparison is not None]
    return replace(
        one,
        proposed=f"{one.proposed}; {other.proposed}",
        results=results,
        checks={**one.checks, **other.checks},
        locations={**other.locations, **one.locations},
        pillars=pillars_of(results),
        totals=totals_of(results),
        comparison=_joined_comparisons(*comparisons) if len(comparisons) == 2 else None,
        exit_code=code,
    )
