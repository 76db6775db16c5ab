"""Network namespaces on one bridge: a host for each machine of a world, with its real addresses.

Every host has its addresses as /32 and /128 and sends everything on-link, so that any address of the
world is one hop away, and one that nobody has ends in a real "no route to host". The names carry
the creator's process id; everything is removed at the end, whatever happened in between.
"""

import os
import subprocess
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from types import TracebackType

__all__ = ["Namespaces"]


class Namespaces:
    """A bridge and its hosts; a context manager. Needs root. Raises CalledProcessError when `ip` fails."""

    def __init__(self) -> None:
        self._prefix = f"na{os.getpid()}"
        self._hosts: dict[str, str] = {}
        self._bridge = f"{self._prefix}-br"

    def __enter__(self) -> "Namespaces":
        _ip(
            [
                f"netns add {self._bridge}",
                f"-n {self._bridge} link add br0 type bridge mcast_snooping 0 forward_delay 0",
                f"-n {self._bridge} link set br0 up",
            ]
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in [*self._hosts.values(), self._bridge]:
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)

    def add(self, host: str, addresses: Iterable[str]) -> None:
        """Add a host with its literal addresses."""
        name = f"{self._prefix}-{len(self._hosts)}"
        port = f"p{len(self._hosts)}"
        self._hosts[host] = name
        _ip([f"netns add {name}", f"-n {name} link set lo up"])
        _ip([f"-n {name} link add eth0 type veth peer name {port} netns {self._bridge}"])
        subprocess.run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.eth0.accept_ra=0"], check=True)
        commands = [f"-n {self._bridge} link set {port} master br0 up", f"-n {name} link set eth0 up"]
        for address in addresses:
            length, option = (128, " nodad") if ip_address(address).version == 6 else (32, "")
            commands.append(f"-n {name} address add {address}/{length} dev eth0{option}")
        _ip([*commands, f"-n {name} route add default dev eth0", f"-n {name} -6 route add default dev eth0"])

    def command(self, host: str, arguments: Sequence[str]) -> list[str]:
        """Return the command line that runs `arguments` in a host."""
        return ["ip", "netns", "exec", self._hosts[host], *arguments]

    def run(self, host: str, arguments: Sequence[str]) -> str:
        """Run a short command in a host and return what it printed. Raises CalledProcessError."""
        done = subprocess.run(self.command(host, arguments), check=True, capture_output=True, text=True, timeout=60)
        return done.stdout

    def firewall(self, host: str, rules: Sequence[str]) -> None:
        """Add nftables rules to a host's input chain: `meta nfproto ipv6 udp dport 53 drop`."""
        if not rules:
            return
        chain = "type filter hook input priority 0;\n" + "\n".join(rules)
        table = f"table inet netaudit {{\nchain input {{\n{chain}\n}}\n}}\n"
        subprocess.run(self.command(host, ["nft", "-f", "-"]), input=table, check=True, capture_output=True, text=True)


def _ip(commands: Sequence[str]) -> None:
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True, capture_output=True, text=True)
