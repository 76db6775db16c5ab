"""Time servers of a world: a chronyd for each address, which leaves this machine's clock alone."""

import sys
from collections.abc import Sequence
from pathlib import Path

from netaudit.lab.flaws import Flaws
from netaudit.lab.world import Machine, TimeServer, World
from netaudit.model.common import Family, family_of
from tests.lab.daemons import Command, Daemons

__all__ = ["TIME_PORT", "chronyd", "clock_ahead", "start_time_servers", "time_rules"]

TIME_PORT = 123
_PACKAGES = Path(__file__).parents[2]


def start_time_servers(world: World, flaws: Flaws, folder: Path, daemons: Daemons) -> None:
    """Start what serves the time on every machine that does."""
    machines = {machine.id: machine for machine in world.machines}
    for server in world.time:
        machine = machines[server.machine]
        for number, address in enumerate(machine.addresses):
            place = folder / f"{machine.id}-time-{number}"
            place.mkdir()
            daemons.start(machine.id, _command(server, address, flaws, place), place)


def time_rules(world: World, machine: Machine, flaws: Flaws) -> list[str]:
    """The nftables rules where a machine's time server is silent."""
    hosts = [server.host for server in world.time if server.machine == machine.id]
    return [
        f"meta nfproto {family} udp dport {TIME_PORT} drop"
        for family in Family
        for host in hosts
        if flaws.host(host, family, "time_silent")
    ]


def chronyd(addresses: Sequence[str], folder: Path, *, stratum: int = 3, synchronised: bool = True) -> Command:
    """A server at one address of a family, or of each: of this machine's clock, or without any source."""
    path = folder / "chrony.conf"
    lines = [f"bindaddress {address}" for address in addresses]
    lines += ["allow all", "cmdport 0", "bindcmdaddress /", f"pidfile {folder}/pid"]
    lines += [f"local stratum {stratum}"] if synchronised else []
    path.write_text("\n".join(lines) + "\n")
    alone = (["-6"] if ":" in addresses[0] else ["-4"]) if len(addresses) == 1 else []
    return ["chronyd", "-d", "-x", *alone, "-u", "root", "-f", str(path)]


def clock_ahead(*addresses: str) -> Command:
    """A server whose clock is wrong."""
    return ["env", f"PYTHONPATH={_PACKAGES}", sys.executable, "-m", "tests.lab.clock", *addresses]


def _command(server: TimeServer, address: str, flaws: Flaws, folder: Path) -> Command:
    family = family_of(address)
    if flaws.host(server.host, family, "time_off"):
        return clock_ahead(address)
    synchronised = not flaws.host(server.host, family, "time_unsynchronised")
    return chronyd((address,), folder, stratum=server.stratum, synchronised=synchronised)
