"""The kinds of evidence that files hold about a data centre, and what reads each.

A kind's name is its key in the inventory and the first word of its job.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from netaudit.model.inventory import DataCentre
from netaudit.model.routing import RoutesFact, RoutingFact, VrpsFact
from netaudit.probes.files import FilesProbe, ReadFile, unread
from netaudit.routing.mrt import RoutingError, TableDump, read_routes
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
        dump, problem = read_routes(path, datacentre.prefixes), ""
    except RoutingError as error:
        dump, problem = error.partial, str(error)
    if dump is None:
        return RoutesFact(id="", datacentre=datacentre.id, source="", failure=unread(problem))
    return RoutesFact(
        id="",
        datacentre=datacentre.id,
        source="",
        data_time=dump.data_time,
        peers=tuple(dict.fromkeys(dump.peers)),
        feeds=dump.feeds,
        routes=dump.routes,
        updates_only=dump.updates_only,
        failure=unread(problem),
    )


def _vrps(path: Path, datacentre: DataCentre) -> VrpsFact:
    export: VrpExport
    try:
        export, problem = read_vrps(path, datacentre.prefixes), ""
    except VrpError as error:
        export, problem = error.partial, str(error)
    return VrpsFact(
        id="",
        datacentre=datacentre.id,
        source="",
        data_time=export.data_time,
        total=export.total,
        vrps=export.vrps,
        failure=unread(problem),
    )


KINDS = {
    "routes": _Kind(RoutesFact, _routes, "no route collector's file was given"),
    "vrps": _Kind(VrpsFact, _vrps, "no file of validated ROA payloads was given"),
}
