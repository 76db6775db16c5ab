"""BGP sessions as GoBGP prints them: `gobgp -j neighbor`."""

import base64
from typing import Any

from netaudit.model.common import Family
from netaudit.model.routing import Session
from netaudit.routing.aspas import asn_of
from netaudit.routing.gathered import address_of
from netaudit.routing.jsontext import JsonText
from netaudit.routing.session_list import SessionList
from netaudit.routing.times import seconds_of

__all__ = ["gobgp_sessions"]

_FAMILIES = {(1, 1): Family.IPV4, (2, 1): Family.IPV6}  # AFI, SAFI
_STATES = ("", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established")
_ESTABLISHED = 6
_MULTIPROTOCOL = "MultiProtocolCapability"


def gobgp_sessions(text: JsonText, found: SessionList) -> None:
    """Read the neighbours. Raises ValueError, KeyError, TypeError or AttributeError for what is no such document."""
    while text.peek():
        for item in text.elements():
            _neighbour(item, found)


def _neighbour(item: dict[str, Any], found: SessionList) -> None:
    """A member whose value is zero is left out by GoBGP."""
    conf, state, timers = item["conf"], item.get("state", {}), item.get("timers", {}).get("state", {})
    number = state.get("session_state", 0)
    if type(number) is not int or not 0 <= number < len(_STATES):
        raise ValueError(f"no state of a session: {number!r}"[:80])
    up = number == _ESTABLISHED
    if up and "seconds" in timers.get("uptime", {}):
        found.at(seconds_of(timers["uptime"]["seconds"]))  # when it came up
    carried = _carried(item)
    found.add(
        Session(
            local_asn=asn_of(conf.get("local_asn") or state.get("local_asn", 0)),
            peer_asn=asn_of(state.get("peer_asn") or conf["peer_asn"]),
            peer_address=address_of(state.get("neighbor_address") or conf["neighbor_address"]),
            families=_negotiated(state, carried) if up else tuple(carried),
            state=_STATES[number],
            hold_time_s=seconds_of(timers.get("negotiated_hold_time", 0)) if up else None,
            received=_counts(carried, "received") if up else {},
            sent=_counts(carried, "advertised") if up else {},
        )
    )


def _carried(item: dict[str, Any]) -> dict[Family, dict[str, Any]]:
    """The families that are configured, with what is counted of each."""
    found = {}
    for part in item.get("afi_safis", []):
        family = part["config"]["family"]
        known = _FAMILIES.get((family["afi"], family["safi"]))
        if known is not None:
            found[known] = part.get("state", {})
    return dict(sorted(found.items()))


def _negotiated(state: dict[str, Any], carried: dict[Family, dict[str, Any]]) -> tuple[Family, ...]:
    """Those of them that the peer announced too; one that announces none speaks IPv4 (RFC 4760 section 8)."""
    offered = [
        _FAMILIES.get(_afi_safi(capability.get("value", "")))
        for capability in state.get("remote_cap", [])
        if str(capability["type_url"]).endswith(_MULTIPROTOCOL)
    ]
    return tuple(family for family in carried if family in (offered or [Family.IPV4]))


def _afi_safi(value: str) -> tuple[int, int]:
    """AFI and SAFI in the protocol buffer of a capability: a message with two small numbers."""
    data = base64.b64decode(value, validate=True)
    if len(data) != 6 or (data[0], data[2], data[4]) != (0x0A, 0x08, 0x10):
        return 0, 0
    return data[3], data[5]


def _counts(carried: dict[Family, dict[str, Any]], name: str) -> dict[Family, int]:
    return {family: int(seconds_of(state.get(name, 0))) for family, state in carried.items()}
