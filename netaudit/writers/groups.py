"""Results put together as readers take them: by check, the worst first, and by why they could not be had."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netaudit.model.common import Reason, Side
from netaudit.model.profile import CheckInfo, Severity
from netaudit.model.run import Result
from netaudit.model.verdict import Status, Target

__all__ = ["CheckGroup", "Gap", "gaps_of", "groups_of", "worst_first"]

_STATUS_ORDER = (
    Status.FAIL, Status.WARN, Status.COULD_NOT_TEST, Status.MANUAL, Status.PASS, Status.NOT_APPLICABLE
)  # fmt: skip


@dataclass(frozen=True)
class CheckGroup:
    """The results of one check that share a status, with what the group as a whole says."""

    check: str
    info: CheckInfo | None
    results: tuple[Result, ...]
    units: tuple[str, ...]
    severity: Severity


@dataclass(frozen=True)
class Gap:
    """What could not be tested for one reason."""

    side: Side
    reason: Reason
    results: tuple[Result, ...]

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets, once for each name."""
        return tuple({result.verdict.target.name: result.verdict.target for result in self.results}.values())

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks, once each."""
        return tuple(dict.fromkeys(result.verdict.check for result in self.results))

    @property
    def details(self) -> tuple[str, ...]:
        """What the attempts said, once each."""
        failures = (result.verdict.outcome.failure for result in self.results)
        return tuple(dict.fromkeys(failure.detail for failure in failures if failure is not None and failure.detail))


def groups_of(results: Iterable[Result], checks: Mapping[str, CheckInfo]) -> list[CheckGroup]:
    """Return results by check: the worst severity first, then by units and targets affected."""
    grouped: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        grouped[result.verdict.check].append(result)
    groups = []
    for check, members in grouped.items():
        members.sort(key=worst_first)
        units = dict.fromkeys(unit for result in members for unit in result.units)
        worst = min((result.severity for result in members), key=lambda s: s.rank)
        groups.append(CheckGroup(check, checks.get(check), tuple(members), tuple(units), worst))
    return sorted(groups, key=lambda g: (g.severity.rank, -len(g.units), -len(g.results), g.check))


def gaps_of(results: Iterable[Result]) -> list[Gap]:
    """Return what could not be tested, by side and reason, the largest first."""
    grouped: dict[tuple[Side, Reason], list[Result]] = defaultdict(list)
    for result in results:
        failure = result.verdict.outcome.failure
        if result.verdict.outcome.status is Status.COULD_NOT_TEST and failure is not None:
            grouped[failure.side, failure.reason].append(result)
    gaps = [Gap(side, reason, tuple(members)) for (side, reason), members in grouped.items()]
    return sorted(gaps, key=lambda gap: (-len(gap.results), gap.side, gap.reason))


def worst_first(result: Result) -> tuple[int, int, str, str]:
    """The place of a result in a list: fails first, waived ones last."""
    status = _STATUS_ORDER.index(result.verdict.outcome.status)
    return (status + (10 if result.waived else 0), result.severity.rank, result.verdict.check,
            result.verdict.target.name)  # fmt: skip
