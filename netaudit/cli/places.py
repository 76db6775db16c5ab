"""Paths as a repository has them, and the lines of an inventory and of zone files that pipelines point at."""

from collections.abc import Sequence
from pathlib import Path

from netaudit.engine.proposal import Proposal
from netaudit.inventory import LoadedInventory
from netaudit.model.location import Location

__all__ = ["inventory_locations", "owner_locations", "repository_path"]


def repository_path(path: Path) -> str:
    """The path from the repository's root or, outside of one, from this folder; of what lies elsewhere, its name alone.

    A report may be handed on, and the folders of a machine are nobody's business.
    """
    here = Path.cwd().resolve()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    try:
        return path.resolve().relative_to(root).as_posix()
    except ValueError:
        return path.name


def inventory_locations(loaded: LoadedInventory) -> dict[str, Location]:
    """The line of each part of an inventory, by the names of its loader, and of the whole as "inventory"."""
    file = repository_path(loaded.path)
    lines = {name: Location(file=file, line=line) for name, line in loaded.lines.items() if line}
    return {"inventory": Location(file=file), **lines}


def owner_locations(proposals: Sequence[Proposal], loaded: LoadedInventory) -> dict[str, Location]:
    """Where the inventory's names begin in the zone files that are proposed, as "owner:NAME"."""
    inventory = loaded.inventory
    wanted = {*inventory.hosts, *inventory.mail_domains, *inventory.zones}
    found: dict[str, Location] = {}
    for proposal in proposals:
        if proposal.file is None:
            continue
        for (owner, _, _), place in sorted(proposal.file.places.items(), key=lambda item: item[1].line):
            name = owner.to_text(omit_final_dot=True).lower()
            if name in wanted and place.line:
                found.setdefault(f"owner:{name}", Location(file=repository_path(Path(place.file)), line=place.line))
    return found
