"""The documents about data centres that a world has: what collectors, RPKI, registries and routers would give."""

from typing import NamedTuple

from netaudit.lab.mrt import mrt_bytes
from netaudit.lab.registries import rdap_json, route_objects_text
from netaudit.lab.sessions import sessions_json
from netaudit.lab.vrps import vrps_json
from netaudit.lab.world import World

__all__ = ["Document", "documents_of"]


class Document(NamedTuple):
    """What one source says, and how the name of a file of it ends."""

    name: str
    content: bytes


def documents_of(world: World, now: float) -> dict[str, Document]:
    """By kind of evidence, as of `now` (seconds since 1970, UTC); a table of routes there always is."""
    documents = {"routes": Document("mrt", mrt_bytes(world, now))}
    if world.vrps:
        documents["vrps"] = Document("vrps.json", vrps_json(world, now))
    if world.route_objects:
        documents["route_objects"] = Document("irr.txt", route_objects_text(world))
    if world.registrations:
        documents["registrations"] = Document("rdap.json", rdap_json(world))
    if world.sessions:
        documents["sessions"] = Document("sessions.json", sessions_json(world, now))
    return documents
