"""Which faults follow from others: what is mended with its cause is no work of its own."""

from collections import defaultdict
from functools import cached_property

from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, Target, TargetKind

__all__ = ["Causes", "host_of"]

_LONGEST_NAME = 255  # RFC 1035 section 3.1


class Causes:
    """The fails of a run, by what they may explain."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def of(self, result: Result) -> list[Result]:
        """The fails that explain this one: of the checks it names, on the same name or a zone above it."""
        info = self._run.checks.get(result.verdict.check)
        if info is None or not info.explained_by:
            return []
        host = host_of(result.verdict.target.name)
        labels = host.split(".") if len(host) <= _LONGEST_NAME else [host]
        above = [".".join(labels[start:]) for start in range(len(labels))]
        return [
            cause
            for check in info.explained_by
            for name in above
            for cause in self._failed_at.get((check, name), ())
            if cause.id != result.id and _may_explain(cause.verdict.target, result.verdict.target, name == host)
        ]

    @cached_property
    def _failed_at(self) -> dict[tuple[str, str], list[Result]]:
        failed: dict[tuple[str, str], list[Result]] = defaultdict(list)
        for result in self._run.results:
            if result.verdict.outcome.status is Status.FAIL and not result.waived:
                failed[result.verdict.check, host_of(result.verdict.target.name)].append(result)
        return failed


def host_of(target: str) -> str:
    """Return the host of an endpoint, or the name itself."""
    return target.partition("://")[2].rpartition(":")[0] if "://" in target else target


def _may_explain(cause: Target, target: Target, same_host: bool) -> bool:
    """A zone above, or the same host; another endpoint of the host is another service and explains nothing."""
    if not same_host:
        return cause.kind is TargetKind.ZONE
    return cause.name == target.name or not (cause.kind is target.kind is TargetKind.ENDPOINT)
