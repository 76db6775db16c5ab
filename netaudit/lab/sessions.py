"""The BGP sessions of the world's border routers, as FRR prints them: `vtysh -c "show bgp neighbors json"`."""

import ipaddress
import json
from typing import Any

from netaudit.lab.world import SessionEntry, World
from netaudit.model.common import Family

__all__ = ["sessions_json"]

_NAMES = {Family.IPV4: "ipv4Unicast", Family.IPV6: "ipv6Unicast"}
_UPTIME = 86_400  # seconds
_ROUTER = "192.0.2.210"


def sessions_json(world: World, now: float) -> bytes:
    """Return what the routers print at `now` (seconds since 1970, UTC): one document, as of one router."""
    return json.dumps({entry.peer_address: _neighbour(entry, int(now)) for entry in world.sessions}, indent=1).encode()


def _neighbour(entry: SessionEntry, now: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "remoteAs": entry.peer_asn,
        "localAs": entry.local_asn,
        "localRouterId": _ROUTER,
        "bgpState": "Established" if entry.up else "Active",
        "bgpTimerHoldTimeMsecs": entry.hold_time_s * 1000,
        "addressFamilyInfo": {
            _NAMES[family]: {"acceptedPrefixCounter": 4, "sentPrefixCounter": 1} for family in _families(entry)
        },
    }
    if entry.up:
        found |= {"bgpTimerUpMsec": _UPTIME * 1000, "bgpTimerUpEstablishedEpoch": now - _UPTIME}
        found["neighborCapabilities"] = {
            "multiprotocolExtensions": {_NAMES[family]: {"advertisedAndReceived": True} for family in _families(entry)}
        }
    if entry.bfd:
        found["peerBfdInfo"] = {"type": "single hop", "status": "Up" if entry.up else "Down"}
    return found


def _families(entry: SessionEntry) -> tuple[Family, ...]:
    """By default the family of its addresses."""
    own = Family.IPV6 if ipaddress.ip_address(entry.peer_address).version == 6 else Family.IPV4
    return entry.families or (own,)
