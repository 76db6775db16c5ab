"""What the numbers of each part of a page should be, counted from the run alone: nothing of the writers is asked.

A part is told by its id, its class, or what it links to. What it yields is compared with what stands there, in order.
"""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from netaudit.model.common import Family
from netaudit.model.run import Run
from netaudit.model.verdict import Status, Target, TargetKind
from tests.writers.figures import Recount
from tests.writers.recount_index import IndexPage
from tests.writers.recount_parts import (
    LISTED,
    NAMES,
    ROWS,
    Figures,
    Page,
    by_status,
    counts_line,
    evaluated,
    gaps,
    host_of,
    moment,
    more,
    number,
    passes,
    plain,
    share,
)

__all__ = ["recount_page"]


def recount_page(run: Run, name: str) -> Recount:
    """What counts the parts of the page `name`: `index.html`, `unit/skhdt.html`."""
    folder, _, file = name.rpartition("/")
    pages = {"": IndexPage, "unit": UnitPage, "checks": CheckPage, "zone": ZonePage, "service": ServicePage}
    return pages.get(folder, DataCentrePage)(run, file.removesuffix(".html"))


class CheckPage(Page):
    """A check: its results by status."""

    def part(self, element: Element, own: set[str]) -> Iterable[str] | None:
        results = [result for result in self.run.results if result.verdict.check == self.id]
        counts = by_status(results)
        if "pillar" in own:
            return counts_line(counts)
        if element.tag == "h2" and element.find("span") is not None:
            title = counts[Status.FAIL] + counts[Status.WARN]
            self.titles = getattr(self, "titles", 0) + 1
            return number(title if self.titles == 1 else counts[Status.COULD_NOT_TEST] + counts[Status.MANUAL])
        if "group" in own:
            marks = {use.get("href") for use in element.iterfind("summary//{*}use")}
            return number(counts[Status.PASS if marks == {"#m-pass"} else Status.NOT_APPLICABLE])
        if element.get("class") == "advice":
            return self.parameters()
        return None

    def parameters(self) -> Figures:
        for value in self.run.checks[self.id].parameters.values():
            yield from plain(*value[:LISTED]) if isinstance(value, list | tuple) else plain(value)
            yield from more(len(value) - LISTED) if isinstance(value, list | tuple) else ()


class UnitPage(Page):
    """A unit: its results by pillar and status."""

    tells_units = False

    def __init__(self, run: Run, id: str) -> None:
        super().__init__(run, id)
        self.unit = next(each for each in run.unit_results if each.unit == id)
        self.all = [self.results[result] for result in self.unit.results]

    def part(self, element: Element, own: set[str]) -> Iterable[str] | None:
        if "pillar" in own:
            counts = next(p.counts for p in self.unit.pillars if p.pillar == element.get("data-pillar"))
            return [*share(counts.get(Status.PASS, 0), evaluated(counts)), *counts_line(counts)]
        if "following" in own:
            following = [r for r in self.all if not r.waived and self.causes(r)]
            return number(len(following))
        if element.get("aria-labelledby") == "gaps-title":
            return gaps(result for result in self.all if not result.waived)
        if element.get("aria-labelledby") == "rest-title":
            return self.rest()
        if element.get("aria-labelledby") == "services-title":
            return number(*(len(service.units) for service in self.run.services if self.id in service.units))
        return None

    def rest(self) -> Figures:
        counts = by_status(self.all)
        waived = [result for result in self.all if result.waived]
        yield from more(len(waived))
        yield str(counts[Status.PASS])
        yield from passes([r for r in self.all if r.verdict.outcome.status is Status.PASS and not r.waived])
        yield from more(counts[Status.NOT_APPLICABLE])
        yield from passes([r for r in self.all if r.verdict.outcome.status is Status.NOT_APPLICABLE and not r.waived])


class TargetPage(Page):
    """A page about one target: its results, and what its kind has beside them."""

    def part(self, element: Element, own: set[str]) -> Iterable[str] | None:
        heading = element.get("aria-labelledby", "").partition("-")[0]
        return self.rest() if heading == "results" else self.section(heading)

    def section(self, heading: str) -> Iterable[str] | None:
        raise NotImplementedError

    def concerns(self, target: Target) -> bool:
        raise NotImplementedError

    def rest(self) -> Figures:
        """The checks that passed, and those that do not apply, beside what is told in full."""
        for status in (Status.PASS, Status.NOT_APPLICABLE):
            own = (result for result in self.run.results if self.concerns(result.verdict.target))
            results = [result for result in own if result.verdict.outcome.status is status]
            yield from more(len({result.verdict.check for result in results}))
            yield from passes(results)


class ZonePage(TargetPage):
    """A zone: what was seen of each of its servers."""

    def concerns(self, target: Target) -> bool:
        return (target.kind, target.name) == (TargetKind.ZONE, self.id)

    def section(self, heading: str) -> Iterable[str] | None:
        return self.servers() if heading == "servers" else None

    def servers(self) -> Figures:
        own = (result.verdict for result in self.run.results if self.concerns(result.verdict.target))
        rows = [row for verdict in own for row in verdict.outcome.observed]
        servers = self.run.zone_summaries[self.id].servers
        for server in servers[:ROWS]:
            seen = [row.ok for row in rows if (row.where, row.address) == (server.name, server.address)]
            yield from number(seen.count(True), seen.count(False))
        yield from more(len(servers) - ROWS)


class ServicePage(TargetPage):
    """A service: its own results and those of its host."""

    def concerns(self, target: Target) -> bool:
        hosts = {
            TargetKind.ENDPOINT: self.service,
            TargetKind.HOST: host_of(self.service),
            TargetKind.MAIL: self.service,
        }
        return hosts.get(target.kind) == target.name

    def section(self, heading: str) -> Iterable[str] | None:
        if heading == "latency" and not self.run.parity[self.service].round_trips:
            return ["250", "8305"]  # milliseconds, RFC
        return None

    @property
    def service(self) -> str:
        return next(name for name in self.run.parity if self.id == re.sub(r"[:/]+", "-", name))


class DataCentrePage(TargetPage):
    """A data centre: peers that see each prefix, shares of operators, ages of sources."""

    def concerns(self, target: Target) -> bool:
        return (target.kind, target.name) == (TargetKind.DATACENTRE, self.id)

    def section(self, heading: str) -> Iterable[str] | None:
        sections = {"ways": self.ways, "operators": self.operators, "sources": self.sources}
        return sections[heading]() if heading in sections else None

    def headline(self) -> Figures:
        yield from map(str, self.run.datacentres[self.id].asns[:NAMES])
        yield moment(self.run.started)

    def ways(self) -> Figures:
        pairs: dict[str, list[tuple[int, int]]] = {"ipv4": [], "ipv6": []}
        for ways in self.run.datacentres[self.id].prefixes:
            pairs[ways.family].append((ways.peers, ways.feeds))
        for row in range(max(map(len, pairs.values()))):
            for family in ("ipv4", "ipv6"):
                for peers, feeds in pairs[family][row : row + 1]:
                    yield from number(peers, feeds) if feeds else number(peers)

    def operators(self) -> Figures:
        for operator in self.run.datacentres[self.id].operators:
            for family in (Family.IPV4, Family.IPV6):
                yield from share(operator.shares.get(family, 0), 1) if family in operator.shares else ()

    def sources(self) -> Figures:
        for source in self.run.datacentres[self.id].sources:
            if source.data_time is not None:
                hours = int(max(0.0, self.run.started - source.data_time) // 3600)
                yield moment(source.data_time)
                yield str(hours if hours < 48 else hours // 24)
