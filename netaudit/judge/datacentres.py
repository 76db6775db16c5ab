"""What the report shows of each data centre: sources with their age, operators by family, the ways to each prefix."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from netaudit.judge.derive import Derived
from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import RoutesFact
from netaudit.model.multihome import OTHERS, Cut, DataCentreSummary, OperatorShare, PrefixWays, SourceSummary, WayBundle
from netaudit.model.profile import CheckInfo
from netaudit.model.routing import SourceFact
from netaudit.model.verdict import Outcome
from netaudit.rules.as_graph import AsGraph
from netaudit.rules.prefix_graphs import (
    lost_and_concerned,
    operator_losses,
    prefix_graphs,
    shared_parts,
)
from netaudit.rules.routes import RouteTable, route_tables

__all__ = ["datacentres_of_run"]

_TRANSIT, _OPERATORS, _BUNDLES, _EXAMPLES, _CUTS = 5, 4, 40, 4, 6  # of one picture
_PREFIXES = 200  # pictures of one data centre

_CHECKS = ("multihome.uplink_loss", "multihome.shared_fate")


class _Limits(NamedTuple):
    """The parameters of the checks that find the cuts; what a check lacks, or is not there, limits nothing."""

    max_age_days: float = 0.0
    min_apart_minutes: float = 0.0
    min_peers: float = 0.0
    min_survivors: float = 0.0
    max_share: float = 1.0
    min_lost: float = 1.0

    @classmethod
    def of(cls, checks: Mapping[str, CheckInfo]) -> "_Limits":
        """Of the two checks together."""
        given = {name: value for id in _CHECKS if id in checks for name, value in checks[id].parameters.items()}
        numbers = {name: float(value) for name, value in given.items() if isinstance(value, int | float)}
        return cls(**{name: value for name, value in numbers.items() if name in cls._fields})


def datacentres_of_run(
    targets: Iterable[Derived], checks: Mapping[str, CheckInfo]
) -> Iterator[tuple[str, DataCentreSummary]]:
    """Each data centre by its id. What is a cut is what the checks find by their own parameters."""
    limits = _Limits.of(checks)
    for derived in targets:
        if isinstance(derived.evidence, DataCentreEvidence):
            yield derived.target.name, _summary(derived.evidence, limits)


def _summary(evidence: DataCentreEvidence, limits: _Limits) -> DataCentreSummary:
    centre = evidence.datacentre
    tables = route_tables(evidence, limits.max_age_days, limits.min_apart_minutes)
    known = () if isinstance(tables, Outcome) else tables
    newest = known[0] if known else None
    return DataCentreSummary(
        name=centre.name,
        asns=centre.asns,
        owner=centre.owner or "",
        operators=_operators(evidence, newest),
        prefixes=tuple(_prefixes(evidence, newest, limits)) if newest is not None else (),
        samples=len(known),
        sources=tuple(_sources(evidence, frozenset(id for table in known for id in table.facts))),
    )


def _sources(evidence: DataCentreEvidence, tables: frozenset[str]) -> Iterator[SourceSummary]:
    kinds: dict[str, tuple[SourceFact, ...]] = {
        "routes": evidence.routes, "vrps": evidence.vrps, "route_objects": evidence.route_objects,
        "registrations": evidence.registrations, "sessions": evidence.sessions,
    }  # fmt: skip
    for kind, facts in kinds.items():
        for fact in facts:
            yield SourceSummary(
                kind=kind,
                source=fact.source,
                format=fact.format,
                data_time=fact.data_time,
                retrieved_at=fact.retrieved_at,
                peers=len(fact.peers) if isinstance(fact, RoutesFact) else 0,
                used=fact.id in tables if kind == "routes" else fact.failure is None,
                failure=fact.failure,
            )


def _operators(evidence: DataCentreEvidence, table: RouteTable | None) -> tuple[OperatorShare, ...]:
    """The declared ones in their order, then what else was seen, the largest first."""
    seen = {family: table.family(evidence, family).upstreams.shares if table is not None else {} for family in Family}
    uplinks = {uplink.asn: uplink for uplink in evidence.datacentre.uplinks}
    others = sorted(
        {asn for shares in seen.values() for asn in shares} - uplinks.keys(),
        key=lambda asn: (-max(shares.get(asn, 0.0) for shares in seen.values()), asn),
    )
    return tuple(
        OperatorShare(
            asn=asn,
            operator=uplinks[asn].operator if asn in uplinks else "",
            declared=uplinks[asn].families if asn in uplinks else (),
            shares={family: shares[asn] for family, shares in seen.items() if asn in shares},
        )
        for asn in (*uplinks, *others[:_BUNDLES])
    )


def _prefixes(evidence: DataCentreEvidence, table: RouteTable, limits: _Limits) -> Iterator[PrefixWays]:
    graphs = [graph for family in Family for graph in prefix_graphs(evidence, table, family)]
    for graph in graphs[:_PREFIXES]:
        enough = graph.peers >= limits.min_peers
        cuts = tuple(_cuts(evidence, graph.graph, limits))[:_CUTS] if enough else ()
        shown = _shown(evidence, graph.graph, cuts)
        bundles = _bundles(graph.graph, shown)
        yield PrefixWays(
            prefix=graph.prefix,
            family=graph.family,
            peers=graph.peers,
            feeds=len(graph.item.feeds),
            enough=enough,
            bundles=bundles[:_BUNDLES],
            left_out=sum(bundle.peers for bundle in bundles[_BUNDLES:]),
            cuts=cuts,
        )


def _cuts(evidence: DataCentreEvidence, graph: AsGraph, limits: _Limits) -> Iterator[Cut]:
    """The operators first: they are nearest."""
    for loss in operator_losses(graph, evidence.datacentre.uplinks):
        if loss.peers and loss.cuts(limits.min_survivors):
            yield Cut(asns=loss.asns, lost=loss.peers - loss.left, peers=loss.peers)
    if len(graph.distant) < limits.min_peers:
        return
    for part in shared_parts(graph, limits.max_share, int(limits.min_lost)):
        lost, peers = lost_and_concerned(graph, part)
        if isinstance(part, tuple):
            yield Cut(asns=part, adjacency=True, lost=lost, peers=peers)
        else:
            yield Cut(asns=(part,), lost=lost, peers=peers)


def _shown(evidence: DataCentreEvidence, graph: AsGraph, cuts: Iterable[Cut]) -> frozenset[int]:
    """The ASes that are shown by themselves: declared and large operators, large transit networks, cuts."""
    crossing: Counter[int] = Counter()
    for vantage, crossed in _crossed(graph).items():
        crossing.update(crossed - {vantage})
    by_size = sorted(graph.onward, key=lambda asn: (-crossing[asn], asn))
    declared = [uplink.asn for uplink in evidence.datacentre.uplinks if uplink.asn in graph.upstreams]
    operators = [*declared, *(asn for asn in by_size if asn in graph.upstreams and asn not in declared)]
    needed = {asn for cut in cuts for asn in cut.asns}
    transit = [asn for asn in by_size if asn not in graph.upstreams and (crossing[asn] > 1 or asn in needed)]
    transit.sort(key=lambda asn: asn not in needed)
    return frozenset((*operators[: max(_OPERATORS, len(declared))], *transit[:_TRANSIT]))


def _crossed(graph: AsGraph) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for way in graph.ways:
        found[way[0]].update(way[:-1])
    return found


def _bundles(graph: AsGraph, shown: frozenset[int]) -> tuple[WayBundle, ...]:
    """Ways alike, the most used first. A peer with several ways counts in each."""
    found: dict[tuple[tuple[int, ...], bool], set[int]] = defaultdict(set)
    for way in graph.ways:
        ases = tuple(asn for asn in way[:-1] if asn in shown)
        last = way[-2]
        found[ases if last in shown else (*ases, OTHERS), way[0] in shown].add(way[0])
    bundles = [
        WayBundle(ases=ases, peers=len(peers), examples=tuple(sorted(peers)[:_EXAMPLES]), itself=itself)
        for (ases, itself), peers in found.items()
    ]
    return tuple(sorted(bundles, key=lambda bundle: (-bundle.peers, bundle.ases)))
