"""From facts to evidence: every target that the scan asked about, with the security states that its exchanges prove."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from netaudit.judge.bugs import bug
from netaudit.judge.derive_coverage import Coverages, ServiceStates
from netaudit.judge.derive_names import NameDeriver
from netaudit.judge.derive_resolvers import resolver_evidence
from netaudit.judge.derive_services import ServiceDeriver
from netaudit.judge.history import Past
from netaudit.judge.scope import Scope, all_closed
from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Family
from netaudit.model.evidence import (
    DataCentreEvidence,
    EndpointEvidence,
    Evidence,
    HostEvidence,
    MailEvidence,
    RegisterEvidence,
    ResolverEvidence,
    ZoneEvidence,
)
from netaudit.model.facts import ConnectFact, Lookup, UplinkFact, WebFact
from netaudit.model.inventory import DataCentre, Service
from netaudit.model.routing import RoutingFact
from netaudit.model.verdict import Target, TargetKind
from netaudit.rules.addresses import within
from netaudit.rules.upstreams import of_family

__all__ = ["Derived", "Opened", "derive", "derive_coverage", "derive_measured", "opened"]


@dataclass(frozen=True)
class Derived:
    """A target with its evidence, or why there is none.

    `services` are those it stands for; `families` those in which the target has addresses, None when
    that is not known or makes no sense.
    """

    target: Target
    evidence: Evidence | None
    failure: Failure | None = None
    services: tuple[Service, ...] = ()
    families: frozenset[Family] | None = None


@dataclass(frozen=True)
class Opened:
    """One scan's facts with the ways to derive evidence from them."""

    names: NameDeriver
    services: ServiceDeriver
    scope: Scope


def opened(book: FactBook, past: Past | None = None, now: float | None = None) -> Opened:
    """Get ready to derive, as of the moment the scan began, or of `now`. Raises ValueError and LookupError."""
    past = past or Past()
    names = NameDeriver(book, past.newest, now)
    return Opened(names, ServiceDeriver(names, past.ready), Scope(book))


def derive(book: FactBook, past: Past | None = None, now: float | None = None) -> Iterator[Derived]:
    """Derive the evidence of every target, in the inventory's order, zones first.

    The moment of judging is the scan's unless `now` is given: judging the same facts later says the same. What a
    partial scan did not ask is no target. `past`: earlier scans, for what shows only over time. Raises ValueError
    when the trust anchors in the facts can't be read, and LookupError when the facts do not say what was scanned; a
    fault of ours costs its own target alone.
    """
    scan = opened(book, past, now)
    yield from derive_measured(scan)
    yield from derive_coverage([scan])


def derive_measured(scan: Opened) -> Iterator[Derived]:
    """The evidence of every target but coverage, which is counted over the others."""
    names, services, scope = scan.names, scan.services, scan.scope
    yield from _zones(names, scope)
    yield from _of_services(TargetKind.HOST, names.services_by_host, names.host, scope)
    yield from _of_services(TargetKind.ENDPOINT, services.by_endpoint, services.endpoint, scope)
    yield from _of_services(TargetKind.MAIL, services.by_domain, services.mail, scope)
    for resolver in names.inventory.resolvers:
        target = Target(kind=TargetKind.RESOLVER, name=resolver.id)
        if scope.asked(target, "resolver"):
            yield _derived(target, partial(resolver_evidence, names, resolver), scope.failure(target))
    yield from _files(names, services, scope)


def derive_coverage(scans: Sequence[Opened]) -> Iterator[Derived]:
    """The coverage of each tier, from each service's newest measurement; `scans` are newest first."""
    coverages = Coverages(scans[0].services, [ServiceStates(scan.services, scan.scope) for scan in scans])
    for target in coverages.targets:
        yield _derived(target, partial(coverages.of, target), None)


def _zones(names: NameDeriver, scope: Scope) -> Iterator[Derived]:
    for name in dict.fromkeys(names.inventory.zones):
        target = Target(kind=TargetKind.ZONE, name=name)
        if scope.asked(target, "zone"):
            yield _derived(target, partial(names.zone, name), scope.failure(target))


