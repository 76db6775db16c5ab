"""Options that several commands share, in one wording."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from netaudit.cli.completing import complete_checks, complete_profiles
from netaudit.cli.errors import Usage
from netaudit.cli.session import NetworkOptions
from netaudit.engine.plan import Selection
from netaudit.inventory.problems import did_you_mean, shown
from netaudit.model.common import Family
from netaudit.model.inventory import Inventory
from netaudit.model.profile import Severity
from netaudit.model.verdict import TargetKind
from netaudit.net.browser import PROGRAMS, Browser, find_browser
from netaudit.writers.forms import FORMS, forms_problem

__all__ = [
    "DEFAULT_INVENTORY", "browser_option", "browser_path_option", "extras_option", "fail_on", "formats_option",
    "inject_option", "inventory_argument", "inventory_path", "judging_options", "language_option", "network_options",
    "path_option", "read_browser", "read_network_options", "read_selection", "selection_options", "sources_option",
]  # fmt: skip

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_INVENTORY = "inventory.yaml"

_FORMATS = ("html", "json", "text", "github", *FORMS)


def inventory_argument(command: Command) -> Command:
    """The inventory, by position or `-i`."""
    command = click.option("-i", "--inventory", "option", type=click.Path(path_type=Path), help="The inventory.")(
        command
    )
    return click.argument("position", metavar="[INVENTORY]", required=False, type=click.Path(path_type=Path))(command)


def inventory_path(position: Path | None, option: Path | None) -> Path:
    """Return the inventory that was meant; `inventory.yaml` of this folder when none was named. Raises Usage."""
    if position is not None and option is not None and position != option:
        raise Usage(f"two inventories were named, {position} and {option}: name one")
    path = position or option or Path(DEFAULT_INVENTORY)
    if path.is_dir():
        path = path / DEFAULT_INVENTORY
    if not path.is_file():
        hint = (
            "'netaudit inventory init' makes a first one, 'netaudit demo' scans the sample province, "
            "'netaudit check NAME' needs none"
        )
        raise Usage(f"{path}: no such inventory ({hint})")
    return path


def network_options(command: Command) -> Command:
    """How the network is used."""
    for option in reversed(
        (
            click.option("--ipv4/--no-ipv4", default=True, help="Use IPv4 (default: yes)."),
            click.option("--ipv6/--no-ipv6", default=True, help="Use IPv6 (default: yes)."),
            click.option("--timeout", type=click.FloatRange(0.05, 60), metavar="S", help="Seconds per try."),
            click.option(
                "--rate", type=click.FloatRange(0.1, 10_000), metavar="N", help="Queries a second per server."
            ),
            click.option("--concurrency", type=click.IntRange(1, 512), metavar="N", help="Targets at once."),
            click.option("--delay", type=click.FloatRange(0, 5_000), metavar="MS", help="Lab: simulated round trip."),
            click.option("--loss", type=click.FloatRange(0, 0.9), metavar="P", help="Lab: share of packets lost."),
        )
    ):
        command = option(command)
    return command


def read_network_options(values: dict[str, Any]) -> NetworkOptions:
    """Take the network options out of a command's values. Raises Usage."""
    families = tuple(f for f in Family if values.pop(f.value))
    if not families:
        raise Usage("--no-ipv4 and --no-ipv6 together leave nothing to test")
    return NetworkOptions(
        families=families,
        timeout=values.pop("timeout"),
        rate=values.pop("rate"),
        concurrency=values.pop("concurrency"),
        delay_ms=values.pop("delay"),
        loss=values.pop("loss"),
    )


def selection_options(command: Command) -> Command:
    """Which part of the inventory."""
    command = click.option(
        "--unit", "units", multiple=True, metavar="ID", help="Only the services, zones and data centres of these units."
    )(command)
    command = click.option(
        "--target", "targets", multiple=True, metavar="GLOB", help="Only these hosts, zones, mail domains or ids."
    )(command)
    return click.option(
        "--kind",
        "kinds",
        multiple=True,
        metavar="GLOB",
        help="Only these service kinds, zone, datacentre, register, resolver.",
    )(command)


def read_selection(
    inventory: Inventory, values: Mapping[str, Any], target_kinds: frozenset[TargetKind] | None = None
) -> Selection:
    """Take the selection out of a command's values. Raises Usage for a unit that the inventory does not list."""
    known = [unit.id for unit in inventory.units]
    for unit in values["units"]:
        if unit not in known:
            hint = did_you_mean(unit, known) or "the ids are under units: in the file"
            raise Usage(f"no unit {shown(unit)} in the inventory ({hint})")
    return Selection(
        targets=values["targets"],
        kinds=values["kinds"],
        target_kinds=target_kinds,
        extras=values["extras"],
        path=values["path"] or values["inject_ptb"],
        inject=values["inject_ptb"],
        sources=values["sources"],
        browser=values["browser"] or bool(values.get("browser_path")),
        units=values["units"],
    )


