"""Where a pipeline shows a result: a file and line of the repository, as a path and as a URI reference."""

from urllib.parse import quote

from netaudit.model.location import Location
from netaudit.model.run import Run
from netaudit.model.verdict import Target
from netaudit.writers.safe import visible

__all__ = ["location_of", "uri_of"]


def location_of(run: Run, target: Target) -> Location:
    """The line that speaks of a target; of a run that does not know it, the inventory's first."""
    known = run.locations.get(str(target))
    file = _relative((known.file if known is not None else run.inventory_file) or "inventory.yaml")
    return Location(file=file, line=max(1, known.line) if known is not None else 1)


def uri_of(location: Location) -> str:
    """The path as a relative reference (RFC 3986 section 4.2): everything but its slashes percent-encoded."""
    return quote(location.file, safe="/")


def _relative(path: str) -> str:
    """A path that stays within the repository, whatever a run.json says; of any other, the name alone."""
    plain = visible(path.replace("\\", "/").replace("\n", "␊").replace("\t", "␉"))
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    if plain.startswith("/") or ".." in parts or (parts and parts[0].endswith(":")):
        parts = parts[-1:]
    return "/".join(parts) if parts and parts[-1] != ".." else "inventory.yaml"
