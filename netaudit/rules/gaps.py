"""Which results without a verdict are gaps in what the scan saw; shared by the roll-up and by writers."""

from netaudit.model.common import Reason
from netaudit.model.run import Result
from netaudit.model.verdict import Status

__all__ = ["could_not_see"]


def could_not_see(result: Result) -> bool:
    """Whether the scan failed to test something that can be tested from where it ran.

    What the inventory declares to be on a closed network is not tested either, but nobody expected it to be.
    """
    outcome = result.verdict.outcome
    closed = outcome.failure is not None and outcome.failure.reason is Reason.NOT_FROM_INTERNET
    return outcome.status is Status.COULD_NOT_TEST and not closed
