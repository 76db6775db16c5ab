"""Where a clause stands in time: met, its deadline ahead or past, its programme closed."""

from datetime import date

from netaudit.model.run import ClauseStatus, Timeliness

__all__ = ["timeliness"]

_MET = (ClauseStatus.MET, ClauseStatus.ATTESTED)
_NOT_MET = (ClauseStatus.UNMET, ClauseStatus.PARTLY)


def timeliness(status: ClauseStatus, deadline: date | None, ended: date | None, day: date) -> Timeliness | None:
    """Say where a clause stands on `day`; None where there is nothing of its kind.

    A deadline's own day is still in time. Nothing of a programme that has `ended` is late, and neither is what could
    not be tested or was not attested: nobody knows that it is not met.
    """
    if status is ClauseStatus.NOT_APPLICABLE:
        return None
    if status in _MET:
        return Timeliness.MET
    if ended is not None:
        return Timeliness.CLOSED
    if deadline is None:
        return Timeliness.NO_DEADLINE
    if day <= deadline:
        return Timeliness.ON_TRACK
    return Timeliness.LATE if status in _NOT_MET else Timeliness.UNDECIDED
