"""What earlier scans said of a target: enough for rules that take weeks, and little enough to keep for years."""

from netaudit.model.common import Record, Timestamp
from netaudit.model.verdict import Status

__all__ = ["PastStatus"]


class PastStatus(Record, frozen=True, kw_only=True):
    """What one earlier scan said of one rule about one target: `pass`, `fail` or `could_not_test`."""

    at: Timestamp  # when that scan began
    status: Status
