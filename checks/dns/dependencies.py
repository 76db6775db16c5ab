"""What a zone's resolution rests on: other zones, one network, or zones that wait for each other (RFC 2182)."""

import ipaddress
from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.dependencies import Graph, NameServer, Step
from netaudit.rules.resolution import views
from netaudit.rules.zones import unlooked

from ._helpers import parent_failure

_OPEN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="not every name server on the way was looked up")


def judge(evidence: ZoneEvidence, *, ipv4_length: int, ipv6_length: int) -> Outcome:
    """Follow the names of the zone's servers through the zones they live in, as far as the scan met those.

    What could still be found with an address that nobody asked for is never called lost. `ipv4_length` and
    `ipv6_length` are the lengths of prefixes that are taken for one network.
    """
    if evidence.zone == ".":
        return not_applicable("root")
    known = evidence.surroundings.zones.get(evidence.zone)
    if known is None:
        return could_not_test("no_parent_answer", parent_failure(evidence.referrals))
    hopeful, certain = views(evidence)
    node = hopeful.zones[evidence.zone]
    lost = [server for server in node.servers if not server.glue and server.home not in hopeful.resolvable()]
    rows = tuple(_row(evidence, server, server in lost) for server in node.servers)
    facts = _facts(evidence, hopeful)
    dead = evidence.zone not in hopeful.resolvable()
    circle = _circle(hopeful, evidence.zone, lost)
    if circle:
        message, outcome = ("cycle", failed) if dead else ("cycle_partly", warned)
        names = tuple(sorted(server.name for server in lost))
        return outcome(message, observed=rows, facts=facts, servers=names, path=_path(circle))
    if dead:
        return failed("dead_end", observed=rows, facts=facts, culprit=hopeful.blocker(evidence.zone))
    needed = _needed(hopeful, evidence.zone)
    if needed:
        return warned("one_zone", observed=rows, facts=facts, zones=needed)
    spread = _spread(evidence, {Family.IPV4: ipv4_length, Family.IPV6: ipv6_length})
    if spread.single and not unlooked(evidence):
        return warned("one_network", observed=(*rows, *spread.rows), facts=facts, networks=spread.networks)
    if spread.single or evidence.zone not in certain.resolvable() or _needed(certain, evidence.zone):
        failure = next((evidence.fact.unresolved[name] for name in sorted(unlooked(evidence))), _OPEN)
        return could_not_test("open", failure, observed=rows, facts=facts)
    others = tuple(sorted({s.home for s in node.servers} - {evidence.zone, *hopeful.ancestors(evidence.zone)}))
    return passed("ok" if others else "own", observed=rows, facts=facts, zones=others)


def _circle(graph: Graph, zone: str, lost: list[NameServer]) -> tuple[Step, ...]:
    """The circle that the zone is in, or that one of its servers' names leads into."""
    circle = graph.cycle(zone)
    for server in lost:
        if circle:
            break
        beyond = graph.cycle(server.home)
        circle = (Step(zone, server.name), *beyond) if beyond else ()
    return circle


def _path(circle: tuple[Step, ...]) -> tuple[str, ...]:
    """Each step as "zone (name server)"."""
    return tuple(f"{step.zone} ({step.server})" if step.server else step.zone for step in circle)


def _needed(graph: Graph, zone: str) -> tuple[str, ...]:
    """The zones that the zone can't do without: the lowest of each line, and no top-level domains.

    A top-level domain whose loss is everybody's is no choice of the zone's.
    """
    needed = graph.indispensable(zone)
    above = {higher for name in needed for higher in graph.ancestors(name)}
    return tuple(name for name in needed if name not in above and graph.zones[name].parent != ".")


def _row(evidence: ZoneEvidence, server: NameServer, lost: bool) -> Observation:
    lies = "itself" if server.home == evidence.zone else server.home
    addresses = [s.server.address for s in evidence.servers if s.server.name == server.name]
    how = "glue" if server.glue else "its address is looked up there"
    saw = f"in the zone {lies}; {how}; {', '.join(addresses) or 'no address known'}"
    return Observation(where=server.name, saw=saw, ok=False if lost else None)


def _facts(evidence: ZoneEvidence, graph: Graph) -> tuple[str, ...]:
    met = evidence.surroundings.zones
    zones = [met[zone] for zone in (evidence.zone, *sorted(graph.zones)) if zone in met]
    return tuple(dict.fromkeys(id for zone in zones for id in zone.facts))


class _Spread(NamedTuple):
    """Whether all servers of each family stand in one network, and in which."""

    single: bool
    networks: tuple[str, ...]
    rows: tuple[Observation, ...]


def _spread(evidence: ZoneEvidence, lengths: dict[Family, int]) -> _Spread:
    """The servers of one machine are another check's finding; so there must be two names here."""
    networks: dict[Family, set[str]] = {}
    for server in evidence.servers:
        networks.setdefault(server.family, set()).add(_network(server, lengths))
    names = {server.server.name for server in evidence.servers}
    single = len(names) > 1 and all(len(found) == 1 for found in networks.values())
    rows = tuple(
        Observation(where=s.server.name, saw=f"in {_network(s, lengths)}", address=s.server.address, family=s.family)
        for s in evidence.servers
    )
    return _Spread(single, tuple(sorted(set().union(*networks.values()))), rows)


def _network(server: ServerEvidence, lengths: dict[Family, int]) -> str:
    return str(ipaddress.ip_network(f"{server.server.address}/{lengths[server.family]}", strict=False))
