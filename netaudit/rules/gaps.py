"""Which results without a verdict are gaps in what the scan saw; shared by the roll-up and by writers."""

from netaudit.model.common import Reason
from netaudit.model.run import Result
from netaudit.model.verdict import Status

__all__ = ["could_not_see"]

_DECLARED = (Reason.NOT_FROM_INTERNET, Reason.NOT_FROM_INSIDE)


def could_not_see(result: Result) -> bool:
    """Whether the scan failed to test something that can be tested from where it ran.

    What the inventory declares to be on a closed network is not tested either, but nobody expected it to be; nor is
    what only a stranger to a resolver can see, where the inventory says that the scanner is none.
    """
    outcome = result.verdict.outcome
    declared = outcome.failure is not None and outcome.failure.reason in _DECLARED
    return outcome.status is Status.COULD_NOT_TEST and not declared
