"""What the commands without an inventory share: single names, and the network they are asked on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from netaudit.cli.errors import Usage
from netaudit.inventory.names import NameProblem, zone_name
from netaudit.inventory.problems import shown
from netaudit.model.common import Text
from netaudit.model.inventory import Inventory, NetworkKind, Province, Scope

__all__ = ["DOCUMENTATION_PREFIXES", "bare_inventory", "lab_options", "read_name"]

Command = TypeVar("Command", bound=Callable[..., Any])

# RFC 5737 and RFC 3849: where worlds of the lab live
DOCUMENTATION_PREFIXES = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")


def lab_options(command: Command) -> Command:
    """The lab in place of the Internet. Two options, because a name may follow `--lab`."""
    command = click.option(
        "--world", type=click.Path(path_type=Path), metavar="FILE", help="Ask the lab with this world file."
    )(command)
    return click.option("--lab", is_flag=True, help="Ask the lab on this machine, not the Internet.")(command)


def bare_inventory(lab: bool, world: Path | None) -> Inventory:
    """Return an inventory that names nothing but its network; relative paths start in the current folder."""
    where = Province(id="names", name=Text(vi="Các tên được hỏi", en="The names asked for"))
    base = Inventory(schema=1, network=NetworkKind.INTERNET, province=where, tiers=(), units=(), services=())
    if not lab and world is None:
        return base
    return Inventory(
        schema=1,
        network=NetworkKind.LAB,
        province=where,
        tiers=(),
        units=(),
        services=(),
        world=None if world is None else str(world),
        scope=Scope(special_addresses=DOCUMENTATION_PREFIXES),
    )


def read_name(text: str) -> str:
    """Return a domain name in lower-case A-labels without a trailing dot; the root is ".". Raises Usage."""
    try:
        return zone_name(text)
    except NameProblem as problem:
        hint = f" ({problem.hint})" if problem.hint else ""
        raise Usage(f"{shown(text)}: {problem}{hint}") from None
