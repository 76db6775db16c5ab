"""What ends when, as the report shows it: what to begin with, what comes later, and a picture."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from math import floor

from markupsafe import Markup

from netaudit.model.expiry import Expiry
from netaudit.rules.calendar import day_of
from netaudit.writers.expiry_picture import DAYS, expiry_picture
from netaudit.writers.wording import Wording

__all__ = ["Calendar"]

_NEAR, _SOON = 7, 30  # days: what a machine should have renewed by then, and what people should begin with


class Calendar:
    """The ends that a run knows of, seen from the moment of its scan."""

    def __init__(self, expiries: Sequence[Expiry], now: float, wording: Wording) -> None:
        self._expiries = expiries
        self._now = now
        self._wording = wording

    @cached_property
    def due(self) -> list[Expiry]:
        """What has ended or ends within 30 days; of what machines renew, only what comes near."""
        return [e for e in self._expiries if self.days_left(e) < (_NEAR if e.renews else _SOON)]

    @cached_property
    def later(self) -> list[Expiry]:
        """What else ends within 90 days."""
        return [e for e in self._expiries if self.days_left(e) < DAYS and e not in self.due]

    @property
    def picture(self) -> Markup | None:
        """All of it on one scale; None when nothing ends within 90 days."""
        return expiry_picture(self._expiries, self._now, self._wording)

    def ends_on(self, expiry: Expiry) -> date:
        """The day of an end."""
        return day_of(expiry.at)

    def days_left(self, expiry: Expiry) -> int:
        """Whole days from the scan to an end; negative when it was before."""
        return floor((expiry.at - self._now) / 86_400)
