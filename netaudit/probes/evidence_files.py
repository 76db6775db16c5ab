"""The kinds of evidence that files hold about a data centre, and what reads each.

A kind's name is its key in the inventory and the first word of its job.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from netaudit.model.inventory import DataCentre
from netaudit.model.routing import RegistrationsFact, RouteObjectsFact, RoutesFact, RoutingFact, SessionsFact, VrpsFact
from netaudit.probes.files import FilesProbe, ReadFile, unread
from netaudit.routing.dump import RoutingError, TableDump
from netaudit.routing.registrations import Registrations, RegistrationsError, read_registrations
from netaudit.routing.route_objects import RouteObjectError, RouteObjects, read_route_objects
from netaudit.routing.rtr import is_rtr, read_rtr_file
from netaudit.routing.session_list import SessionListing
from netaudit.routing.sessions import SessionsError, read_sessions
from netaudit.routing.tables import read_table
from netaudit.routing.vrps import VrpError, VrpExport, read_vrps

__all__ = ["KINDS", "evidence_probe"]


class _Kind(NamedTuple):
    fact: type[RoutingFact]
    read: ReadFile
    missing: str  # what to say of a data centre without such a file


def evidence_probe(kind: str, datacentre: DataCentre, files: Sequence[Path]) -> FilesProbe:
    """The probe that reads a data centre's files of one kind. Raises KeyError for an unknown kind."""
    found = KINDS[kind]
    empty = found.fact(id="", datacentre=datacentre.id, source="", failure=unread(found.missing))
    return FilesProbe(datacentre, files, found.read, empty)


def _routes(path: Path, datacentre: DataCentre) -> RoutesFact:
    dump: TableDump | None
    try:
        dump, problem = read_table(path, datacentre.prefixes), ""
    except RoutingError as error:
        dump, problem = error.partial, str(error)
    if dump is None:
        return RoutesFact(id="", datacentre=datacentre.id, source="", failure=unread(problem))
    if not problem and _own_table(dump, datacentre):
        problem = f"{path.name}: the table of the router that originates the prefixes: they never come back to it"
    return RoutesFact(
        id="",
        datacentre=datacentre.id,
        source="",
        format=dump.format,
        data_time=dump.data_time,
        messages=dump.messages,
        peers=tuple(dict.fromkeys(dump.peers)),
        feeds=dump.feeds,
        routes=dump.routes,
        updates_only=dump.updates_only,
        failure=unread(problem),
    )


def _own_table(dump: TableDump, datacentre: DataCentre) -> bool:
    """Whether a router of the data centre's own made it: that our prefixes are not in it proves nothing at all."""
    return dump.originates or (dump.local_asn in datacentre.asns and not dump.routes)


def _vrps(path: Path, datacentre: DataCentre) -> VrpsFact:
    with path.open("rb") as file:
        saved_stream = is_rtr(file.read(2))
    read = read_rtr_file if saved_stream else read_vrps
    export: VrpExport
    try:
        export, problem = read(path, datacentre.prefixes, datacentre.asns), ""
    except VrpError as error:
        export, problem = error.partial, str(error)
    return VrpsFact(
        id="",
        datacentre=datacentre.id,
        source="",
        format="rtr" if saved_stream else "json",
        data_time=export.data_time,
        retrieved_at=_written(path) if saved_stream else None,
        total=export.total,
        vrps=export.vrps,
        aspas=export.aspas,
        failure=unread(problem),
    )


def _route_objects(path: Path, datacentre: DataCentre) -> RouteObjectsFact:
    found: RouteObjects
    try:
        found, problem = read_route_objects(path, datacentre.prefixes), ""
    except RouteObjectError as error:
        found, problem = error.partial, str(error)
    return RouteObjectsFact(
        id="",
        datacentre=datacentre.id,
        source="",
        format=found.format,
        retrieved_at=_written(path),
        objects=found.objects,
        failure=unread(problem),
    )


def _registrations(path: Path, datacentre: DataCentre) -> RegistrationsFact:
    found: Registrations
    try:
        found, problem = read_registrations(path, datacentre.prefixes, datacentre.asns), ""
    except RegistrationsError as error:
        found, problem = error.partial, str(error)
    return RegistrationsFact(
        id="",
        datacentre=datacentre.id,
        source="",
        format=found.format,
        data_time=found.data_time,
        retrieved_at=None if found.data_time is not None else _written(path),
        registrations=found.registrations,
        not_found=found.not_found,
        failure=unread(problem),
    )


def _written(path: Path) -> float:
    """When the file was written: the only time there is for a source that does not say of when its data are."""
    return path.stat().st_mtime


def _sessions(path: Path, datacentre: DataCentre) -> SessionsFact:
    listing: SessionListing
    try:
        listing, problem = read_sessions(path), ""
    except SessionsError as error:
        listing, problem = error.partial, str(error)
    return SessionsFact(
        id="",
        datacentre=datacentre.id,
        source="",
        format=listing.format,
        data_time=listing.data_time,
        router=listing.router,
        sessions=listing.sessions,
        failure=unread(problem),
    )


KINDS = {
    "routes": _Kind(RoutesFact, _routes, "no route collector's file was given"),
    "vrps": _Kind(VrpsFact, _vrps, "no file of validated ROA payloads was given"),
    "route_objects": _Kind(RouteObjectsFact, _route_objects, "no file of route objects was given"),
    "registrations": _Kind(RegistrationsFact, _registrations, "no file of registrations was given"),
    "sessions": _Kind(SessionsFact, _sessions, "no file of BGP sessions was given"),
}
