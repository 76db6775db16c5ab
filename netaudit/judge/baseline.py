"""A run against a baseline: what is new, what is lost, which targets came and went, whether the two compare at all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from netaudit.judge.asked import left_out
from netaudit.judge.regressions import regressions, snapshot_of
from netaudit.model.common import Text, Timestamp
from netaudit.model.gate import BaselineFinding, BaselineReport, VanishedTarget
from netaudit.model.inventory import Inventory
from netaudit.model.profile import Severity
from netaudit.model.regression import State
from netaudit.model.run import Run
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.rules.gaps import could_not_see

__all__ = [
    "appeared", "baseline_findings", "baseline_report", "declared", "declared_by", "lost", "mismatches",
    "newly_counting", "vanished",
]  # fmt: skip

_TOLD = (Status.PASS, Status.FAIL, Status.WARN)


def baseline_report(baseline: Run, run: Run, problems: tuple[Text, ...] = ()) -> BaselineReport:
    """What became of everything since the baseline; `problems`: why that misleads, of what was forced.

    The exit code is 0: which findings and gaps count is the caller's to say.
    """
    targets = declared(baseline), declared(run)
    return BaselineReport(
        baseline=baseline.id,
        since=baseline.started,
        run=run.id,
        exit_code=0,
        findings=baseline_findings(baseline, run),
        lost=lost(baseline, run),
        appeared=appeared(*targets),
        vanished=vanished(baseline, *targets),
        mismatches=problems,
    )


def newly_counting(baseline: Run, run: Run, fail_on: Severity) -> set[str]:
    """Ids of the failures that count at a severity and did not: new, more severe than then, or no longer waived."""
    return _counting(run, fail_on) - _counting(baseline, fail_on)


def mismatches(baseline: Run, run: Run) -> Iterator[Text]:
    """Why "new since the baseline" would mislead: other criteria, or another scope."""
    before, after = (", ".join(sorted(p.edition for p in each.profiles)) for each in (baseline, run))
    if before != after:
        yield Text(
            vi=f"bộ tiêu chí khác nhau: trước là {before or 'không có'}, nay là {after or 'không có'}",
            en=f"judged by other profiles: {before or 'none'} then, {after or 'none'} now",
        )
    for option in sorted(baseline.scope.keys() | run.scope.keys()):
        asked = [each.scope.get(option, "") for each in (baseline, run)]
        if asked[0] != asked[1]:
            then, now = map(_short, asked)
            yield Text(
                vi=f"phạm vi khác nhau: {option} trước là {then.vi}, nay là {now.vi}",
                en=f"another scope: {option} was {then.en}, and is {now.en}",
            )
    narrower = set(run.left_out) - set(baseline.left_out)
    if narrower and run.scope == baseline.scope:
        first = min(map(str, narrower))
        yield Text(
            vi=f"trước có hỏi tới mà nay không: {len(narrower)} đối tượng ({first}, …)",
            en=f"targets that were asked then were not asked now: {len(narrower)} ({first}, …)",
        )


def baseline_findings(baseline: Run, run: Run) -> tuple[BaselineFinding, ...]:
    """Every finding of the two by its fingerprint, the worst first."""
    return tuple(
        BaselineFinding(state=found.state, standing=found.standing, waiver=found.waiver)
        for found in regressions((snapshot_of(baseline), snapshot_of(run)))
    )


def lost(baseline: Run, run: Run) -> tuple[State, ...]:
    """What the run could not test although the baseline had a verdict: silence is no pass."""
    told = {
        (r.verdict.check, r.verdict.target) for r in baseline.results if r.verdict.outcome.status in _TOLD
    }  # fmt: skip
    unseen = {result.id for result in run.results if could_not_see(result)}
    return tuple(s for s in snapshot_of(run).states if s.id in unseen and (s.check, s.target) in told)


def appeared(before: Iterable[Target], after: Iterable[Target]) -> tuple[Target, ...]:
    """Targets that are new, in order."""
    return tuple(sorted(set(after) - set(before)))


def vanished(baseline: Run, before: Iterable[Target], after: Iterable[Target]) -> tuple[VanishedTarget, ...]:
    """Targets that are gone, those that failed first: to vanish is not to be fixed."""
    worst: dict[Target, list[Severity]] = defaultdict(list)
    for result in baseline.results:
        if result.verdict.outcome.status is Status.FAIL and not result.waived:
            worst[result.verdict.target].append(result.severity)
    gone = [
        VanishedTarget(target=target, failing=min(worst.get(target, ()), key=lambda s: s.rank, default=None))
        for target in set(before) - set(after)
    ]
    least = len(Severity)
    return tuple(sorted(gone, key=lambda v: (v.failing.rank if v.failing is not None else least, v.target)))


def declared(run: Run) -> set[Target]:
    """The targets that a run's inventory lists; zones that were only met above a host are none.

    Results alone would not do: of a run with chosen checks, many targets have none.
    """
    met = {result.verdict.target for result in run.results} | set(run.left_out) | set(_listed(run))
    return {target for target in met if target.kind is not TargetKind.ZONE or target.name in run.zones}


def declared_by(inventory: Inventory, at: Timestamp) -> set[Target]:
    """The targets that an inventory lists."""
    return set(left_out(inventory, at, ()))


def _listed(run: Run) -> Iterator[Target]:
    yield from (Target(kind=TargetKind.ZONE, name=zone) for zone in run.zones)
    yield from (Target(kind=TargetKind.DATACENTRE, name=id) for id in run.datacentres)
    for service in run.services:
        if service.scheme == "mail":
            yield Target(kind=TargetKind.MAIL, name=service.host)
        else:
            yield Target(kind=TargetKind.HOST, name=service.host)
            yield Target(kind=TargetKind.ENDPOINT, name=service.endpoint)


def _short(value: str) -> Text:
    shown = value[:60] + "…" if len(value) > 60 else value
    return Text(vi=shown or "tất cả", en=shown or "everything")


def _counting(run: Run, fail_on: Severity) -> set[str]:
    return {
        result.id
        for result in run.results
        if result.verdict.outcome.status is Status.FAIL and not result.waived and result.severity.rank <= fail_on.rank
    }
