"""What the engine asks of a probe."""

from collections.abc import Iterable
from typing import Protocol

from netaudit.model.common import Failure
from netaudit.model.facts import Fact

__all__ = ["Probe"]


class Probe(Protocol):
    """One target's observation: `run` observes, `facts` tells what was got, at any time after.

    A probe that is cut short (its deadline, a bug of ours) is asked for its facts all the same, with the
    failure that cut it.
    """

    async def run(self) -> None:
        """Observe. May raise anything; remote trouble is data and not raised."""
        ...

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The facts of the target, as far as `run` came."""
        ...
