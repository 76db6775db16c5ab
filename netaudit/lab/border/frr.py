"""FRR in a rehearsal, as the border router: zebra, staticd and bgpd with one integrated configuration."""

import ipaddress
import json
import re
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from netaudit.lab.border.commands import last_line, run, start, wait_until
from netaudit.lab.border.session import NeighbourSession, address_beside, is_address
from netaudit.model.common import Family

__all__ = ["FrrRouter", "is_frr"]

_DAEMONS = "/usr/lib/frr"
_START = 10.0  # seconds
_FRR = re.compile(r"^(?:frr version|router bgp \d+)", re.MULTILINE)
_LOG = re.compile(r"^ *log (?:file|syslog).*$", re.MULTILINE)
_SOURCE = re.compile(r"^ *neighbor (\S+) update-source (\S+)", re.MULTILINE)
_GROUP = re.compile(r"^ *neighbor (\S+) peer-group (\S+)", re.MULTILINE)
_ADDRESS = re.compile(r"^ *ip(?:v6)? address (\S+/\d+)", re.MULTILINE)
_FAMILIES = {"ipv4Unicast": Family.IPV4, "ipv6Unicast": Family.IPV6}


def is_frr(configuration: str) -> bool:
    """Whether it is FRR's language: that of BIRD has braces where FRR says `router bgp`."""
    return _FRR.search(configuration) is not None


class FrrRouter:
    """The border router. Raises RuntimeError with FRR's words for lines that it refuses."""

    def __init__(self, configuration: Path, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._text = _LOG.sub("!", configuration.read_text(errors="replace"))
        if not Path(_DAEMONS, "bgpd").exists() or shutil.which("vtysh") is None:
            raise RuntimeError("FRR is not installed: on Debian, apt install frr")
        for daemon in ("zebra", "staticd", "bgpd"):
            self._start(daemon, stack)
        copy = folder / "router.conf"
        copy.write_text(self._text)
        self._load(copy, configuration)

    def sessions(self) -> list[NeighbourSession]:
        """The neighbours of `show bgp neighbors json`."""
        found = []
        for name, neighbour in json.loads(self._ask("show bgp neighbors json")).items():
            if isinstance(neighbour, dict) and "remoteAs" in neighbour:
                found.append(_session(name, neighbour))
        return found

    def own_address(self, session: NeighbourSession) -> str:
        """Its update source; else the interface's address whose network has the neighbour; else the one beside it."""
        sources = dict(_SOURCE.findall(self._text))
        group = dict(_GROUP.findall(self._text)).get(session.address, "")
        source = sources.get(session.address) or sources.get(group, "")
        if is_address(source):
            return str(source)
        far = ipaddress.ip_address(session.address)
        for text in _ADDRESS.findall(self._text):
            own = ipaddress.ip_interface(text)
            if own.version == far.version and far in own.network and own.ip != far:
                return str(own.ip)
        return address_beside(session.address)

    def restart(self) -> None:
        """Try all sessions at once."""
        self._ask("clear bgp *")

    def _start(self, daemon: str, stack: ExitStack) -> None:
        """As root of our namespaces, for the sockets are in a folder of ours; with no configuration yet."""
        (self._folder / f"{daemon}.conf").write_text("hostname router\n")
        command = [
            f"{_DAEMONS}/{daemon}", "-u", "root", "-g", "frrvty", "-f", str(self._folder / f"{daemon}.conf"),
            "-z", str(self._folder / "zserv"), "-i", str(self._folder / f"{daemon}.pid"),
            "--vty_socket", str(self._folder), "-A", "127.0.0.1", "--log", "stdout",
        ]  # fmt: skip
        start(command, stack, self._folder / f"{daemon}.log")
        log = self._folder / f"{daemon}.log"
        socket = self._folder / f"{daemon}.vty"
        wait_until(socket.exists, _START, lambda: f"{daemon} did not start: {last_line(log)}")

    def _load(self, copy: Path, original: Path) -> None:
        done = subprocess.run(
            ["vtysh", "--vty_socket", str(self._folder), "-f", str(copy)],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        said = f"{done.stdout}\n{done.stderr}"
        refused = re.search(r"line (\d+): (?:%.*|.*(?:[Uu]nknown|[Ff]ailure).*)", said)
        if refused is not None:
            raise RuntimeError(f"{original}:{refused[1]}: {refused[0].partition(': ')[2][:300]}")
        if done.returncode != 0:
            raise RuntimeError(f"{original}: {said.strip()[:300]}")

    def _ask(self, command: str) -> str:
        return run("vtysh", "--vty_socket", str(self._folder), "-c", command)


def _session(name: str, neighbour: dict[str, Any]) -> NeighbourSession:
    """A neighbour for which no address family is activated is told nothing, and no session comes up."""
    told = neighbour.get("addressFamilyInfo", {})
    families = tuple(family for word, family in _FAMILIES.items() if word in told)
    return NeighbourSession(
        name=name,
        address=name,
        asn=int(neighbour["remoteAs"]),
        local_asn=int(neighbour.get("localAs", 0)),
        families=families,
        disabled=bool(neighbour.get("adminShutDown", False)) or not families,
    )
