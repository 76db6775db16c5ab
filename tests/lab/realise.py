"""A world in network namespaces: its machines with their real addresses, real daemons, and a place to scan from."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from netaudit.lab.authority import Contents, zone_contents
from netaudit.lab.evidence import Document, documents_of
from netaudit.lab.flaws import Flaws
from netaudit.lab.keyring import Keyring
from netaudit.lab.pki import Pki
from netaudit.lab.world import World
from tests.lab.daemons import Daemons
from tests.lab.mail_servers import mail_expectations, mail_rules, start_mail_servers
from tests.lab.name_servers import dns_expectations, dns_rules, start_name_servers
from tests.lab.namespaces import Namespaces
from tests.lab.ready import Expectation
from tests.lab.recursive import resolver_expectations, start_resolvers
from tests.lab.relay import add_distant
from tests.lab.routed import add_routed
from tests.lab.routers import Routers
from tests.lab.time_servers import start_time_servers, time_rules
from tests.lab.web_sites import start_web_servers, web_expectations, web_rules

__all__ = ["FOLDER", "SCANNER", "Realised", "realised", "remove_orphans", "wait_until_ready"]

SCANNER = "scanner"
_SCANNER_ADDRESSES = ("192.0.2.250", "2001:db8:ffff::250")
_START = 30.0  # seconds
FOLDER = "netaudit-daemons-"


@dataclass(frozen=True)
class Realised:
    """A running world, and what a scan of it starts from."""

    namespaces: Namespaces
    contents: Contents  # root hints and trust anchors
    root: str  # the certificate of the lab's CA, PEM
    tables: tuple[Path, ...]  # MRT files of the route collector, one a family
    documents: dict[str, Document] = field(default_factory=dict)  # other evidence of data centres, by kind


@contextmanager
def realised(world: World, *, routed: bool = False) -> Iterator[Realised]:
    """Run `world` until the block ends; `routed`: the scanner is behind the routers of tests/lab/routed.py.

    Needs root and the daemons of tests/apt-packages.txt.

    Raises AssertionError with a daemon's last words when one does not start.
    """
    now = time.time()
    ring = Keyring()  # one for both: TLSA records are of the servers' keys
    contents, pki, flaws = zone_contents(world, now, ring), Pki(now, ring), Flaws(world)
    remove_orphans()
    with (
        tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-") as name,
        Namespaces() as namespaces,
        Daemons(namespaces) as daemons,
    ):
        folder = Path(name)
        folder.chmod(0o755)  # Postfix is not root
        if routed:
            add_routed(SCANNER, _SCANNER_ADDRESSES, namespaces)
        elif world.delay_ms:
            add_distant(SCANNER, _SCANNER_ADDRESSES, world.delay_ms / 1000, namespaces, daemons, folder)
        else:
            namespaces.add(SCANNER, _SCANNER_ADDRESSES)
        for machine in world.machines:
            namespaces.add(machine.id, machine.addresses)
            rules = [*dns_rules(machine, flaws), *web_rules(machine, flaws), *mail_rules(machine, flaws)]
            namespaces.firewall(machine.id, [*rules, *time_rules(world, machine, flaws)])
        routers = Routers(world, namespaces, daemons, folder)
        routers.start()
        start_name_servers(world.machines, contents, folder, daemons)
        start_resolvers(world, flaws, contents, folder, daemons)
        start_web_servers(world, flaws, pki, folder, daemons)
        start_mail_servers(world, flaws, pki, folder, daemons)
        start_time_servers(world, flaws, folder, daemons)
        expected = dns_expectations(world.machines, contents, flaws)
        expected += resolver_expectations(world)
        expected += web_expectations(world, flaws) + mail_expectations(world, flaws)
        wait_until_ready(expected, namespaces, daemons)
        tables = routers.tables()
        _lose(world.loss, namespaces)
        documents = {kind: found for kind, found in documents_of(world, now).items() if kind != "routes"}
        yield Realised(namespaces, contents, pki.root, tables, documents)


def remove_orphans() -> None:
    """Delete the folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        creator = folder.name.removeprefix(FOLDER).partition("-")[0]
        if not Path(f"/proc/{creator}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(expected: list[Expectation], namespaces: Namespaces, daemons: Daemons) -> None:
    """Wait until everything answers, as seen by the scanner."""
    script = Path(__file__).with_name("ready.py")
    command = namespaces.command(SCANNER, [sys.executable, "-P", str(script), f"{_START:g}"])
    lines = "".join(f"{e.address} {e.port} {e.zone}\n" for e in expected)
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as said:
        told.write(lines)
        told.seek(0)
        with subprocess.Popen(command, stdin=told, stdout=said, stderr=subprocess.STDOUT) as waiting:
            try:
                daemons.wait_until(lambda: waiting.poll() is not None, "the servers were not ready", _START + 10)
            finally:
                waiting.kill()
        said.seek(0)
        assert waiting.returncode == 0, said.read()


def _lose(loss: float, namespaces: Namespaces) -> None:
    """Drop a share of the packets that reach the scanner."""
    if loss:
        namespaces.firewall(SCANNER, [f'iifname != "lo" numgen random mod 10000 < {round(loss * 10_000)} drop'])
