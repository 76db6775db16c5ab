"""Network namespaces on one bridge: a host for each machine of a world, with its real addresses.

Every host sends everything on-link, so that any address of the world is one hop away, and one that nobody
has ends in a real "no route to host". Names carry the creator's process id: everything is removed at
the end, and what a killed run left behind is removed by the next one.
"""

import os
import re
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_interface
from pathlib import Path
from types import TracebackType

__all__ = ["Namespaces"]

_NAMED = Path("/run/netns")
_OURS = re.compile(r"netaudit-(\d+)-")


class Namespaces:
    """A bridge and its hosts; a context manager. Needs root. Raises CalledProcessError when `ip` or `nft` fails."""

    def __init__(self) -> None:
        self._prefix = f"netaudit-{os.getpid()}-"
        self._hosts: dict[str, str] = {}
        self._bridge = f"{self._prefix}bridge"

    def __enter__(self) -> "Namespaces":
        _remove_orphans()
        _ip(f"netns add {self._bridge}")
        try:
            _ip(
                "link add br0 type bridge mcast_snooping 0 forward_delay 0",
                "link set br0 up",
                namespace=self._bridge,
            )
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in [*self._hosts.values(), self._bridge]:
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)

    def add(self, host: str, addresses: Iterable[str]) -> None:
        """Add a host with its addresses: literal ones, or with a prefix length where it has neighbours (BGP)."""
        number = len(self._hosts)
        self.add_alone(host)
        commands = [f"link add eth0 type veth peer name p{number} netns {self._bridge}", "link set eth0 up"]
        for address in addresses:
            option = " nodad" if ip_interface(address).version == 6 else ""
            commands.append(f"address add {address} dev eth0{option}")
        commands += ["route add 0.0.0.0/0 dev eth0", "route add ::/0 dev eth0"]
        # nobody is far away: what has not answered in 0.3 s is not there
        commands += [f"ntable change name {table} dev eth0 retrans 100" for table in ("arp_cache", "ndisc_cache")]
        self.configure(host, *commands)
        _ip(f"link set p{number} master br0 up", namespace=self._bridge)

    def add_alone(self, host: str) -> None:
        """Add a host that is connected to nobody."""
        name = self._hosts[host] = f"{self._prefix}{len(self._hosts)}"
        _ip(f"netns add {name}")
        self.configure(host, "link set lo up")

    def configure(self, host: str, *commands: str) -> None:
        """Run `ip` commands in a host: `address add … dev eth0`."""
        _ip(*commands, namespace=self._hosts[host])

    def move(self, interface: str, source: str, target: str) -> None:
        """Move an interface from one host to another."""
        self.configure(source, f"link set {interface} netns {self._hosts[target]}")

    def command(self, host: str, arguments: Sequence[str]) -> list[str]:
        """Return the command line that runs `arguments` in a host."""
        return ["ip", "netns", "exec", self._hosts[host], *arguments]

    def run(self, host: str, arguments: Sequence[str], timeout: float = 60.0) -> str:
        """Run a command in a host and return what it printed. Raises CalledProcessError and TimeoutExpired."""
        done = subprocess.run(
            self.command(host, arguments), check=True, capture_output=True, text=True, timeout=timeout
        )
        return done.stdout

    def firewall(self, host: str, rules: Sequence[str]) -> None:
        """Let a host's input pass through nftables rules: `meta nfproto ipv6 udp dport 53 drop`."""
        if not rules:
            return
        chain = "\n".join(["type filter hook input priority 0;", *rules])
        table = f"table inet netaudit {{\nchain input {{\n{chain}\n}}\n}}\n"
        _feed(self.command(host, ["nft", "-f", "-"]), table)


def _remove_orphans() -> None:
    """End what still runs in namespaces whose creator was killed, and delete them."""
    for path in _NAMED.glob("netaudit-*"):
        match = _OURS.match(path.name)
        if match is not None and not Path(f"/proc/{match[1]}").exists():
            living = subprocess.run(["ip", "netns", "pids", path.name], check=False, capture_output=True, text=True)
            for pid in living.stdout.split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            subprocess.run(["ip", "netns", "delete", path.name], check=False, capture_output=True)


def _ip(*commands: str, namespace: str = "") -> None:
    """Run `ip` commands as one batch."""
    where = ["-netns", namespace] if namespace else []
    _feed(["ip", *where, "-batch", "-"], "\n".join(commands))


def _feed(command: Sequence[str], text: str) -> None:
    try:
        subprocess.run(command, input=text, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        error.add_note(f"{error.stderr}{text}")
        raise
