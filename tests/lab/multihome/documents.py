"""What others would say of a world beside its routes: RPKI, registries, and the province's own router."""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from tests.lab.multihome.network import MultihomeLab
from tests.lab.multihome.topology import ASNS, PROVINCE
from tests.lab.multihome.worlds import Registered, World

__all__ = ["documents", "payloads"]

_DAY = 86_400


def documents(lab: MultihomeLab, world: World) -> dict[str, str]:
    """The files that the inventory names, by name."""
    return {
        "vrps.json": payloads(world),
        "route-objects.txt": "\n".join(_route_objects(world.objects)),
        "registrations.txt": "\n".join(_registrations(world.registered)),
        "sessions.txt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ\n")  # BIRD does not say of when it is
        + lab.birdc(PROVINCE, "show protocols all")
        + lab.birdc(PROVINCE, "show bfd sessions", check=False),  # it says so where there is none
    }


def payloads(world: World) -> str:
    """ROA payloads and the province's ASPA, in the dialect of rpki-client."""
    now = int(time.time())
    built = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [
        {
            "asn": roa.asn,
            "prefix": roa.prefix,
            "maxLength": roa.max_length,
            "ta": "lab",
            "expires": now + int(roa.days * _DAY),
        }
        for roa in world.roas
    ]
    aspa = {"customer_asid": ASNS[PROVINCE], "expires": now + 30 * _DAY, "providers": list(world.providers)}
    return json.dumps({"metadata": {"buildtime": built, "vrps": len(rows)}, "roas": rows, "aspas": [aspa]})


def _route_objects(objects: Iterable[tuple[str, int, str]]) -> Iterator[str]:
    for prefix, origin, registry in objects:
        kind = "route6" if ":" in prefix else "route"
        yield f"{kind}: {prefix}\norigin: AS{origin}\nmnt-by: MAINT-TINH\nsource: {registry}\n"


def _registrations(registered: Iterable[Registered]) -> Iterator[str]:
    for item in registered:
        kind = "aut-num" if item.resource.startswith("AS") else "inet6num" if ":" in item.resource else "inetnum"
        status = f"status: {item.status}\n" if item.status else ""
        yield f"{kind}: {item.resource}\nnetname: TINH-VN\norg: {item.holder}\n{status}source: APNIC\n"
