"""Route tables of the lab's collectors as files, in the words of each maker."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.lab.multihome.network import BIRD, MultihomeLab
from tests.lab.multihome.printed import Told, exabgp, frr, gobgp
from tests.lab.multihome.worlds import Paths

__all__ = ["complete", "write_tables"]

_COMMANDS = {
    "frr": {"frr4.json": "show bgp ipv4 unicast json", "frr6.json": "show bgp ipv6 unicast json"},
    "gobgp": {"gobgp4.json": "-j global rib -a ipv4", "gobgp6.json": "-j global rib -a ipv6"},
    "exabgp": {"exabgp.jsonl": ""},
}
_BIRD = {"bird4.txt": "show route table master4 all", "bird6.txt": "show route table master6 all"}
_READERS = {"frr": frr, "gobgp": gobgp, "exabgp": exabgp}


def write_tables(lab: MultihomeLab, maker: str, folder: Path) -> tuple[str, ...]:
    """Write what the collector of one maker, or BIRD's as MRT, has now; return the files' names."""
    if maker == "mrt":
        return tuple(file.name for file in lab.dump(folder))
    if maker == "bird":
        texts = {name: lab.birdc(BIRD, command) for name, command in _BIRD.items()}
    else:
        texts = {name: lab.collectors[maker].ask(command) for name, command in _COMMANDS[maker].items()}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, text in texts.items():
        (folder / name).write_text(f"{now}\n{text}")  # they do not say of when they are
    return tuple(texts)


def complete(lab: MultihomeLab, wanted: Mapping[str, Paths]) -> bool:
    """Whether the other makers' collectors have what BIRD's has."""
    return all(
        _told(lab, maker).get(prefix, set()) == {path for path in paths.values() if path is not None}
        for maker in lab.collectors.keys() & _COMMANDS.keys()
        for prefix, paths in wanted.items()
    )


def _told(lab: MultihomeLab, maker: str) -> Told:
    found: Told = {}
    for command in _COMMANDS[maker].values():
        found |= _READERS[maker](lab.collectors[maker].ask(command))
    return found
