"""Blackout windows: hours in which nothing is sent."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.inventory import Blackout

__all__ = ["active_window", "refusal"]


def active_window(windows: Iterable[Blackout], now: float) -> Blackout | None:
    """The window that `now` (seconds since 1970 UTC) lies in, or None.

    Windows repeat daily in their own time zone; one whose end is not after its start runs over midnight.
    Raises ValueError for an unknown time zone.
    """
    return next((window for window in windows if _within(window, now)), None)


def refusal(windows: Iterable[Blackout], now: float) -> Failure | None:
    """Why nothing may be sent now, or None."""
    window = active_window(windows, now)
    if window is None:
        return None
    hours = f"{window.start:%H:%M}-{window.end:%H:%M} {window.zone}"
    reason = f": {window.reason}" if window.reason else ""
    return Failure(
        reason=Reason.BLACKOUT, side=Side.OURS, detail=f"the inventory's blackout window {hours} is on{reason}"
    )


def _within(window: Blackout, now: float) -> bool:
    try:
        local = datetime.fromtimestamp(now, ZoneInfo(window.zone))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"blackout: unknown time zone {window.zone!r}") from error
    clock = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
    start = timedelta(hours=window.start.hour, minutes=window.start.minute, seconds=window.start.second)
    end = timedelta(hours=window.end.hour, minutes=window.end.minute, seconds=window.end.second)
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end
