"""Who is counted, and of how many: units, their tiers, and the days on which they and their numbers hold."""

from datetime import date
from typing import Annotated

import msgspec

from netaudit.model.common import Record, Text

__all__ = ["Expectation", "Identifier", "Tier", "Unit"]

Identifier = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
UnitCount = Annotated[int, msgspec.Meta(ge=0)]


class Expectation(Record, frozen=True, kw_only=True):
    """A declared number of units, and the first day on which it holds."""

    expected: UnitCount
    as_of: date


class Tier(Record, frozen=True, kw_only=True):
    """A level of government. Levels are data: nothing assumes that a district exists.

    `expected` is the declared number of units, the denominator of coverage; `as_of` dates it. A number that changes,
    as by a merger, is given as `expectations` instead, each from its day to that of the next.
    """

    id: Identifier
    name: Text
    expected: UnitCount | None = None
    as_of: date | None = None
    expectations: tuple[Expectation, ...] = ()

    def at(self, day: date) -> "Tier":
        """The tier with the number that holds on a day; before the first of several, none is declared."""
        if not self.expectations:
            return self
        held = [expectation for expectation in self.expectations if expectation.as_of <= day]
        latest = max(held, key=lambda expectation: expectation.as_of, default=None)
        if latest is None:
            return msgspec.structs.replace(self, expected=None, as_of=None)
        return msgspec.structs.replace(self, expected=latest.expected, as_of=latest.as_of)


class Unit(Record, frozen=True, kw_only=True):
    """A body that is counted in coverage."""

    id: Identifier
    name: Text
    tier: Identifier
    parent: Identifier | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    merged_into: Identifier | None = None

    def exists(self, day: date) -> bool:
        """Whether it is there on a day: its first and its last day count."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)
