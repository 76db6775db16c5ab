"""What the judges of RPKI share: usable payloads, and the validated origin of every route that is ours to announce."""

import ipaddress
from typing import NamedTuple

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import Route, Vrp
from netaudit.model.verdict import Observation, Outcome
from netaudit.rules.origin import Origin, OriginState, validate_origin
from netaudit.rules.routes import RouteTable, route_table
from netaudit.rules.sources import usable_sources
from netaudit.rules.upstreams import PrefixView, prefix_views


class Payloads(NamedTuple):
    """The payloads of all usable exports, and the oldest of their times: what is newer no export knows of."""

    vrps: tuple[Vrp, ...]
    at: float
    facts: tuple[str, ...]


class Announcement(NamedTuple):
    """A route by its prefix and origin, how many collectors' peers saw it, and what RPKI says of it."""

    prefix: str
    asn: int | None  # None: the path ends in an AS_SET
    peers: int  # 0: declared, seen by nobody
    origin: Origin

    @property
    def name(self) -> str:
        """The route in a line of text."""
        return f"{self.prefix} AS{self.asn}" if self.asn is not None else f"{self.prefix} AS_SET"


def sourced_payloads(evidence: DataCentreEvidence, outcome: Outcome) -> Outcome:
    """The outcome with what re-checking needs: the exports read, and the prefixes looked for."""
    sources = tuple(dict.fromkeys(fact.source for fact in evidence.vrps if fact.source)) or ("VRPS.json",)
    return outcome.with_args({"sources": sources, "declared": evidence.datacentre.prefixes})


def payloads(evidence: DataCentreEvidence, max_age_days: float) -> Payloads | Outcome:
    """Join the usable exports. Without one: `not_tested`, or `too_old` with `days` and `limit`."""
    usable = usable_sources(evidence.vrps, evidence.now, max_age_days, "ROA payloads")
    if isinstance(usable, Outcome):
        return usable
    found = tuple(dict.fromkeys(vrp for fact in usable.sources for vrp in fact.vrps))
    return Payloads(found, usable.at, usable.facts)


def usable_table(evidence: DataCentreEvidence, max_age_days: float) -> RouteTable | None:
    """The routes that collectors saw, where there is a table to believe."""
    table = route_table(evidence, max_age_days)
    return None if isinstance(table, Outcome) else table


def announcements(
    evidence: DataCentreEvidence, vrps: tuple[Vrp, ...], table: RouteTable | None
) -> tuple[Announcement, ...]:
    """Each route of the prefixes as collectors saw it, and as declared: the prefix from an ASN of our own.

    Of several own ASNs the one that RPKI lets originate the prefix is taken: which is meant, nobody declares.
    """
    found: dict[tuple[str, int | None], Announcement] = {}
    own = frozenset(evidence.datacentre.asns)
    for view in prefix_views(evidence.datacentre.prefixes, table.routes if table is not None else ()):
        seen = _seen(view, vrps)
        if own and not any(item.prefix == view.declared and item.asn in own for item in seen):
            seen = (_declared(view.declared, evidence.datacentre.asns, vrps), *seen)
        found |= {(item.prefix, item.asn): item for item in seen}
    return tuple(found.values())


def row(item: Announcement, saw: str, ok: bool | None) -> Observation:
    """A row about one route."""
    seen = f"{item.peers} peers" if item.peers else "declared"
    return Observation(where=item.name, saw=f"{saw}; {seen}", family=family_of(item.prefix), ok=ok)


def family_of(prefix: str) -> Family:
    """The family of a prefix."""
    return Family.IPV6 if ipaddress.ip_network(prefix).version == 6 else Family.IPV4


def shown(vrp: Vrp) -> str:
    """A payload as engineers write it."""
    return f"{vrp.prefix}-{vrp.max_length} AS{vrp.asn}"


def _seen(view: PrefixView, vrps: tuple[Vrp, ...]) -> tuple[Announcement, ...]:
    peers: dict[tuple[str, int | None], set[int]] = {}
    for route in view.announced:
        peers.setdefault((route.prefix, _origin_of(route)), set()).add(route.peer_asn)
    return tuple(
        Announcement(prefix, asn, len(saw), validate_origin(prefix, asn, vrps))
        for (prefix, asn), saw in sorted(peers.items(), key=lambda item: (item[0][0], item[0][1] or 0))
    )


def _origin_of(route: Route) -> int | None:
    return None if route.as_set or not route.as_path else route.as_path[-1]


def _declared(prefix: str, own: tuple[int, ...], vrps: tuple[Vrp, ...]) -> Announcement:
    each = [Announcement(prefix, asn, 0, validate_origin(prefix, asn, vrps)) for asn in own]
    return next((item for item in each if item.origin.state is OriginState.VALID), each[0])
