"""`netaudit doctor`: what the scanner's own host can do, before a scan finds out."""

import asyncio
import platform
import resource
import ssl
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from netaudit import __version__
from netaudit.cli.bare import bare_inventory, lab_options
from netaudit.cli.errors import COMPLIANT, INCOMPLETE, Usage
from netaudit.cli.inventories import load_inventory
from netaudit.cli.options import language_option, network_options, read_network_options
from netaudit.cli.session import NetworkOptions, identity_of, open_session
from netaudit.dns.resolver import Resolver
from netaudit.engine import loop
from netaudit.engine.blackout import refusal
from netaudit.model.common import Failure
from netaudit.model.facts import Fact, SelfFact
from netaudit.model.inventory import Inventory, NetworkKind, Source
from netaudit.net.browser import find_browser
from netaudit.net.devtools import DevToolsError
from netaudit.probes.context import ProbeContext, Recorder
from netaudit.probes.courtesy import CourteousNetwork
from netaudit.probes.selfcheck import check_self
from netaudit.probes.source_check import PUBLIC_SOURCES, asked_about, check_source
from netaudit.sources.library import Library
from netaudit.writers.doctor import Host, diagnosis, doctor_text
from netaudit.writers.doctor_sources import SourceCheck, source_lines
from netaudit.writers.notices import Notices

__all__ = ["doctor"]

_LIBRARIES = ("dnspython", "cryptography", "httpx", "msgspec", "uvloop")


@click.command(
    epilog="""\b
Exit codes: 0 nothing limits a scan from here, 3 something does.
\b
Examples:
  netaudit doctor
  netaudit doctor -i inventory.yaml -o reports/today --lang en
  netaudit doctor -i inventory.yaml --sources
  netaudit doctor --sources all
"""
)
@click.option(
    "-i", "--inventory", "path", type=click.Path(path_type=Path), help="Use this inventory's network and root servers."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="The run folder."
)
@click.option(
    "--sources",
    "wanted",
    is_flag=False,
    flag_value="inventory",
    type=click.Choice(["inventory", "all"]),
    help="Ask live sources too, each for little: those of the inventory, or with 'all' the well-known public ones.",
)
@lab_options
@language_option
@network_options
def doctor(
    path: Path | None, output: Path, wanted: str | None, lab: bool, world: Path | None, language: str, **values: Any
) -> int:
    """Check the scanner's own host: IPv4, IPv6, UDP, TCP, clock, rights, limits, browser, versions, the output folder.

    Asks up to three root servers in each family for the root's SOA, over UDP and TCP, and nothing else; with --sources
    also the live sources, afresh, about one prefix and one AS of the inventory's first data centre.
    """
    options = read_network_options(values)
    if path is not None and (lab or world is not None):
        raise Usage("-i names a network of its own: leave out --lab and --world")
    inventory = bare_inventory(lab, world) if path is None else load_inventory(path).inventory
    folder = Path() if path is None else path.parent
    sources = _sources(inventory, wanted)
    click.echo(Notices(language).self_check(inventory.network), err=True)
    vantage, blackout = loop.run(_observe(inventory, folder, options))
    browser, browser_error = loop.run(_browser())
    host = Host(
        vantage=vantage,
        blackout=blackout,
        open_files=_open_files(),
        output=str(output),
        output_error=_output_error(output),
        browser=browser,
        browser_error=browser_error,
        versions=_versions(),
    )
    lines = diagnosis(host, language)
    if sources and blackout is None:
        lines += source_lines(loop.run(_ask(sources, inventory, folder)), language)
    click.echo(doctor_text(lines, language, colour=True), nl=False)  # click drops colour when it is no terminal
    return INCOMPLETE if any(line.fine is False for line in lines) else COMPLIANT


async def _observe(
    inventory: Inventory, folder: Path, options: NetworkOptions
) -> tuple[SelfFact | None, Failure | None]:
    async with open_session(inventory, folder, options) as session:
        blackout = refusal(inventory.blackouts, session.network.now())
        if blackout is not None:
            return None, blackout
        network = CourteousNetwork(session.network)
        seen: list[Fact] = []
        recorder = Recorder(seen.append)
        resolver = Resolver(network, session.hints, record=recorder)
        context = ProbeContext(network, resolver, recorder, inventory.scope, frozenset(), session.limits.round_pause)
        try:
            return await check_self(context, session.hints), None
        finally:
            await context.aclose()


def _sources(inventory: Inventory, wanted: str | None) -> tuple[Source, ...]:
    """The sources to ask. Raises Usage where there is none, or where asking them would leave the lab."""
    if wanted == "all":
        if inventory.network is NetworkKind.LAB:
            raise Usage("--sources all would leave the lab: nothing may be sent from it to public services")
        return PUBLIC_SOURCES
    if wanted is not None and not inventory.sources:
        raise Usage("no sources in the inventory: list some under sources:, or ask the public ones with --sources all")
    return inventory.sources if wanted is not None else ()


async def _ask(sources: tuple[Source, ...], inventory: Inventory, folder: Path) -> list[SourceCheck]:
    """Ask all sources at once, with an empty cache."""
    centre = asked_about(inventory)
    roots = tuple((folder / name).read_text() for name in inventory.certificate_roots)
    with tempfile.TemporaryDirectory(prefix="netaudit-doctor-") as cache:
        loopback_only = inventory.network is NetworkKind.LAB
        agent = identity_of(inventory).user_agent
        library = Library(Path(cache), sources, agent=agent, roots=roots, loopback_only=loopback_only)
        found = await asyncio.gather(*(check_source(library, source, centre) for source in sources))
    return [
        SourceCheck(name=source.name, about=centre.prefixes[0], at=time.time(), facts=facts)
        for source, facts in zip(sources, found, strict=True)
    ]


async def _browser() -> tuple[str, str]:
    """The browser's program and version, or why it does not start; both empty: there is none."""
    found = find_browser()
    if found is None:
        return "", ""
    try:
        return f"{found.program}, {await found.version()}", ""
    except DevToolsError as error:
        return "", f"{found.program}: {error}"


def _open_files() -> int | None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def _output_error(output: Path) -> str:
    """Why the run folder could not be written, or nothing; leaves nothing behind."""
    place = output.absolute()
    while not place.exists():
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _versions() -> dict[str, str]:
    found = {"netaudit": __version__, "Python": platform.python_version(), "OpenSSL": ssl.OPENSSL_VERSION.split()[1]}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found
