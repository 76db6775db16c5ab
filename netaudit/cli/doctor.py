"""`netaudit doctor`: what the scanner's own host can do, before a scan finds out."""

import platform
import resource
import ssl
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from netaudit import __version__
from netaudit.cli.bare import bare_inventory, lab_options
from netaudit.cli.errors import COMPLIANT, INCOMPLETE, Usage
from netaudit.cli.options import language_option, network_options, read_network_options
from netaudit.cli.scan import load_inventory
from netaudit.cli.session import NetworkOptions, open_session
from netaudit.dns.resolver import Resolver
from netaudit.engine import loop
from netaudit.engine.blackout import refusal
from netaudit.model.common import Failure
from netaudit.model.facts import Fact, SelfFact
from netaudit.model.inventory import Inventory
from netaudit.net.browser import find_browser
from netaudit.net.devtools import DevToolsError
from netaudit.probes.context import ProbeContext, Recorder
from netaudit.probes.courtesy import CourteousNetwork
from netaudit.probes.selfcheck import check_self
from netaudit.writers.doctor import Host, diagnosis, doctor_text
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
"""
)
@click.option(
    "-i", "--inventory", "path", type=click.Path(path_type=Path), help="Use this inventory's network and root servers."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="The run folder."
)
@lab_options
@language_option
@network_options
def doctor(path: Path | None, output: Path, lab: bool, world: Path | None, language: str, **values: Any) -> int:
    """Check the scanner's own host: IPv4, IPv6, UDP, TCP, clock, rights, limits, browser, versions, the output folder.

    Asks up to three root servers in each family for the root's SOA, over UDP and TCP, and nothing else.
    """
    options = read_network_options(values)
    if path is not None and (lab or world is not None):
        raise Usage("-i names a network of its own: leave out --lab and --world")
    inventory = bare_inventory(lab, world) if path is None else load_inventory(path).inventory
    folder = Path() if path is None else path.parent
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
