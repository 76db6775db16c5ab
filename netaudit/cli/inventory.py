"""`netaudit inventory`: check an inventory, list it, begin one."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from netaudit.cli.errors import COMPLIANT, USAGE, Usage
from netaudit.cli.options import language_option
from netaudit.cli.own_profiles import require_profiles
from netaudit.inventory import InventoryError, LoadedInventory, inventory_schema, load
from netaudit.inventory.starter import inventory_from_csv, inventory_from_zone
from netaudit.writers.doubts import doubt_line, more_doubts_line
from netaudit.writers.notices import Notices

__all__ = ["inventory"]

_MOST_WARNINGS = 20
_LARGEST_SOURCE = 20 * 1024 * 1024


@click.group()
def inventory() -> None:
    """Check, list and begin inventories (docs/inventory.md)."""


@inventory.command(
    epilog="""\b
Examples:
  netaudit inventory validate
  netaudit inventory validate province.yaml
"""
)
@click.argument("files", metavar="[FILE]…", nargs=-1, type=click.Path(path_type=Path))
@language_option
def validate(files: tuple[Path, ...], language: str) -> int:
    """Check each FILE (default: inventory.yaml); each problem with its line. Exit code 2 when there is one."""
    code = COMPLIANT
    for file in files or (Path("inventory.yaml"),):
        try:
            _validate(file, language)
        except Usage as error:
            if len(files) <= 1:
                raise
            error.show()  # the others are looked at too
            code = USAGE
    return code


def _validate(file: Path, language: str) -> None:
    loaded = _loaded(file)
    require_profiles(loaded)
    for warning in loaded.warnings[:_MOST_WARNINGS]:
        click.echo(doubt_line(warning, language), err=True)
    if len(loaded.warnings) > _MOST_WARNINGS:
        click.echo(more_doubts_line(len(loaded.warnings) - _MOST_WARNINGS, language), err=True)
    click.echo(Notices(language).valid(str(file), loaded.inventory))


@inventory.command(
    epilog="""\b
Examples:
  netaudit inventory schema > inventory.schema.json
  then, as the first line of inventory.yaml, for editors with the YAML language server:
  # yaml-language-server: $schema=inventory.schema.json
"""
)
def schema() -> None:
    """Print the inventory's shape as JSON Schema."""
    click.echo(json.dumps(inventory_schema(), ensure_ascii=False, indent=2))


@inventory.command(
    "list",
    epilog="""\b
Examples:
  netaudit inventory list
  netaudit inventory list --kind one_stop
  netaudit inventory list --tier district province.yaml
""",
)
@click.argument("file", type=click.Path(path_type=Path), default=Path("inventory.yaml"))
@click.option("--kind", help="Only services of this kind, such as portal or one_stop.")
@click.option("--tier", help="Only services of units in this tier, such as district.")
@language_option
def list_services(file: Path, kind: str | None, tier: str | None, language: str) -> None:
    """List the services of FILE: id, kind, endpoint, how many units they serve. Exit code 2 when none matches."""
    found = _loaded(file).inventory
    of_tier = {unit.id for unit in found.units if tier is None or unit.tier == tier}
    rows = [
        (service.id, service.kind, f"{service.endpoint}{service.path.removesuffix('/')}", service.network, count)
        for service in found.services
        if (count := len(of_tier.intersection(service.units))) and (kind is None or service.kind == kind)
    ]
    if not rows:
        kinds = ", ".join(sorted({service.kind for service in found.services}))
        tiers = ", ".join(known.id for known in found.tiers)
        raise Usage(f"no service matches. Kinds: {kinds}. Tiers: {tiers}")
    table = [Notices(language).service_columns(), *((*row[:4], str(row[4])) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@inventory.command(
    epilog="""\b
Columns of the CSV file (comma, semicolon or tab; UTF-8):
  name, kind, unit, tier, host           needed
  name_en, scheme, port, path, parent    optional
\b
Examples:
  netaudit inventory init --from-zone lamdong.gov.vn.zone -o inventory.yaml
  netaudit inventory init --from-csv services.csv > inventory.yaml
"""
)
@click.option("--from-zone", type=click.Path(path_type=Path), help="A zone file (RFC 1035 section 5).")
@click.option("--from-csv", type=click.Path(path_type=Path), help="A table of services, one a row.")
@click.option("--origin", help="The zone's name, when the zone file does not say it.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write here; refuses to replace a file.")
def init(from_zone: Path | None, from_csv: Path | None, origin: str | None, output: Path | None) -> None:
    """Make a first inventory from a zone file or a table, with comments that say what to fill in."""
    if from_zone is not None and from_csv is None:
        text = _made(lambda: inventory_from_zone(_source(from_zone), str(from_zone), origin))
    elif from_csv is not None and from_zone is None:
        text = _made(lambda: inventory_from_csv(_source(from_csv), str(from_csv)))
    else:
        raise Usage("give either --from-zone FILE or --from-csv FILE")
    if output is None:
        click.echo(text, nl=False)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Usage(f"{output} is already there; give another name with -o") from None
    click.echo(f"{output}: written; go through its TODO lines, then: netaudit inventory validate {output}", err=True)


def _loaded(file: Path) -> LoadedInventory:
    try:
        return load(file)
    except InventoryError as error:
        raise Usage(_as_message(error)) from None


def _made(make: Callable[[], str]) -> str:
    try:
        return make()
    except InventoryError as error:
        raise Usage(_as_message(error)) from None


def _as_message(error: InventoryError) -> str:
    """The problems, one a line, behind a count."""
    count = len(error.problems)
    return str(error) if count == 1 else f"{count} problems:\n{error}"


def _source(path: Path) -> str:
    """The text of a file that an inventory is made from. Raises Usage."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_SOURCE + 1)
        if len(content) > _LARGEST_SOURCE:
            raise Usage(f"{path}: more than {_LARGEST_SOURCE // 1024 // 1024} MB")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise Usage(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Usage(f"{path}:{line}: not text in UTF-8") from None
