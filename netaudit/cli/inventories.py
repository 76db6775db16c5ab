"""An inventory as commands take it: loaded with its profiles, and refused on the Internet without an authorisation."""

import time
from pathlib import Path

from netaudit.cli.errors import Usage
from netaudit.cli.own_profiles import require_profiles
from netaudit.inventory import InventoryError, LoadedInventory, load
from netaudit.model.inventory import NetworkKind
from netaudit.rules.calendar import day_of

__all__ = ["load_inventory", "refuse_without_authorisation"]


def load_inventory(path: Path) -> LoadedInventory:
    """Load an inventory. Raises Usage with every problem on a line of its own."""
    try:
        loaded = load(path)
    except InventoryError as error:
        raise Usage("\n".join(str(problem) for problem in error.problems)) from error
    require_profiles(loaded)
    return loaded


def refuse_without_authorisation(loaded: LoadedInventory) -> None:
    """Raises Usage when the Internet would be scanned after the day until which that was allowed."""
    allowed = loaded.inventory.authorisation
    if loaded.inventory.network is NetworkKind.LAB or allowed is None or allowed.valid_until is None:
        return
    if day_of(time.time()) > allowed.valid_until:
        reference = f" ({allowed.reference})" if allowed.reference else ""
        raise Usage(
            f"{loaded.path}: the authorisation{reference} ended on {allowed.valid_until}; nothing was sent. "
            "Put the new one into authorisation, with its valid_until, and scan again"
        )
