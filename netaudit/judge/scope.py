"""What a scan asked: which parts of the inventory it took, and which of those gave nothing to judge."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Lookup
from netaudit.model.inventory import Service
from netaudit.model.verdict import Target, TargetKind
from netaudit.rules.units import of_units

__all__ = ["CLOSED", "Scope", "all_closed", "closed_lookup", "unfinished"]

CLOSED = Failure(reason=Reason.NOT_FROM_INTERNET, side=Side.OURS)
"""Why a service of the specialised data transmission network (TSLCD) is never tested."""

_UNFINISHED = {Reason.BLACKOUT, Reason.CANCELLED, Reason.BUG}

_JOBS = {
    TargetKind.ZONE: ("zone",),
    TargetKind.HOST: ("name",),
    TargetKind.ENDPOINT: ("endpoint",),
    TargetKind.MAIL: ("mail", "name"),
    TargetKind.DATACENTRE: ("routes",),
    TargetKind.REGISTER: ("register",),
    TargetKind.RESOLVER: ("resolver",),
}


class Scope:
    """Tells what was asked from the jobs that were done and, where a scan ended early, from its selection."""

    def __init__(self, book: FactBook) -> None:
        self._book = book
        self._targets = tuple(book.scan.arguments.get("targets", "").split())
        self._kinds = tuple(book.scan.arguments.get("kinds", "").split())
        part = of_units(book.scan.inventory, tuple(book.scan.arguments.get("units", "").split()))
        again = book.scan.arguments.get("again")
        self._names = None if again is None else frozenset(again.split())
        self._services = frozenset(service.id for service in part.services)
        self._others = frozenset(
            [(TargetKind.ZONE, zone) for zone in part.zones]
            + [(TargetKind.DATACENTRE, centre.id) for centre in part.datacentres]
            + [(TargetKind.REGISTER, register.id) for register in part.registers]
            + [(TargetKind.RESOLVER, resolver.id) for resolver in part.resolvers]
        )

    def asked(self, target: Target, kind: str) -> bool:
        """Whether the scan asked about a zone, data centre, register or resolver, which a selection knows by `kind`."""
        if self._observed(target):
            return True
        listed = (target.kind, target.name) in self._others
        return listed and not self._book.complete and self._selects(kind, target.name)

    def asked_service(self, target: Target, services: Iterable[Service]) -> bool:
        """Whether the scan asked about a target that stands for services; closed ones count when selected."""
        return self._observed(target) or any(
            self._selects(service.kind, service.host, service.endpoint, service.id)
            for service in services
            if service.id in self._services and (service.network == "tslcd" or not self._book.complete)
        )

    def failure(self, target: Target) -> Failure | None:
        """Why there is nothing to judge: a job was cut short or never came; None when the target was observed."""
        jobs = [self._book.jobs.get(f"{prefix}:{target.name}") for prefix in _JOBS[target.kind]]
        for job in jobs:
            if job is not None and job.failure is not None:
                return job.failure
        if jobs[0] is not None or self._has_fact(target):
            return None
        reason = self._book.end.reason if self._book.end is not None else ""
        detail = f"the scan ended before this target was observed: {reason or 'interrupted'}"
        return Failure(reason=Reason.CANCELLED, side=Side.OURS, detail=detail)

    def _observed(self, target: Target) -> bool:
        return f"{_JOBS[target.kind][0]}:{target.name}" in self._book.jobs or self._has_fact(target)

    def _selects(self, kind: str, *names: str) -> bool:
        if self._names is not None and self._names.isdisjoint(names):
            return False
        return _matches(self._kinds, (kind,)) and _matches(self._targets, names)

    def _has_fact(self, target: Target) -> bool:
        book, name = self._book, target.name
        match target.kind:
            case TargetKind.ZONE:
                return name in book.zones and book.zones[name].audited
            case TargetKind.HOST:
                return name in book.names
            case TargetKind.ENDPOINT:
                return any(name in seen for seen in (book.web, book.connects, book.dialogues, book.datagrams))
            case TargetKind.MAIL:
                return name in book.mail
            case TargetKind.DATACENTRE:
                return name in book.routes
            case TargetKind.REGISTER:
                return name in book.registers
            case TargetKind.RESOLVER:
                return name in book.resolvers
            case TargetKind.COVERAGE:
                return False


def unfinished(failure: Failure | None) -> bool:
    """Whether a target has nothing to judge because its job never came or was broken off, through no fault of its."""
    return failure is not None and failure.reason in _UNFINISHED


def all_closed(services: Iterable[Service]) -> bool:
    """Whether all these services are on a closed network."""
    return all(service.network == "tslcd" for service in services)


def closed_lookup(name: str, rdtype: str) -> Lookup:
    """The look-up that is never made from here, of a name on a closed network."""
    return Lookup(name=name, rdtype=rdtype, failure=CLOSED)


def _matches(globs: tuple[str, ...], names: Iterable[str]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for name in names for glob in globs)