def extras_option(command: Command) -> Command:
    """Whether the active extras are asked."""
    return click.option(
        "--extras/--no-extras",
        default=False,
        show_default=True,
        help="Put up to ten more questions to each name server of the zones audited, and to nobody else: unknown EDNS "
        "versions, options and flags (RFC 8906), cookies, NSID, the root's NS with recursion desired, and a zone "
        "transfer, of which no data are kept. Intrusion detection may notice.",
    )(command)


def path_option(command: Command) -> Command:
    """Whether the paths to hosts are looked at."""
    return click.option(
        "--path/--no-path",
        default=False,
        show_default=True,
        help="Look at the path to each host too: echoes of two sizes, traceroutes of one flow, reverse names. What a "
        "missing capability forbids is told as such.",
    )(command)


def inject_option(command: Command) -> Command:
    """Whether servers are told of a smaller MTU."""
    return click.option(
        "--inject-ptb",
        is_flag=True,
        help="Tell the web servers within the inventory's scope.packet_too_big that packets above 1280 octets do not "
        "pass, and see whether they heed it; they remember it for some minutes. Implies --path; needs CAP_NET_RAW and "
        "netaudit[raw].",
    )(command)


def browser_option(command: Command) -> Command:
    """Whether pages are opened in a browser."""
    return click.option(
        "--browser/--no-browser",
        default=False,
        show_default=True,
        help="Open each web page in headless Chromium too, and look up the hosts that its scripts ask for. Only the "
        "page's own host is asked for anything.",
    )(command)


def sources_option(command: Command) -> Command:
    """Whether live sources are asked."""
    return click.option(
        "--sources/--no-sources",
        default=True,
        show_default=True,
        help="Ask the live sources that the inventory lists, if it lists any: RIPEstat, registries, a validator.",
    )(command)


def browser_path_option(command: Command) -> Command:
    """Which browser."""
    return click.option(
        "--browser-path",
        type=click.Path(path_type=Path),
        metavar="PROGRAM",
        help=f"The Chromium to use, instead of the first on PATH of {', '.join(PROGRAMS)}. Implies --browser.",
    )(command)


def read_browser(selection: Selection, path: Path | None) -> Browser | None:
    """The browser to open pages in, if one is wanted and there: else they are not tested, and say so. Raises Usage."""
    if not selection.browser:
        return None
    found = find_browser(None if path is None else str(path))
    if found is None and path is not None:
        raise Usage(f"--browser-path {path}: no such program")
    return found


def judging_options(command: Command) -> Command:
    """How verdicts become an exit code."""
    for option in reversed(
        (
            click.option(
                "--profile",
                "profiles",
                multiple=True,
                metavar="ID",
                shell_complete=complete_profiles,
                help="Judge by these profiles only.",
            ),
            click.option(
                "--check",
                "checks",
                multiple=True,
                metavar="GLOB",
                shell_complete=complete_checks,
                help="Only these checks: 'dnssec.*'.",
            ),
            click.option(
                "--skip-check",
                "skipped",
                multiple=True,
                metavar="GLOB",
                shell_complete=complete_checks,
                help="All checks but these.",
            ),
            click.option(
                "--fail-on",
                type=click.Choice([*(s.value for s in Severity if s is not Severity.INFO), "never"]),
                default=Severity.HIGH.value,
                show_default=True,
                help="Exit 1 at findings of this severity or worse.",
            ),
            click.option("--allow-incomplete", is_flag=True, help="Exit 0, not 3, when something could not be tested."),
            click.option(
                "--previous",
                multiple=True,
                type=click.Path(exists=True, path_type=Path),
                metavar="RUN",
                help="An earlier run, its folder or facts, as often as there are: tell what has changed and whether "
                "signatures were made since the newest, and draw the course by all. May be the output.",
            ),
        )
    ):
        command = option(command)
    return command


def quorum_option(command: Command) -> Command:
    """How many vantages must see a failure."""
    return click.option(
        "--quorum",
        type=click.IntRange(1, 1_000),
        metavar="N",
        help="Of a run from several vantages: how many must see a failure for it to count (default: half of those that "
        "could test, rounded up). 1 counts what any one of them sees.",
    )(command)


def fail_on(word: str) -> Severity | None:
    """Return the severity that `--fail-on` names; None for never."""
    return None if word == "never" else Severity(word)


def formats_option(command: Command) -> Command:
    """The forms of a report."""
    return click.option(
        "-f",
        "--format",
        "formats",
        default="html",
        show_default=True,
        callback=_read_formats,
        metavar="LIST",
        help=f"{', '.join(_FORMATS)}: one or more, with commas. text and github go to the terminal.",
    )(command)


def _read_formats(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in _FORMATS]
    if unknown or not wanted:
        raise click.BadParameter(f"{', '.join(unknown) or 'nothing'}: choose from {', '.join(_FORMATS)}")
    problem = forms_problem(wanted)
    if problem:
        raise Usage(problem)
    return wanted


def language_option(command: Command) -> Command:
    """The language of what users read."""
    return click.option(
        "--lang",
        "language",
        type=click.Choice(["vi", "en"]),
        default="vi",
        show_default=True,
        help="Language of what is written and said.",
    )(command)
