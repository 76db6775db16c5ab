"""Two judged runs, prefix by prefix: the rows of the checks about each question, before and after. Pure."""

import ipaddress
from collections.abc import Iterable, Sequence

from netaudit.model.change import Comparison, Difference
from netaudit.model.common import Family
from netaudit.model.gate import Answer, PrefixAnswers, Question
from netaudit.model.inventory import DataCentre
from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Observation, Status

__all__ = ["CHECKS", "newly_failing", "prefix_answers"]

CHECKS: dict[Question, tuple[str, ...]] = {
    Question.VALID: ("multihome.roa_valid",),
    Question.REGISTERED: ("multihome.irr",),
    Question.ANNOUNCED: ("multihome.own_origin",),
    Question.UPLINKS: ("multihome.upstreams_ipv4", "multihome.upstreams_ipv6"),
    Question.SURVIVES: ("multihome.uplink_loss",),
    Question.INDEPENDENT: ("multihome.shared_fate",),
}
"""The checks whose rows about a prefix answer a question."""


def prefix_answers(before: Run, after: Run, centres: Iterable[DataCentre]) -> tuple[PrefixAnswers, ...]:
    """Every declared prefix with its answers, the worst first, then in the inventory's order."""
    found = [
        PrefixAnswers(
            datacentre=centre.id,
            prefix=prefix,
            family=Family.IPV6 if ":" in prefix else Family.IPV4,
            answers=tuple(_answer(question, centre.id, prefix, before, after) for question in CHECKS),
        )
        for centre in centres
        for prefix in centre.prefixes
    ]
    return tuple(sorted(found, key=lambda item: item.badness))


def newly_failing(after: Run, comparison: Comparison, prefixes: Sequence[PrefixAnswers], fail_on: Severity) -> bool:
    """Whether a check of that severity fails that did not, or fails now for a prefix that was good before.

    A check that failed already for one prefix says the same when a second one breaks: the rows tell it.
    """
    broken = {(change.check, change.target.name) for change in comparison.changes if change.difference is _BROKEN}
    broken |= {
        (check, item.datacentre)
        for item in prefixes
        for answer in item.answers
        if answer.worse
        for check in CHECKS[answer.question]
    }
    return any(
        result.severity.rank <= fail_on.rank
        for result in after.results
        if result.verdict.outcome.status is Status.FAIL and not result.waived
        if (result.verdict.check, result.verdict.target.name) in broken
    )


_BROKEN = Difference.BROKEN


def _answer(question: Question, centre: str, prefix: str, before: Run, after: Run) -> Answer:
    earlier, later = (_rows(run.results, question, centre, prefix) for run in (before, after))
    return Answer(
        question=question, before=_ok(earlier), after=_ok(later), saw_before=_saw(earlier), saw_after=_saw(later)
    )


def _rows(results: Iterable[Result], question: Question, centre: str, prefix: str) -> list[Observation]:
    """The rows about the prefix or a part of it."""
    own = ipaddress.ip_network(prefix)
    return [
        row
        for result in results
        if result.verdict.check in CHECKS[question] and result.verdict.target.name == centre
        for row in result.verdict.outcome.observed
        if _lies_in(row.where.partition(" ")[0], own)
    ]


def _lies_in(where: str, own: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        found = ipaddress.ip_network(where)
    except ValueError:
        return False
    return found.version == own.version and found.prefixlen >= own.prefixlen and found.overlaps(own)


def _ok(rows: list[Observation]) -> bool | None:
    """No where any row says no; yes where all say yes."""
    said = {row.ok for row in rows}
    if False in said:
        return False
    return True if said == {True} else None


def _saw(rows: list[Observation]) -> str:
    """What decides: the rows that say no, else all."""
    deciding = [row for row in rows if row.ok is False] or rows
    return "; ".join(f"{row.where}: {row.saw}" if " " in row.where else row.saw for row in deciding[:4])
