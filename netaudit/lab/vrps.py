"""The world's validated ROA payloads as a relying party would export them: JSON in the dialect of rpki-client."""

import ipaddress
import json
from datetime import UTC, datetime
from typing import Any

from netaudit.lab.world import World

__all__ = ["vrps_json"]

_DAY = 86_400


def vrps_json(world: World, now: float) -> bytes:
    """Return the export that was written at `now` (seconds since 1970, UTC)."""
    seconds = int(now)
    roas = [
        {
            "asn": vrp.asn,
            "prefix": vrp.prefix,
            "maxLength": vrp.max_length or ipaddress.ip_network(vrp.prefix).prefixlen,
            "ta": "lab",
            "expires": seconds + int(vrp.days * _DAY),
        }
        for vrp in world.vrps
    ]
    built = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    export: dict[str, Any] = {"metadata": {"buildtime": built, "vrps": len(roas)}, "roas": roas}
    if world.aspas is not None:
        export["aspas"] = [
            {"customer_asid": aspa.customer, "expires": seconds + 30 * _DAY, "providers": aspa.providers}
            for aspa in world.aspas
        ]
    return json.dumps(export, indent=1).encode()
