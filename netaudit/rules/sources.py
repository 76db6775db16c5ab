"""Which sources of one kind are fit to conclude from: read to their end, dated, and not too old.

A time in the future tells no age: such data would stay fresh for ever. A day is left to clocks that differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from netaudit.model.common import Failure, Reason, Side, Timestamp
from netaudit.model.routing import SourceFact
from netaudit.model.verdict import Outcome, could_not_test
from netaudit.rules.fetches import first_failure

__all__ = ["Usable", "has_come", "usable_sources"]

_DAY = 86_400

_Sourced = TypeVar("_Sourced", bound=SourceFact)


@dataclass(frozen=True)
class Usable(Generic[_Sourced]):
    """The sources to conclude from, and the oldest of their times: of what is newer none of them can know."""

    sources: tuple[_Sourced, ...]
    at: Timestamp

    @property
    def facts(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(fact.id for fact in self.sources)


def usable_sources(
    facts: Sequence[_Sourced], now: Timestamp, max_age_days: float, what: str
) -> Usable[_Sourced] | Outcome:
    """The usable ones of these sources. Without one: `not_tested`, or `too_old` with `days` and `limit`.

    `what` names in failures what the sources hold, in the plural.
    """
    read = [fact for fact in facts if fact.failure is None]
    if not read:
        return could_not_test("not_tested", first_failure(fact.failure for fact in facts) or _no_source(what))
    times = {fact.id: fact.dated for fact in read}
    known = {id: at for id, at in times.items() if at is not None and has_come(at, now)}
    fresh = {id: at for id, at in known.items() if now - at <= max_age_days * _DAY}
    if fresh:
        return Usable(tuple(fact for fact in read if fact.id in fresh), min(fresh.values()))
    ids = tuple(times)
    if not known:
        return could_not_test("not_tested", _ours(f"the file of {what} does not say of when it is"), facts=ids)
    days = int((now - max(known.values())) / _DAY)
    failure = _ours(f"the newest {what} are {days} days old")
    return could_not_test("too_old", failure, facts=ids, days=days, limit=max_age_days)


def has_come(at: Timestamp, now: Timestamp) -> bool:
    """Whether data may be of that moment: it is not more than a day ahead."""
    return at - now <= _DAY


def _no_source(what: str) -> Failure:
    return _ours(f"no {what} were read")


def _ours(detail: str) -> Failure:
    return Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail)
