"""Days as Viet Nam counts them: plans, authorisations and reports are dated there."""

from datetime import date, datetime, time, timedelta, timezone

__all__ = ["VIET_NAM", "day_of", "end_of_day"]

# UTC+7 without summer time since 1975; a fixed offset needs no time zone database.
VIET_NAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def day_of(at: float) -> date:
    """Return the day in Viet Nam at a moment in seconds since 1970."""
    return datetime.fromtimestamp(at, VIET_NAM).date()


def end_of_day(day: date) -> float:
    """Return the last second of a day in Viet Nam, in seconds since 1970: still that day to whoever writes it out."""
    return datetime.combine(day, time(23, 59, 59), VIET_NAM).timestamp()
