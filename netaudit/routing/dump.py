"""What every reader of route tables gives: the routes of our prefixes, and the peers with a full feed."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from netaudit.model.common import Family
from netaudit.model.routing import Route

__all__ = ["FullFeeds", "RoutingError", "TableDump"]


class RoutingError(Exception):
    """A file that can't be read, with the offset in the uncompressed stream. `partial` holds what came before."""

    def __init__(self, source: str, offset: int, problem: str, partial: "TableDump | None" = None) -> None:
        super().__init__(f"{source}: at byte {offset}: {problem}")
        self.partial = partial


class TableDump(NamedTuple):
    """What a file says of our prefixes: every peer AS, our routes, the time of its data, and full feeds by family.

    A file of updates holds no table: it says what changed, and of what did not change nothing. A router that
    originates our prefixes never sees them come back: its own table says nothing of how others reach them.
    """

    peers: tuple[int, ...]
    routes: tuple[Route, ...]
    data_time: float | None
    feeds: dict[Family, tuple[int, ...]]
    updates_only: bool = False
    format: str = "mrt"
    messages: tuple[str, ...] = ()  # what the source itself warns of
    local_asn: int = 0  # the AS of the router that made it; 0: it does not say
    originates: bool = False  # that router originates one of our prefixes, or a part of one


class FullFeeds:
    """Which peers carry at least half of a sample of a family's prefixes."""

    def __init__(self) -> None:
        self._sampled: Counter[Family] = Counter()
        self._carried: dict[Family, Counter[int]] = defaultdict(Counter)
        self._told: dict[Family, tuple[int, ...]] = {}

    def add(self, family: Family, peers: Iterable[int]) -> None:
        """A prefix of the sample, and the ASes of the peers that carry it."""
        self._sampled[family] += 1
        self._carried[family].update(set(peers))

    def told(self, family: Family, peers: Iterable[int]) -> None:
        """The source says itself which peers have a full feed."""
        self._told[family] = tuple(sorted(peers))

    def result(self, least: int = 1) -> dict[Family, tuple[int, ...]]:
        """The peers with a full feed, of each family that at least so many prefixes were sampled of."""
        found = {
            family: tuple(sorted(asn for asn, count in self._carried[family].items() if 2 * count >= sampled))
            for family, sampled in sorted(self._sampled.items())
            if sampled >= least
        }
        return found | self._told
