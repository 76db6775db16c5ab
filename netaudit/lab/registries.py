"""What registries hold of the world's resources: RDAP answers (RFC 9083), route objects as whois text (RFC 2622)."""

import ipaddress
import json
from typing import Any

from netaudit.lab.world import RegistrationEntry, World

__all__ = ["rdap_json", "route_objects_text"]


def rdap_json(world: World) -> bytes:
    """The answers of the regional registry about every registration, in one list."""
    return json.dumps([_answer(entry) for entry in world.registrations], indent=1, ensure_ascii=False).encode()


def route_objects_text(world: World) -> bytes:
    """The route and route6 objects as a whois server would print them, with the fault `no_route_object` applied."""
    lines = ["% Objects of the lab's world", ""]
    missing = {fault.prefix for fault in world.faults if fault.kind == "no_route_object"}
    for entry in (entry for entry in world.route_objects if entry.prefix not in missing):
        kind = "route" if ipaddress.ip_network(entry.prefix).version == 4 else "route6"
        attributes = {kind: entry.prefix, "origin": f"AS{entry.origin}", "source": entry.source}
        lines += [*(f"{name + ':':<16}{value}" for name, value in attributes.items()), ""]
    return "\n".join(lines).encode()


def _answer(entry: RegistrationEntry) -> dict[str, Any]:
    registrant = {"objectClassName": "entity", "handle": entry.holder, "roles": ["registrant"]}
    about: dict[str, Any] = {
        "rdapConformance": ["rdap_level_0"],
        "name": entry.name,
        "country": entry.country,
        "status": ["active"],
        "port43": "whois.apnic.net",
        "entities": [registrant] if entry.holder else [],
    }
    if entry.resource.startswith("AS"):
        asn = int(entry.resource[2:])
        return {"objectClassName": "autnum", "startAutnum": asn, "endAutnum": asn, **about}
    network = ipaddress.ip_network(entry.resource)
    first, last = str(network[0]), str(network[-1])
    return {
        "objectClassName": "ip network", "handle": f"{first} - {last}", "startAddress": first, "endAddress": last,
        "ipVersion": f"v{network.version}", "type": entry.status, **about,
    }  # fmt: skip