def _of_services(
    kind: TargetKind, listed: dict[str, tuple[Service, ...]], make: Callable[[str], Evidence], scope: Scope
) -> Iterator[Derived]:
    """Hosts, endpoints or mail domains, each with its services; those on closed networks need no facts."""
    for name, services in listed.items():
        target = Target(kind=kind, name=name)
        if scope.asked_service(target, services):
            failure = None if all_closed(services) else scope.failure(target)
            yield _derived(target, partial(make, name), failure, services)


def _files(names: NameDeriver, services: ServiceDeriver, scope: Scope) -> Iterator[Derived]:
    book = names.book
    for datacentre in names.inventory.datacentres:
        target = Target(kind=TargetKind.DATACENTRE, name=datacentre.id)
        if scope.asked(target, "datacentre"):
            yield _derived(target, partial(_datacentre, names, services, datacentre), scope.failure(target))
    for register in names.inventory.registers:
        target = Target(kind=TargetKind.REGISTER, name=register.id)
        if scope.asked(target, "register"):
            counted = RegisterEvidence(**names.common, register=register, fact=book.registers.get(register.id))
            failure = scope.failure(target)
            yield Derived(target, None if failure else counted, failure)


def _datacentre(names: NameDeriver, services: ServiceDeriver, datacentre: DataCentre) -> DataCentreEvidence:
    book, id = names.book, datacentre.id
    return DataCentreEvidence(
        **names.common,
        datacentre=datacentre,
        routes=_by_id(book.routes.get(id, ())),
        uplinks=_by_id(book.uplinks.get(id, ())),
        vrps=_by_id(book.vrps.get(id, ())),
        route_objects=_by_id(book.route_objects.get(id, ())),
        registrations=_by_id(book.registrations.get(id, ())),
        sessions=_by_id(book.sessions.get(id, ())),
        inside=_inside(services, datacentre),
    )


def _inside(services: ServiceDeriver, datacentre: DataCentre) -> tuple[EndpointEvidence, ...]:
    """The endpoints that were tried at an address in the data centre's prefixes."""
    book = services.names.book
    prefixes = [prefix for family in Family for prefix in of_family(datacentre.prefixes, family)]
    found = []
    for endpoint in services.by_endpoint:
        tried: tuple[WebFact | ConnectFact, ...] = (*book.web.get(endpoint, ()), *book.connects.get(endpoint, ()))
        if any(within(fact.address, prefixes) for fact in tried):
            with suppress(Exception):  # a fault of ours: the endpoint's own target tells of it
                found.append(services.endpoint(endpoint))
    return tuple(found)


_Sourced = TypeVar("_Sourced", bound=RoutingFact | UplinkFact)


def _by_id(facts: Iterable[_Sourced]) -> tuple[_Sourced, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.id))


def _derived(
    target: Target,
    make: Callable[[], Evidence | None],
    failure: Failure | None,
    services: tuple[Service, ...] = (),
) -> Derived:
    if failure is not None:
        return Derived(target, None, failure, services)
    try:
        evidence = make()
        return Derived(target, evidence, None, services, _families(evidence))
    except Exception as error:
        return Derived(target, None, bug(error), services)


def _families(evidence: Evidence | None) -> frozenset[Family] | None:
    """The families in which a target has addresses."""
    match evidence:
        case ZoneEvidence():
            return frozenset(server.family for server in evidence.servers)
        case ResolverEvidence():
            return frozenset(address.family for address in evidence.addresses)
        case HostEvidence():
            return _found((evidence.a, evidence.aaaa))
        case EndpointEvidence():
            return _found((evidence.host.a, evidence.host.aaaa))
        case MailEvidence() if evidence.hosts:
            return _found(lookup for host in evidence.hosts.values() for lookup in (host.a, host.aaaa))
        case _:
            return None


def _found(lookups: Iterable[Lookup | None]) -> frozenset[Family] | None:
    """The families that addresses were found in; None when a look-up failed or was not made."""
    found: set[Family] = set()
    for lookup in lookups:
        if lookup is None or lookup.failure is not None:
            return None
        if lookup.addresses:
            found.add(Family.IPV6 if lookup.rdtype == "AAAA" else Family.IPV4)
    return frozenset(found)
