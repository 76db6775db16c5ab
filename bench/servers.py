"""The audited servers: NSD in a network namespace, one daemon a level of the tree, and the count of what it was asked.

A daemon that had the zones of several levels would answer where it ought to refer, so each level has its own.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.world import LEVELS, SCANNER, level_of
from bench.zonefiles import ZoneFiles
from netaudit.lab.world import World
from tests.lab import ready
from tests.lab.daemons import Daemons
from tests.lab.namespaces import Namespaces

__all__ = ["Asked", "Servers", "serving"]

_HOST, _CLIENT = "servers", "scanner"
_START = 60.0  # seconds


@dataclass(frozen=True)
class Asked:
    """How many questions the servers got, as they counted them."""

    udp: int
    tcp: int

    def __sub__(self, earlier: "Asked") -> "Asked":
        return Asked(self.udp - earlier.udp, self.tcp - earlier.tcp)

    @property
    def total(self) -> int:
        """Over both transports."""
        return self.udp + self.tcp


class Servers:
    """The running servers, and the place from where they are asked."""

    def __init__(self, namespaces: Namespaces, configurations: Sequence[Path]) -> None:
        self._namespaces = namespaces
        self._configurations = configurations

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs `arguments` beside the servers, as a scanner would."""
        return self._namespaces.command(_CLIENT, arguments)

    def asked(self) -> Asked:
        """What the servers were asked since they started. Raises CalledProcessError."""
        udp = tcp = 0
        for configuration in self._configurations:
            counters = dict(line.split("=") for line in self._statistics(configuration))
            udp += int(counters["num.udp"]) + int(counters["num.udp6"])
            tcp += int(counters["num.tcp"]) + int(counters["num.tcp6"])
        return Asked(udp, tcp)

    def _statistics(self, configuration: Path) -> list[str]:
        return self._namespaces.run(_HOST, ["nsd-control", "-c", str(configuration), "stats_noreset"]).split()


@contextmanager
def serving(world: World, zones: ZoneFiles) -> Iterator[Servers]:
    """Serve `world` on its real addresses until the block ends. Needs root.

    Raises AssertionError with a daemon's last words when one does not start.
    """
    with Namespaces() as namespaces, Daemons(namespaces) as daemons:
        namespaces.add(_HOST, [address for machine in world.machines for address in machine.addresses])
        namespaces.add(_CLIENT, SCANNER)
        configurations = []
        for level in LEVELS:
            addresses = [a for m in world.machines if level_of(m.id) == level for a in m.addresses]
            place = zones.folder / level
            configurations.append(_configure(place, addresses, zones.files[level]))
            daemons.start(_HOST, ["nsd", "-d", "-c", str(configurations[-1])], place)
        _wait(world, zones, namespaces)
        yield Servers(namespaces, configurations)


def _configure(folder: Path, addresses: Sequence[str], zones: Mapping[str, str]) -> Path:
    """Write the configuration of one daemon."""
    listen = "\n".join(f"  ip-address: {address}" for address in addresses)
    parts = [
        f'server:\n{listen}\n  port: 53\n  username: ""\n  chroot: ""\n  zonesdir: "{folder}"\n  database: ""\n'
        f'  pidfile: "{folder}/pid"\n  xfrdfile: "{folder}/xfrd"\n  zonelistfile: "{folder}/list"\n'
        f'  xfrdir: "{folder}"\n  server-count: 1\n  tcp-count: 1000\n  rrl-ratelimit: 0\n'
        f'remote-control:\n  control-enable: yes\n  control-interface: "{folder}/control"\n'
    ]
    parts += [f'zone:\n  name: "{name}"\n  zonefile: "{file}"\n' for name, file in zones.items()]
    configuration = folder / "nsd.conf"
    configuration.write_text("".join(parts))
    return configuration


def _wait(world: World, zones: ZoneFiles, namespaces: Namespaces) -> None:
    """Wait until each address answers for a zone of its own, as seen from the scanner."""
    machines = [machine for machine in world.machines if machine.id in zones.served]
    lines = [f"{address} 53 {zones.served[m.id]}\n" for m in machines for address in m.addresses]
    command = namespaces.command(_CLIENT, [sys.executable, "-P", ready.__file__, f"{_START:g}"])
    done = subprocess.run(
        command, input="".join(lines), capture_output=True, text=True, timeout=2 * _START, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
