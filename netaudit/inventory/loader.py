"""From a file to a checked inventory: bytes, data, shape, values, references, each step with line numbers."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import time
from typing import Any

import msgspec

from netaudit.inventory.document import LARGEST_FILE, Document, read_document
from netaudit.inventory.lint import doubts
from netaudit.inventory.problems import InventoryError, Problem
from netaudit.inventory.references import reference_problems, with_resolved_units
from netaudit.inventory.shape import ShapeProblem, shape_problems
from netaudit.inventory.values import value_problems, with_plain_names
from netaudit.model.inventory import Inventory
from netaudit.rules.calendar import day_of

__all__ = ["LoadedInventory", "load", "load_bytes"]

_SHORT_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True)
class LoadedInventory:
    """A checked inventory: names plain, units of services resolved to ids.

    `lines` maps "service:ID", "zone:NAME", "unit:ID", "tier:ID", "datacentre:ID", "register:ID", "resolver:ID" and
    "profile:ID" to lines of the file; `warnings` are doubts that stop nothing.
    """

    inventory: Inventory
    lines: Mapping[str, int]
    path: Path
    sha256: str
    warnings: tuple[Problem, ...] = ()


def load(path: Path, today: date | None = None) -> LoadedInventory:
    """Read an inventory; `today` is for its warnings (default: the day in Viet Nam).

    Raises InventoryError, which lists what to mend; no other exception.
    """
    try:
        if path.exists() and not path.is_file():
            raise InventoryError([Problem(str(path), 0, "not a file")])
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        hint = "netaudit inventory init makes a first one" if isinstance(error, FileNotFoundError) else ""
        reason = getattr(error, "strerror", None) or str(error)
        raise InventoryError([Problem(str(path), 0, f"can't be read: {reason}", hint)]) from None
    return load_bytes(content, path, today)


def load_bytes(content: bytes, path: Path, today: date | None = None) -> LoadedInventory:
    """Check the content of an inventory file. `path` names it in problems; its folder holds the files it names.

    `today` as for `load`. Raises InventoryError.
    """
    document = read_document(content, str(path))
    data = _with_full_times(document.data)
    if not isinstance(data, dict):
        message = "not an inventory: it must have keys such as schema, network, province, tiers, units, services"
        raise InventoryError([Problem(document.file, document.line("$"), message)])
    _raise(document, shape_problems(data, Inventory))
    inventory = _converted(document, data)
    _raise(document, value_problems(inventory, path.parent))
    inventory = with_plain_names(inventory)
    _raise(document, reference_problems(inventory))
    inventory = with_resolved_units(inventory)
    return LoadedInventory(
        inventory=inventory,
        lines=_target_lines(document, inventory),
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        warnings=_problems(document, doubts(inventory, today or day_of(time()))),
    )


def _converted(document: Document, data: Any) -> Inventory:
    try:
        return msgspec.convert(data, Inventory)
    except msgspec.ValidationError as error:  # the walk over the shape missed something: still a clear error
        text, _, where = str(error).partition(" - at `")
        raise InventoryError([Problem(document.file, document.line(where.rstrip("`")), text)]) from None


def _with_full_times(data: Any) -> Any:
    """Let blackouts say 07:30 for 07:30:00."""
    blackouts = data.get("blackouts") if isinstance(data, dict) else None
    for blackout in blackouts if isinstance(blackouts, list) else ():
        if isinstance(blackout, dict):
            for key in ("start", "end"):
                value = blackout.get(key)
                if isinstance(value, str) and _SHORT_TIME.fullmatch(value):
                    blackout[key] = f"{value}:00"
    return data


def _target_lines(document: Document, inventory: Inventory) -> dict[str, int]:
    parts = {
        "tier": ("tiers", [tier.id for tier in inventory.tiers]),
        "unit": ("units", [unit.id for unit in inventory.units]),
        "service": ("services", [service.id for service in inventory.services]),
        "zone": ("zones", inventory.zones),
        "datacentre": ("datacentres", [centre.id for centre in inventory.datacentres]),
        "resolver": ("resolvers", [resolver.id for resolver in inventory.resolvers]),
        "register": ("registers", [register.id for register in inventory.registers]),
        "profile": ("profiles", inventory.profiles),
    }
    return {
        f"{kind}:{name}": document.line(f"$.{key}[{index}]")
        for kind, (key, names) in parts.items()
        for index, name in enumerate(names)
    }


def _raise(document: Document, found: Iterable[ShapeProblem]) -> None:
    problems = _problems(document, found)
    if problems:
        raise InventoryError(problems)


def _problems(document: Document, found: Iterable[ShapeProblem]) -> tuple[Problem, ...]:
    return tuple(Problem(document.file, document.line(path), message, hint) for path, message, hint in found)
