"""A zone's page: its results, and its servers with what was seen at each of their addresses."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from netaudit.model.run import Result, Run
from netaudit.model.verdict import TargetKind
from netaudit.writers.groups import worst_first

__all__ = ["Zones", "ZoneServer"]


@dataclass(frozen=True)
class ZoneServer:
    """An address of a zone's name server: how many observations there were as expected, and how many were not."""

    name: str
    address: str
    good: int
    bad: int


class Zones:
    """The results of a run by zone."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._results: dict[str, list[Result]] = defaultdict(list)
        for result in run.results:
            if result.verdict.target.kind is TargetKind.ZONE:
                self._results[result.verdict.target.name].append(result)

    def results(self, zone: str) -> list[Result]:
        """The results of a zone, fails first."""
        return sorted(self._results.get(zone, ()), key=worst_first)

    def servers(self, zone: str) -> list[ZoneServer]:
        """The addresses of an audited zone's servers, in the order in which they were found."""
        marks: dict[tuple[str, str], Counter[bool | None]] = defaultdict(Counter)
        for result in self._results.get(zone, ()):
            for row in result.verdict.outcome.observed:
                marks[row.where, row.address][row.ok] += 1
        found = self._run.zone_summaries[zone].servers
        seen = [(server, marks[server.name, server.address]) for server in found]
        return [ZoneServer(server.name, server.address, marks[True], marks[False]) for server, marks in seen]
