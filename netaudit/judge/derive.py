"""From facts to evidence: every target that the scan asked about, with the security states that its exchanges prove."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netaudit.judge.derive_coverage import coverage_of
from netaudit.judge.derive_names import NameDeriver
from netaudit.judge.derive_services import ServiceDeriver
from netaudit.judge.scope import Scope
from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Family
from netaudit.model.evidence import DataCentreEvidence, Evidence, RegisterEvidence
from netaudit.model.facts import Lookup
from netaudit.model.inventory import Service
from netaudit.model.verdict import Target, TargetKind

__all__ = ["Derived", "derive"]


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


def derive(book: FactBook) -> Iterator[Derived]:
    """Derive the evidence of every target, in the inventory's order, zones first.

    The moment of judging is the scan's: judging the same facts later says the same. What a partial scan
    did not ask is no target. Raises ValueError when the trust anchors in the facts can't be read, and
    LookupError when the facts do not say what was scanned.
    """
    names = NameDeriver(book)
    services = ServiceDeriver(names)
    scope = Scope(book)
    yield from _zones(names, scope)
    yield from _hosts(names, scope)
    yield from _endpoints(services, scope)
    yield from _mail(services, scope)
    yield from _files(names, scope)
    for target, evidence in coverage_of(services, scope):
        yield Derived(target, evidence)


def _zones(names: NameDeriver, scope: Scope) -> Iterator[Derived]:
    for name in dict.fromkeys(names.inventory.zones):
        target = Target(kind=TargetKind.ZONE, name=name)
        if not scope.asked(target, "zone"):
            continue
        failure = scope.failure(target)
        evidence = names.zone(name) if failure is None else None
        families = frozenset(server.family for server in evidence.servers) if evidence is not None else None
        yield Derived(target, evidence, failure, families=families)


def _hosts(names: NameDeriver, scope: Scope) -> Iterator[Derived]:
    for host, services in names.services_by_host.items():
        target = Target(kind=TargetKind.HOST, name=host)
        if not scope.asked_service(target, services):
            continue
        failure = None if names.is_closed(host) else scope.failure(target)
        evidence = names.host(host) if failure is None else None
        families = _families((evidence.a, evidence.aaaa)) if evidence is not None else None
        yield Derived(target, evidence, failure, services, families)


def _endpoints(derive: ServiceDeriver, scope: Scope) -> Iterator[Derived]:
    for endpoint, services in derive.by_endpoint.items():
        target = Target(kind=TargetKind.ENDPOINT, name=endpoint)
        if not scope.asked_service(target, services):
            continue
        failure = None if derive.is_closed(services) else scope.failure(target)
        evidence = derive.endpoint(endpoint) if failure is None else None
        families = _families((evidence.host.a, evidence.host.aaaa)) if evidence is not None else None
        yield Derived(target, evidence, failure, services, families)


def _mail(derive: ServiceDeriver, scope: Scope) -> Iterator[Derived]:
    for domain, services in derive.by_domain.items():
        target = Target(kind=TargetKind.MAIL, name=domain)
        if not scope.asked_service(target, services):
            continue
        failure = None if derive.is_closed(services) else scope.failure(target)
        evidence = derive.mail(domain) if failure is None else None
        hosts = evidence.hosts.values() if evidence is not None else ()
        families = _families(lookup for host in hosts for lookup in (host.a, host.aaaa)) if hosts else None
        yield Derived(target, evidence, failure, services, families)


def _files(names: NameDeriver, scope: Scope) -> Iterator[Derived]:
    book = names.book
    for datacentre in names.inventory.datacentres:
        target = Target(kind=TargetKind.DATACENTRE, name=datacentre.id)
        if scope.asked(target, "datacentre"):
            failure = scope.failure(target)
            routes = tuple(sorted(book.routes.get(datacentre.id, ()), key=lambda fact: fact.id))
            evidence = DataCentreEvidence(**names.common, datacentre=datacentre, routes=routes)
            yield Derived(target, None if failure else evidence, failure)
    for register in names.inventory.registers:
        target = Target(kind=TargetKind.REGISTER, name=register.id)
        if scope.asked(target, "register"):
            failure = scope.failure(target)
            counted = RegisterEvidence(**names.common, register=register, fact=book.registers.get(register.id))
            yield Derived(target, None if failure else counted, failure)


def _families(lookups: Iterable[Lookup | None]) -> frozenset[Family] | None:
    """The families that addresses were found in; None when a look-up failed or was not made."""
    found: set[Family] = set()
    for lookup in lookups:
        if lookup is None or lookup.failure is not None:
            return None
        if lookup.addresses:
            found.add(Family.IPV6 if lookup.rdtype == "AAAA" else Family.IPV4)
    return frozenset(found)
