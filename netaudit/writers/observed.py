"""What was observed, made short: what is wrong first, and rows that say the same counted."""

from collections.abc import Iterable
from typing import NamedTuple

from netaudit.model.verdict import Observation

__all__ = ["Alike", "alike", "worst_first"]

_GOODNESS = (False, None, True)


class Alike(NamedTuple):
    """A row of evidence and how many more places showed the same."""

    row: Observation
    more: int


def worst_first(rows: Iterable[Observation]) -> tuple[Observation, ...]:
    """Return the rows with what is wrong first and what is right last, each in the judge's order."""
    return tuple(sorted(rows, key=lambda row: _GOODNESS.index(row.ok)))


def alike(rows: Iterable[Observation]) -> tuple[Alike, ...]:
    """Return the rows with those that saw the same put together, in the order of their first."""
    places: dict[tuple[bool | None, str], list[Observation]] = {}
    for row in rows:
        places.setdefault((row.ok, row.saw), []).append(row)
    return tuple(Alike(same[0], len(same) - 1) for same in places.values())
