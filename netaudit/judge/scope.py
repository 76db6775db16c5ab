"""What a scan asked: which parts of the inventory it took, and which of those gave nothing to judge."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Lookup
from netaudit.model.inventory import Service
from netaudit.model.verdict import Target, TargetKind

__all__ = ["CLOSED", "Scope", "all_closed", "closed_lookup"]

CLOSED = Failure(reason=Reason.NOT_FROM_INTERNET, side=Side.OURS)
"""Why a service of the specialised data transmission network (TSLCD) is never tested."""

_JOBS = {
    TargetKind.ZONE: ("zone",),
    TargetKind.HOST: ("name",),
    TargetKind.ENDPOINT: ("endpoint",),
    TargetKind.MAIL: ("mail", "name"),
    TargetKind.DATACENTRE: ("routes",),
    TargetKind.REGISTER: ("register",),
}


class Scope:
    """Tells what was asked from the jobs that were done and, where a scan ended early, from its selection."""

    def __init__(self, book: FactBook) -> None:
        self._book = book
        self._targets = tuple(book.scan.arguments.get("targets", "").split())
        self._kinds = tuple(book.scan.arguments.get("kinds", "").split())

    def asked(self, target: Target, kind: str, names: Iterable[str] = ()) -> bool:
        """Whether the scan asked about a target; `kind` and `names` are what a selection knows it by."""
        if f"{_JOBS[target.kind][0]}:{target.name}" in self._book.jobs or self._has_fact(target):
            return True
        return not self._book.complete and self.selects(kind, target.name, *names)

    def asked_service(self, target: Target, services: Iterable[Service]) -> bool:
        """Whether the scan asked about a target that stands for services; closed ones count when selected."""
        return any(
            self.asked(target, service.kind, (service.host, service.endpoint, service.id))
            or (service.network == "tslcd" and self.selects_service(service))
            for service in services
        )

    def selects(self, kind: str, *names: str) -> bool:
        """Whether the scan's selection takes something of this kind with these names."""
        return _matches(self._kinds, (kind,)) and _matches(self._targets, names)

    def selects_service(self, service: Service) -> bool:
        """Whether the scan's selection takes a service."""
        return self.selects(service.kind, service.host, service.endpoint, service.id)

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

    def _has_fact(self, target: Target) -> bool:
        book, name = self._book, target.name
        match target.kind:
            case TargetKind.ZONE:
                return name in book.zones and book.zones[name].audited
            case TargetKind.HOST:
                return name in book.names
            case TargetKind.ENDPOINT:
                return name in book.web or name in book.connects
            case TargetKind.MAIL:
                return name in book.mail
            case TargetKind.DATACENTRE:
                return name in book.routes
            case TargetKind.REGISTER:
                return name in book.registers
            case TargetKind.COVERAGE:
                return False


def all_closed(services: Iterable[Service]) -> bool:
    """Whether all these services are on a closed network."""
    return all(service.network == "tslcd" for service in services)


def closed_lookup(name: str, rdtype: str) -> Lookup:
    """The look-up that is never made from here, of a name on a closed network."""
    return Lookup(name=name, rdtype=rdtype, failure=CLOSED)


def _matches(globs: tuple[str, ...], names: Iterable[str]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for name in names for glob in globs)
