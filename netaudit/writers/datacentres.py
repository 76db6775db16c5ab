"""A data centre's page: the ways to each prefix, IPv4 beside IPv6, its operators, its sources with their age."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from markupsafe import Markup

from netaudit.model.common import Family
from netaudit.model.multihome import PrefixWays, SourceSummary
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, TargetKind
from netaudit.writers import words
from netaudit.writers.as_graph_picture import as_graph_picture
from netaudit.writers.groups import worst_first
from netaudit.writers.wording import Wording

__all__ = ["DataCentrePage", "DrawnWays", "SourceRow", "datacentres_of"]

_HOUR, _DAY = 3_600, 86_400


@dataclass(frozen=True)
class DrawnWays:
    """The ways to a prefix, with their picture."""

    ways: PrefixWays
    picture: Markup


@dataclass(frozen=True)
class SourceRow:
    """A source as a reader knows it: what it is evidence of, and how old it was when the scan began."""

    of: SourceSummary
    kind: str
    age: str


def datacentres_of(run: Run, unit: str) -> list[str]:
    """The data centres that a unit operates."""
    return [id for id, centre in run.datacentres.items() if centre.owner == unit]


class DataCentrePage:
    """What the report says of one data centre."""

    def __init__(self, run: Run, id: str, wording: Wording) -> None:
        self._run = run
        self._centre = run.datacentres[id]
        self._wording = wording
        self.results: list[Result] = sorted(
            (r for r in run.results if r.verdict.target.kind is TargetKind.DATACENTRE and r.verdict.target.name == id),
            key=worst_first,
        )
        self.judged = self._centre.samples > 0
        """Whether there was a route table to observe anything in."""

    @property
    def counts(self) -> Mapping[Status, int]:
        """Its results by status."""
        return Counter(result.verdict.outcome.status for result in self.results)

    def observed(self, family: Family) -> str:
        """The operators observed in a family; a dash without a route table."""
        seen = [share.operator or f"AS{share.asn}" for share in self._centre.operators if family in share.shares]
        none = self._wording.gettext("none") if self.judged else "–"
        return self._wording.joined(dict.fromkeys(seen)) or none

    @property
    def pairs(self) -> list[tuple[DrawnWays | None, DrawnWays | None]]:
        """The IPv4 prefixes beside the IPv6 ones, in the order of the inventory; None where one family has fewer."""
        drawn = [
            DrawnWays(ways, as_graph_picture(ways, self._centre, number, self._wording))
            for number, ways in enumerate(self._centre.prefixes, 1)
        ]
        ipv4, ipv6 = ([one for one in drawn if one.ways.family is family] for family in (Family.IPV4, Family.IPV6))
        return [(left, right) for left, right in zip_longest(ipv4, ipv6)]

    @property
    def sources(self) -> list[SourceRow]:
        """The sources of all its evidence."""
        return [
            SourceRow(source, self._wording.gettext(words.word(words.JOBS, source.kind)), self._age(source))
            for source in self._centre.sources
        ]

    def _age(self, source: SourceSummary) -> str:
        if source.data_time is None:
            return ""
        seconds = max(0.0, self._run.started - source.data_time)
        if seconds < 2 * _DAY:
            hours = int(seconds // _HOUR)
            return self._wording.ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
        days = int(seconds // _DAY)
        return self._wording.ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
