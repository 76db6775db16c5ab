"""BIRD 2 in a rehearsal: as the border router, and as all its neighbours."""

import ipaddress
import re
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from netaudit.lab.border.commands import last_line, run, start, wait_until
from netaudit.lab.border.session import NeighbourSession, address_beside, is_address
from netaudit.model.common import Family

__all__ = ["Bird", "BirdRouter"]

_START = 10.0  # seconds
_TEMPLATES = 8  # one from another
_LOCAL = re.compile(r"(?:\blocal|\bsource\s+address)\s+([0-9a-fA-F.:]+)\b")
_LOG = re.compile(r"(?:^|(?<=[;{}]))\s*log\s+(?:\"[^\"\n]*\"|syslog(?:\s+name\s+\"[^\"\n]*\")?)", re.MULTILINE)
_INCLUDE = re.compile(r"^\s*include\s+\"([^\"\n]+)\"", re.MULTILINE)
_FIELDS = ("Neighbor address", "Neighbor AS", "Local AS")


class Bird:
    """A running BIRD. It ends with the stack. `within`: words before a command that run it elsewhere."""

    def __init__(
        self, stack: ExitStack, folder: Path, name: str, configuration: Path, within: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self._control = folder / f"{name}.ctl"
        self._within = list(within)
        command = [*within, "bird", "-f", "-c", str(configuration), "-s", str(self._control)]
        start([*command, "-P", str(folder / f"{name}.pid")], stack, folder / f"{name}.log")
        log = folder / f"{name}.log"
        wait_until(self._answers, _START, lambda: f"BIRD did not start: {last_line(log)}")

    def ask(self, *words: str) -> str:
        """What its control client answers."""
        return run(*self._within, "birdc", "-s", str(self._control), *words)

    def _answers(self) -> bool:
        with suppress(RuntimeError):
            return bool(self.ask("show", "status"))
        return False


class BirdRouter:
    """The border router. Raises RuntimeError with BIRD's words for a configuration that it refuses."""

    def __init__(self, configuration: Path, folder: Path, stack: ExitStack) -> None:
        _checked(configuration)
        self._text = _runnable(configuration)
        copy = folder / "router.conf"
        copy.write_text(self._text)
        self._bird = Bird(stack, folder, "router", copy)

    def sessions(self) -> list[NeighbourSession]:
        """The BGP protocols in the answer to `show protocols all`."""
        found = []
        for block in re.split(r"\n\n+", self._bird.ask("show", "protocols", "all")):
            head = block.split(None, 4)  # name, protocol, table, state
            if len(head) < 4 or head[1] != "BGP":
                continue
            fields = dict(re.findall(r"^ +([A-Za-z ]+?): +(.+)$", block, re.MULTILINE))
            families = tuple(family for family in Family if re.search(rf"^ +Channel {family}$", block, re.MULTILINE))
            if all(name in fields for name in _FIELDS):
                address, asn, local = (fields[name] for name in _FIELDS)
                found.append(
                    NeighbourSession(
                        name=head[0], address=address, asn=int(asn), local_asn=int(local), families=families,
                        disabled=head[3] == "down",
                    )
                )  # fmt: skip
        return found

    def own_address(self, session: NeighbourSession) -> str:
        """The address that its protocol, or the template of that, has; else the one beside the neighbour's."""
        version = ipaddress.ip_address(session.address).version
        name: str | None = session.name
        for _ in range(_TEMPLATES):
            template, body = self._block(name) if name else (None, "")
            for text in filter(is_address, _LOCAL.findall(body)):
                if ipaddress.ip_address(text).version == version:
                    return str(text)
            name = template
        return address_beside(session.address)

    def restart(self) -> None:
        """Try all sessions at once."""
        self._bird.ask("restart", "all")

    def _block(self, name: str) -> tuple[str | None, str]:
        """The template that a BGP protocol or template is made from, and the text between its braces."""
        head = re.search(rf"\b(?:protocol|template)\s+bgp\s+{re.escape(name)}(?:\s+from\s+(\w+))?\s*\{{", self._text)
        if head is None:
            return None, ""
        depth, end = 1, head.end()
        while depth and end < len(self._text):
            depth += {"{": 1, "}": -1}.get(self._text[end], 0)
            end += 1
        return head[1], self._text[head.end() : end]


def _runnable(configuration: Path) -> str:
    """The configuration with nothing changed but where it logs, since no file can be written, and whence it includes.

    What it includes is not looked into: a log file that is named there keeps BIRD from starting.
    """
    text = _LOG.sub("log stderr", configuration.read_text(errors="replace"))
    return _INCLUDE.sub(lambda found: f'include "{configuration.parent / found[1]}"', text)


def _checked(configuration: Path) -> None:
    done = subprocess.run(
        ["bird", "-p", "-c", str(configuration)], capture_output=True, text=True, timeout=_START, check=False
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RuntimeError(said[-1] if said else f"bird -p ended with {done.returncode} and no word")
