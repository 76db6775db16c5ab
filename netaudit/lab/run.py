"""A lab in the running event loop."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netaudit.lab.authority import zone_contents
from netaudit.lab.hosts import Hosts
from netaudit.lab.keyring import Keyring
from netaudit.lab.listener import listening
from netaudit.lab.pki import Pki
from netaudit.lab.world import World
from netaudit.model.common import Record
from netaudit.net.lab import LabMap

__all__ = ["RunningLab", "running_lab"]


class RunningLab(Record, frozen=True, kw_only=True):
    """What a client needs to use a lab."""

    map: LabMap
    hints: dict[str, tuple[str, ...]]  # root server -> addresses
    trust_anchors: tuple[str, ...]  # DS lines
    roots: tuple[str, ...]  # certificates of the lab's CA, PEM


@asynccontextmanager
async def running_lab(
    world: World, *, now: float | None = None, keyring: Keyring | None = None
) -> AsyncIterator[RunningLab]:
    """Serve `world` on 127.0.0.1 until the block ends. Signatures and certificates are made around `now`.

    The keys are those of `keyring`, which is saved before anything is served; fresh ones without it.
    """
    moment = time.time() if now is None else now
    ring = keyring or Keyring()
    contents = zone_contents(world, moment, ring)
    pki = Pki(moment, ring)
    ring.save()
    async with listening(Hosts(world, contents, pki, moment)) as (udp_port, tcp_port):
        yield RunningLab(
            map=LabMap(udp_port=udp_port, tcp_port=tcp_port, delay_ms=world.delay_ms, loss=world.loss),
            hints=contents.hints,
            trust_anchors=contents.anchors,
            roots=(pki.root,),
        )
