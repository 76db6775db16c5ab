"""A data centre as the report shows it: its sources, its operators, and the ways that collectors' peers see to it."""

from netaudit.model.common import Failure, Family, Record, Text, Timestamp

__all__ = ["OTHERS", "Cut", "DataCentreSummary", "OperatorShare", "PrefixWays", "SourceSummary", "WayBundle"]

OTHERS = -1
"""In ways: operators that are too small to be shown, as one."""


class SourceSummary(Record, frozen=True, kw_only=True):
    """A source of evidence, and whether anything could rest on it."""

    kind: str  # routes, vrps, route_objects, registrations, sessions
    source: str
    format: str = ""
    data_time: Timestamp | None = None
    retrieved_at: Timestamp | None = None
    peers: int = 0  # of a route table
    used: bool = False
    failure: Failure | None = None


class OperatorShare(Record, frozen=True, kw_only=True):
    """A neighbour of the data centre: for which families it is declared, and which share of the peers comes by it."""

    asn: int
    operator: str = ""  # empty: nobody declared it
    declared: tuple[Family, ...] = ()
    shares: dict[Family, float] = {}  # 0 is not there: it was not seen


class WayBundle(Record, frozen=True, kw_only=True):
    """Ways that cross the same ASes of those that are shown, from the peers to the data centre's neighbour."""

    ases: tuple[int, ...]
    peers: int
    examples: tuple[int, ...] = ()  # some of the peer ASes
    itself: bool = False  # the first of `ases` is the peer


class Cut(Record, frozen=True, kw_only=True):
    """An AS, or the adjacency between two, whose loss leaves none of the ways that were seen to `lost` of `peers`."""

    asns: tuple[int, ...]  # one AS; of an operator all that it has; or the two ends
    adjacency: bool = False
    lost: int
    peers: int


class PrefixWays(Record, frozen=True, kw_only=True):
    """The AS graph of one announced prefix, condensed to what a picture can hold."""

    prefix: str
    family: Family
    peers: int  # that see it, of those with a full feed
    feeds: int  # peers with a full feed; 0: not known
    enough: bool = True  # whether there are enough peers to conclude anything
    bundles: tuple[WayBundle, ...] = ()
    left_out: int = 0  # peers whose ways are not among the bundles
    cuts: tuple[Cut, ...] = ()


class DataCentreSummary(Record, frozen=True, kw_only=True):
    """What the page of a data centre shows beside its results."""

    name: Text
    asns: tuple[int, ...]
    owner: str = ""
    operators: tuple[OperatorShare, ...] = ()
    prefixes: tuple[PrefixWays, ...] = ()
    samples: int = 0  # tables apart in time that could be judged; 0: no usable one
    sources: tuple[SourceSummary, ...] = ()
