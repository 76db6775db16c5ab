"""What is fuzzed of routing evidence: a document is read, or refused with a place and with what came before it.

`printed-routes` takes a number (the first byte), which says which reader is given the rest.
"""

import ipaddress
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from netaudit.model.routing import Route
from netaudit.routing.bird import read_bird
from netaudit.routing.dump import RoutingError, TableDump
from netaudit.routing.exabgp import read_exabgp
from netaudit.routing.frr import read_frr
from netaudit.routing.gobgp import read_gobgp
from netaudit.routing.registrations import RegistrationsError, read_registrations
from netaudit.routing.ripestat import read_ripestat
from netaudit.routing.ripestat_validation import read_rpki_validation
from netaudit.routing.ris_whois import read_ris_whois
from netaudit.routing.route_objects import RouteObjectError, read_route_objects
from netaudit.routing.rtr import read_rtr_file
from netaudit.routing.sessions import SessionsError, read_sessions
from netaudit.routing.tables import read_table
from netaudit.routing.vrps import VrpError, read_vrps

__all__ = ["ASNS", "PREFIXES", "READERS", "concern", "printed_routes", "registries", "sessions", "vrps"]

PREFIXES = ("203.0.113.0/24", "2001:db8:113::/48")
ASNS = (64510,)
READERS: tuple[Callable[[Path, Sequence[str]], TableDump], ...] = (
    read_frr, read_gobgp, read_bird, read_exabgp, read_ripestat, read_ris_whois, read_table,
)  # fmt: skip
_NETWORKS = [ipaddress.ip_network(prefix) for prefix in PREFIXES]
_MESSAGE = 300  # characters
_FOLDER = tempfile.TemporaryDirectory(prefix="netaudit-fuzz-")
_FILE = Path(_FOLDER.name) / "input"


def printed_routes(data: bytes) -> None:
    """What a router or a looking glass prints."""
    _FILE.write_bytes(data[1:])
    try:
        dump = READERS[(data[0] if data else 0) % len(READERS)](_FILE, PREFIXES)
    except RoutingError as error:
        _told(error)
        assert error.partial is not None or "this is no MRT file" in str(error)
        dump = error.partial or TableDump((), (), None, {})
    assert len(dump.routes) <= 100_001
    for route in dump.routes:
        _sound(route)
    assert all(0 <= asn < 1 << 32 for asn in (*dump.peers, *(asn for feed in dump.feeds.values() for asn in feed)))
    assert dump.feeds == {} or not dump.updates_only
    msgspec.json.encode(dump)


def sessions(data: bytes) -> None:
    """What a router prints of its BGP sessions."""
    _FILE.write_bytes(data)
    try:
        found = read_sessions(_FILE)
    except SessionsError as error:
        _told(error)
        found = error.partial
    for session in found.sessions:
        assert 0 <= session.peer_asn < 1 << 32 and 0 <= session.local_asn < 1 << 32
        assert session.peer_address == "" or ipaddress.ip_address(session.peer_address)
        assert all(text.isprintable() for text in (session.state, session.local_role, session.remote_role))
    msgspec.json.encode(found.sessions)


def vrps(data: bytes) -> None:
    """An export of validated ROA payloads, in JSON and as an RTR stream, and RIPEstat's answer about one prefix."""
    _FILE.write_bytes(data)
    for read in (read_vrps, read_rtr_file, read_rpki_validation):
        try:
            export = read(_FILE, PREFIXES, ASNS)
        except VrpError as error:
            _told(error)
            export = error.partial
        concern(vrp.prefix for vrp in export.vrps)
        assert all(ipaddress.ip_network(vrp.prefix).prefixlen <= vrp.max_length for vrp in export.vrps)
        assert all(aspa.customer in ASNS for aspa in export.aspas or ())
        msgspec.json.encode(export)


def registries(data: bytes) -> None:
    """Route objects, and registrations."""
    _FILE.write_bytes(data)
    try:
        objects = read_route_objects(_FILE, PREFIXES).objects
    except RouteObjectError as error:
        _told(error)
        objects = error.partial.objects
    concern(item.prefix for item in objects)
    try:
        registrations = read_registrations(_FILE, PREFIXES, ASNS)
    except RegistrationsError as error:
        _told(error)
        registrations = error.partial
    msgspec.json.encode((objects, registrations))


def concern(prefixes: Iterable[str]) -> None:
    """Each covers one of ours, is one, or lies within one."""
    for found in set(prefixes):
        network = ipaddress.ip_network(found)
        assert any(network.version == ours.version and network.overlaps(ours) for ours in _NETWORKS), found


def _sound(route: Route) -> None:
    concern([route.prefix])
    assert 0 < len(route.as_path) <= 255
    assert all(0 <= asn < 1 << 32 for asn in (route.peer_asn, *route.as_path))
    assert route.peer_address == "" or ipaddress.ip_address(route.peer_address)


def _told(error: Exception) -> None:
    """One clear line with a place."""
    assert "at byte " in str(error), error
    assert len(str(error)) <= _MESSAGE, error
