"""A first inventory as commented YAML, from the parts that a zone file or a table gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from netaudit.inventory.loader import load_bytes

__all__ = ["Draft", "written"]

Part = dict[str, Any]

_HEAD = """\
# A first inventory, made by `netaudit inventory init` from {source}.
# Go through it once: names in both languages, tiers and their expected numbers, who offers which service.
# `netaudit inventory validate` checks it; `netaudit inventory schema` prints its shape; docs/inventory.md explains it.
"""
_COMMENTS = {
    "province": "The body that this inventory speaks for.",
    "tiers": "Levels of government. Set `expected` to the declared number of units: it is the denominator of coverage.",
    "units": "Bodies that are counted.",
    "services": "What units offer. Kinds: portal, department_site, local_site, mail, webmail, public_service,\n"
    "# one_stop, document_axis, … `units` takes unit ids, tier:ID, under:ID (all below a unit) or all.",
    "zones": "DNS zones to audit at every name server.",
}
_TAIL = """\
# Whom the owner of a server may ask about the scan, and who allowed it. Both are printed in the report.
# contact: {name: …, email: …}
# authorisation: {text: …, reference: …}

# A data centre with number resources of its own:
# datacentres:
#   - id: dc
#     name: {vi: Trung tâm dữ liệu, en: Data centre}
#     asns: [64510]
#     prefixes: [203.0.113.0/24, "2001:db8::/48"]
#     uplinks: [{operator: …, asn: 64501}, {operator: …, asn: 64502}]
"""


@dataclass
class Draft:
    """The parts of an inventory before they are written. `notes` become comments above a part."""

    source: str
    province: Part
    tiers: list[Part] = field(default_factory=list)
    units: list[Part] = field(default_factory=list)
    services: list[Part] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)


def written(draft: Draft) -> str:
    """The draft as YAML, checked as any inventory is. Raises InventoryError when it can't be one."""
    parts: dict[str, Any] = {
        "province": [draft.province],
        "tiers": draft.tiers,
        "services": draft.services,
        "zones": draft.zones,
        "units": draft.units,
    }
    source = "".join(c if c.isprintable() else "?" for c in draft.source)
    text = _HEAD.format(source=source) + "\nschema: 1\nnetwork: internet\n"
    for key, items in parts.items():
        text += "\n" + _section(key, items, draft.notes.get(key, ()))
    text += "\n" + _TAIL
    load_bytes(text.encode(), Path("inventory.yaml"))
    return text


def _section(key: str, items: Sequence[Any], notes: Sequence[str]) -> str:
    lines = [f"# {_COMMENTS[key]}", *(f"# {note}" for note in notes)]
    if key == "province":
        return "\n".join([*lines, f"province: {_flow(items[0])}"]) + "\n"
    if not items:
        return "\n".join([*lines, f"{key}: []"]) + "\n"
    return "\n".join([*lines, f"{key}:", *(f"  - {_flow(item)}" for item in items)]) + "\n"


def _flow(item: str | Mapping[str, Any]) -> str:
    text = yaml.safe_dump(item, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1_000_000)
    return text.removesuffix("...\n").strip()
