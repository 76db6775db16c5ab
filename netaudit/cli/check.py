"""`netaudit check`: single names audited at once, without an inventory."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec

from netaudit.cli.bare import bare_inventory, lab_options, read_name
from netaudit.cli.discovery import Found, discover
from netaudit.cli.errors import Usage
from netaudit.cli.judge import judge_book, read_judging_options, target_kinds
from netaudit.cli.options import (
    browser_option,
    browser_path_option,
    extras_option,
    judging_options,
    language_option,
    network_options,
    path_option,
    read_browser,
    read_network_options,
)
from netaudit.cli.progress import ScanProgress
from netaudit.cli.session import NetworkOptions, open_session
from netaudit.engine import loop
from netaudit.engine.plan import Selection
from netaudit.engine.scan import ScanOptions, collect
from netaudit.model.book import FactBook
from netaudit.model.facts import Fact
from netaudit.model.inventory import Inventory, Service
from netaudit.net.browser import Browser
from netaudit.writers.json import run_json
from netaudit.writers.names import audited_line, nonexistent_line
from netaudit.writers.text import closing_line, run_text

__all__ = ["check"]

_PROFILES = ("vn-base", "vn-dns-security")  # what can be asked of any name, whoever owns it
_MOST_NAMES = 100
_KIND = "website"


@click.command(
    epilog="""\b
Exit codes are those of scan: 0, 1 findings, 2 usage, 3 something could not be tested, 4, 130.
\b
Examples:
  netaudit check lamdong.gov.vn
  netaudit check www.lamdong.gov.vn dalat.gov.vn --lang en -v
  netaudit check --lab lamdong.gov.vn
"""
)
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Every result with what was observed, not only findings.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@lab_options
@extras_option
@path_option
@browser_option
@browser_path_option
@judging_options
@language_option
@network_options
def check(
    names: tuple[str, ...], lab: bool, world: Path | None, extras: bool, path: bool, language: str, **values: Any
) -> int:
    """Audit single names: the zone of each, its web hosts, its mail domain; the answer comes to the terminal.

    A name that is no zone apex is audited with the zone that holds it. Nothing is written to disk.
    """
    network = read_network_options(values)
    wanted = tuple(dict.fromkeys(read_name(name) for name in names))
    if len(wanted) > _MOST_NAMES:
        raise Usage(f"{len(wanted)} names are too many for check ({_MOST_NAMES}); write an inventory and scan it")
    judging = read_judging_options(values)
    opened = values["browser"] or values["browser_path"] is not None
    selection = Selection(target_kinds=target_kinds(judging), extras=extras, path=path, browser=opened)
    browser = read_browser(selection, values["browser_path"])
    shown = ScanProgress(language, values["quiet"])
    found, facts = loop.run(_observe(wanted, bare_inventory(lab, world), network, selection, browser, shown))
    run = judge_book(FactBook(facts), judging, judging.profiles or _PROFILES)
    if values["form"] == "json":
        click.echo(run_json(run), nl=False)
        click.echo(closing_line(run, None, language), err=True)
        return run.exit_code
    for item in found:
        click.echo(_first_line(item, language))
    click.echo()
    text = run_text(run, language, colour=True, passes=values["verbose"])  # click drops colour when it is no terminal
    click.echo(text, nl=False)
    click.echo(closing_line(run, None, language))
    return run.exit_code


def _first_line(found: Found, language: str) -> str:
    if not found.exists:
        return nonexistent_line(found.name, found.zone, language)
    return audited_line(found.name, found.zone, found.hosts, found.mail, language)


async def _observe(
    names: tuple[str, ...],
    inventory: Inventory,
    options: NetworkOptions,
    selection: Selection,
    browser: Browser | None,
    shown: ScanProgress,
) -> tuple[list[Found], list[Fact]]:
    facts: list[Fact] = []
    with shown as progress:
        async with open_session(inventory, Path(), options) as session:
            found = await discover(names, session.network, session.hints)
            await collect(
                _with_targets(inventory, found),
                session.network,
                hints=session.hints,
                anchors=session.anchors,
                record=facts.append,
                options=ScanOptions(
                    inventory_file="",
                    inventory_sha256="",
                    limits=session.limits,
                    selection=replace(selection, missing=frozenset(item.name for item in found if not item.exists)),
                    roots=session.roots,
                    browser=browser,
                    arguments={"names": " ".join(names), **({"extras": "yes"} if selection.extras else {})},
                ),
                progress=progress,
            )
    return found, facts


def _with_targets(inventory: Inventory, found: Iterable[Found]) -> Inventory:
    """The inventory that names what was found, each thing once."""
    items = list(found)
    hosts = dict.fromkeys(host for item in items for host in item.hosts)
    domains = dict.fromkeys(item.mail for item in items if item.mail)
    services = [Service(id=f"web-{n}", kind=_KIND, host=host, units=()) for n, host in enumerate(hosts, 1)]
    services += [
        Service(id=f"mail-{n}", kind="mail", scheme="mail", host=domain, units=())
        for n, domain in enumerate(domains, 1)
    ]
    zones = tuple(dict.fromkeys(item.zone for item in items))
    return msgspec.structs.replace(inventory, services=tuple(services), zones=zones)
