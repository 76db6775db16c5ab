"""What routers of four makers print of the lab's worlds, recorded for the tests of those who read it.

Each world has a folder in tests/routing/recorded. What changes by itself stays in: times and counters.
"""

import re
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.lab.multihome.network import BIRD, MultihomeLab, multihome_lab
from tests.lab.multihome.tables import complete
from tests.lab.multihome.topology import PROVINCE, Design
from tests.lab.multihome.worlds import BY_UP1, HEALTHY, V4, V6, Paths, both

__all__ = ["RECORDED", "WORLDS", "RecordedWorld", "record"]

RECORDED = Path(__file__).parents[2] / "routing" / "recorded"

_MAKERS = ("frr", "gobgp", "exabgp")

_SHARED: Paths = {**HEALTHY, "t2": (64503, 64500, 64501, 64510)}


@dataclass(frozen=True)
class RecordedWorld:
    """A world to record: its design, what happens when it has settled, and the paths before and after."""

    name: str
    design: Design
    before: Mapping[str, Paths]
    event: Callable[[MultihomeLab], None] | None = None
    after: Mapping[str, Paths] | None = None


def _cut(lab: MultihomeLab) -> None:
    lab.cut("up2", PROVINCE)


WORLDS = (
    RecordedWorld("healthy", Design(), both(HEALTHY)),
    RecordedWorld("ipv6-on-one-uplink", Design(one_ipv6=True), {V4: HEALTHY, V6: BY_UP1}),
    RecordedWorld("ipv6-in-ipv4-session", Design(ipv6_in_ipv4=True, hold=90), both(HEALTHY)),
    RecordedWorld("shared-transit", Design(shared=True), both(_SHARED)),
    RecordedWorld("uplink-cut", Design(hold=9, bfd=True), both(HEALTHY), _cut, both(BY_UP1)),
)


def record(world: RecordedWorld, root: Path = RECORDED) -> Path:
    """Run a world twice, with BIRD and with FRR as the province's router, and write its folder below `root`."""
    folder = root / world.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _settled(world, _MAKERS, "bird") as lab:
        lab.daemons.wait_until(partial(complete, lab, world.after or world.before), "a collector lacks routes")
        for name, text in _printed(lab, whole=world.name == "healthy"):
            (folder / name).write_text(text)
        lab.dump(folder)
    with _settled(world, (), "frr") as lab:
        for name, command in {**_FRR, **_FRR_MORE}.items():
            (folder / f"province-{name}").write_text(_told(lab.collectors[PROVINCE].ask(command)))
    return folder


_FRR = {
    "frr.ipv4.json": "show bgp ipv4 unicast json",
    "frr.ipv6.json": "show bgp ipv6 unicast json",
}
_FRR_MORE = {
    "frr.ipv4-prefix.json": f"show bgp ipv4 unicast {V4} json",
    "frr.ipv6-prefix.json": f"show bgp ipv6 unicast {V6} json",
    "frr.ipv4-summary.json": "show bgp ipv4 unicast summary json",
    "frr.ipv6-summary.json": "show bgp ipv6 unicast summary json",
    "frr.neighbors.json": "show bgp neighbors json",
}
_GOBGP = {
    "gobgp.ipv4.json": "-j global rib -a ipv4",
    "gobgp.ipv6.json": "-j global rib -a ipv6",
}
_GOBGP_MORE = {"gobgp.neighbor.json": "-j neighbor"}
_BIRD = {
    "bird.ipv4.txt": "show route table master4 all",
    "bird.ipv6.txt": "show route table master6 all",
}
_BIRD_MORE = {"bird.protocols.txt": "show protocols all"}
_QUIET = 1.5  # seconds without a change: some routers still hunt for paths when the wanted ones are there


@contextmanager
def _settled(world: RecordedWorld, collectors: tuple[str, ...], province: str) -> Iterator[MultihomeLab]:
    with multihome_lab(world.design, collectors, province) as lab:
        lab.wait_for(world.before)
        if world.event is not None:
            world.event(lab)
            lab.wait_for(world.after or {})
        lab.wait_for_quiet(_QUIET)
        yield lab


def _printed(lab: MultihomeLab, whole: bool) -> Iterator[tuple[str, str]]:
    """What the collectors have, and what the province's router has; `whole`: what they say of their sessions, too."""
    for name, command in {**_FRR, **(_FRR_MORE if whole else {})}.items():
        yield name, _told(lab.collectors["frr"].ask(command))
    for name, command in {**_GOBGP, **(_GOBGP_MORE if whole else {})}.items():
        yield name, _told(lab.collectors["gobgp"].ask(command))
    yield "exabgp.jsonl", _told(lab.collectors["exabgp"].ask(""))
    for name, command in {**_BIRD, **(_BIRD_MORE if whole else {})}.items():
        yield name, lab.birdc(BIRD, command)
    for name, command in {**_BIRD, **_BIRD_MORE}.items():
        yield f"province-{name}", lab.birdc(PROVINCE, command)
    if lab.design.bfd:
        yield "province-bird.bfd.txt", lab.birdc(PROVINCE, "show bfd sessions")


def _told(text: str) -> str:
    """Without this machine's name."""
    name = re.escape(socket.gethostname())
    return re.sub(rf'("(?:host|hostname|localHostname|domainname)" ?: ?)"{name}"', r'\1"router"', text)
