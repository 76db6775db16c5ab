"""Opening the network that an inventory names: the Internet, or the lab on this machine."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time

import msgspec

from netaudit.cli.errors import Usage
from netaudit.content import content_path
from netaudit.dns.anchors import ROOT_ANCHORS, ROOT_HINTS
from netaudit.engine.factory import EvidenceFiles, evidence_files_of
from netaudit.model.common import Family
from netaudit.model.inventory import Inventory, NetworkKind
from netaudit.net.internet import InternetNetwork
from netaudit.net.lab import LabNetwork
from netaudit.net.limits import Identity, Limits
from netaudit.net.network import Network
from netaudit.net.policy import TargetPolicy

__all__ = ["NetworkOptions", "Session", "identity_of", "open_session"]


@dataclass(frozen=True)
class NetworkOptions:
    """What the command line says of the network. `None` keeps the inventory's or the default."""

    families: tuple[Family, ...] = (Family.IPV4, Family.IPV6)
    timeout: float | None = None
    rate: float | None = None
    concurrency: int | None = None
    delay_ms: float | None = None  # lab only
    loss: float | None = None  # lab only
    lab_keys: Path | None = None  # where the lab keeps its keys, so that a scan can go on in the same lab


@dataclass(frozen=True)
class Session:
    """An open network with what resolution and trust start from, and each data centre's files of evidence."""

    network: Network
    limits: Limits
    hints: Mapping[str, Sequence[str]]
    anchors: tuple[str, ...]
    roots: tuple[str, ...] = ()
    evidence_files: EvidenceFiles = field(default_factory=dict)
    agent: str = ""  # how HTTP servers are told who asks


@asynccontextmanager
async def open_session(inventory: Inventory, folder: Path, options: NetworkOptions) -> AsyncIterator[Session]:
    """Open the network of `inventory`, whose relative paths start in `folder`. Raises Usage."""
    limits = _limits(inventory, options)
    if inventory.network is NetworkKind.LAB:
        async with _lab(inventory, folder, limits, options) as session:
            yield session
        return
    policy = TargetPolicy(allowed=inventory.scope.special_addresses, excluded=_excluded(inventory))
    network = InternetNetwork(limits, policy, identity_of(inventory), options.families)
    try:
        yield Session(
            network=network,
            limits=limits,
            hints=inventory.root_hints or ROOT_HINTS,
            anchors=inventory.trust_anchors or ROOT_ANCHORS,
            roots=tuple((folder / name).read_text() for name in inventory.certificate_roots),
            evidence_files=evidence_files_of(inventory, folder),
            agent=network.identity.user_agent,
        )
    finally:
        await network.aclose()


@asynccontextmanager
async def _lab(inventory: Inventory, folder: Path, limits: Limits, options: NetworkOptions) -> AsyncIterator[Session]:
    """Start the world of `inventory` in a process of its own, so that it does not share our interpreter."""
    # here, because a scan of the Internet need not wait for the servers of the lab to be imported
    from netaudit.lab.evidence import documents_of
    from netaudit.lab.process import lab_process
    from netaudit.lab.worldfile import WorldError, load_world

    path = folder / inventory.world if inventory.world else content_path("sample") / "world.yaml"
    try:
        world = load_world(path)
    except WorldError as error:
        raise Usage(str(error)) from error
    with TemporaryDirectory(prefix="netaudit-") as temporary:
        made: dict[str, tuple[Path, ...]] = {}
        for kind, document in documents_of(world, time()).items():
            made[kind] = (Path(temporary) / f"{path.stem}.{document.name}",)
            made[kind][0].write_bytes(document.content)
        named = evidence_files_of(inventory, folder)
        async with lab_process(path, keys=options.lab_keys) as lab:
            simulated = msgspec.structs.replace(
                lab.map,
                delay_ms=lab.map.delay_ms if options.delay_ms is None else options.delay_ms,
                loss=lab.map.loss if options.loss is None else options.loss,
            )
            network = LabNetwork(
                simulated, limits, identity_of(inventory), options.families, excluded=_excluded(inventory)
            )
            try:
                yield Session(
                    network=network,
                    limits=limits,
                    hints=lab.hints,
                    anchors=lab.trust_anchors,
                    roots=lab.roots,
                    evidence_files={
                        id: {kind: paths or made.get(kind, ()) for kind, paths in files.items()}
                        for id, files in named.items()
                    },
                )
            finally:
                await network.aclose()


def _limits(inventory: Inventory, options: NetworkOptions) -> Limits:
    per_server = inventory.limits
    if options.rate is not None:
        per_server = msgspec.structs.replace(per_server, per_server_per_second=options.rate)
    limits = Limits(per_server=per_server)
    if inventory.network is NetworkKind.LAB:  # whose faults do not pass while one waits
        limits = msgspec.structs.replace(limits, round_pause=0.5)
    if options.timeout is not None:
        limits = msgspec.structs.replace(limits, udp_timeout=options.timeout, tcp_timeout=options.timeout)
    if options.concurrency is not None:
        limits = msgspec.structs.replace(limits, jobs=options.concurrency)
    return limits


def _excluded(inventory: Inventory) -> tuple[str, ...]:
    """The prefixes among what is never sent to; probes heed the names."""
    return tuple(item for item in inventory.scope.exclude if "/" in item)


def identity_of(inventory: Inventory) -> Identity:
    """How the scanner introduces itself: with whom the inventory names to be asked about it."""
    contact = inventory.contact
    where = (contact.url or contact.email) if contact is not None else ""
    agent = Identity().user_agent
    printable = "".join(c for c in where if " " < c < "\x7f")
    return Identity(user_agent=f"{agent} (+{printable})" if printable else agent)
