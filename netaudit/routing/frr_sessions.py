"""BGP sessions as FRR prints them: `vtysh -c "show bgp neighbors json"`."""

from collections.abc import Mapping
from typing import Any

from netaudit.model.common import Family
from netaudit.model.routing import Session
from netaudit.routing.aspas import asn_of
from netaudit.routing.gathered import address_of
from netaudit.routing.jsontext import JsonText, one_line
from netaudit.routing.session_list import SessionList
from netaudit.routing.times import seconds_of

__all__ = ["frr_sessions"]

_FAMILIES = {"ipv4Unicast": Family.IPV4, "ipv6Unicast": Family.IPV6}
_ESTABLISHED = "Established"


def frr_sessions(text: JsonText, found: SessionList) -> None:
    """Read the neighbours. Raises ValueError, KeyError, TypeError or AttributeError for what is no such document."""
    while text.peek():
        for name in text.members():
            if text.peek() == "{":
                _neighbour(name, text.value(), found)
            else:
                text.value()  # the VRF, before its neighbours


def _neighbour(name: str, item: dict[str, Any], found: SessionList) -> None:
    if "bgpState" not in item:
        raise ValueError("an entry without 'bgpState': `show bgp neighbors json` prints it, the summary does not")
    up = item["bgpState"] == _ESTABLISHED
    uptime = _milliseconds(item, "bgpTimerUpMsec") if up else None
    if up and uptime is not None and "bgpTimerUpEstablishedEpoch" in item:
        found.at(seconds_of(item["bgpTimerUpEstablishedEpoch"]) + uptime)
    found.router = address_of(item.get("localRouterId", "")) or found.router
    carried = item.get("addressFamilyInfo", {})
    found.add(
        Session(
            local_asn=asn_of(item["localAs"]),
            peer_asn=asn_of(item["remoteAs"]),
            peer_address=address_of(name) or address_of(item.get("hostForeign", "")),
            families=_families(item, carried, up),
            state="Idle (Admin)" if item.get("adminShutDown") is True else one_line(str(item["bgpState"]))[:40],
            hold_time_s=_milliseconds(item, "bgpTimerHoldTimeMsecs") if up else None,
            bfd=item["peerBfdInfo"]["status"] == "Up" if "peerBfdInfo" in item else False,
            uptime_s=uptime,
            received=_counts(carried, "acceptedPrefixCounter") if up else {},
            sent=_counts(carried, "sentPrefixCounter") if up else {},
            local_role=_role(item, "localRole"),
            remote_role=_role(item, "remoteRole"),
        )
    )


def _families(item: dict[str, Any], carried: Mapping[str, object], up: bool) -> tuple[Family, ...]:
    """Those that both sides announced (RFC 4760 section 8); of a session that is down, those that are configured."""
    offered = item.get("neighborCapabilities", {}).get("multiprotocolExtensions", {})
    if up and offered:
        names = {name for name, said in offered.items() if said.get("advertisedAndReceived") is True}
    else:
        names = set(carried)
    return tuple(family for name, family in _FAMILIES.items() if name in names)


def _counts(carried: Mapping[str, Any], name: str) -> dict[Family, int]:
    return {
        family: _number(carried[key][name])
        for key, family in _FAMILIES.items()
        if key in carried and name in carried[key]
    }


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 32:
        raise ValueError(f"no number of prefixes: {value!r}"[:80])
    return value


def _milliseconds(item: dict[str, Any], name: str) -> float | None:
    return seconds_of(item[name]) / 1000 if name in item else None


def _role(item: dict[str, Any], name: str) -> str:
    role = one_line(str(item.get(name, "")))[:20]
    return "" if role == "undefined" else role
