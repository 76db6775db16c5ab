"""The small world in memory, zone files signed with its own keys, and scans of what is proposed and what is live."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import dns.name
import msgspec

from netaudit.authority.lint import Finding, lint, lint_serial
from netaudit.authority.lint_dnssec import lint_ds, lint_signatures
from netaudit.authority.masterfile import ZoneFile, read_zone_file
from netaudit.dns.anchors import DS, parse_anchors
from netaudit.engine.proposal import Deployed, Proposal, deploy
from netaudit.engine.scan import ScanOptions, collect
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.compare import compare
from netaudit.judge.run import judge
from netaudit.lab.authority import Contents, zone_contents
from netaudit.lab.keyring import Keyring
from netaudit.lab.world import Signing, World, WorldZone
from netaudit.model.book import FactBook
from netaudit.model.change import Change
from netaudit.model.common import Text
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact
from netaudit.model.inventory import Inventory, NetworkKind, Province, Scope, Service
from netaudit.model.run import Run
from netaudit.net.network import Network
from tests.dns.memory import MemoryNetwork
from tests.lab_python.client import small_world

__all__ = ["DAY", "NOW", "Rehearsal", "Seen", "changed", "name"]

NOW = 1_795_500_000.0  # 2026-11-24
DAY = 86_400.0
_CATALOGUE = load_catalogue()


def name(text: str) -> dns.name.Name:
    return dns.name.from_text(text)


def changed(world: World, zone: str, **changes: object) -> World:
    """The world with one of its zones otherwise."""
    zones = tuple(msgspec.structs.replace(z, **changes) if z.name == zone else z for z in world.zones)
    return msgspec.structs.replace(world, zones=zones)


@dataclass(frozen=True)
class Seen:
    """What a rehearsal found: both runs, what differs, what is wrong in files, how it was put over the network."""

    live: Run
    proposed: Run
    deployed: Deployed
    findings: tuple[Finding, ...]

    @cached_property
    def changes(self) -> dict[str, Change]:
        """By check and target: "dnssec.signed zone:tinh.vn"."""
        return {f"{c.check} {c.target}": c for c in compare(self.live, self.proposed).changes}

    @property
    def differences(self) -> dict[str, str]:
        return {subject: change.difference.value for subject, change in self.changes.items()}

    @property
    def codes(self) -> set[str]:
        return {finding.code for finding in self.findings}

    def verdict(self, check: str, zone: str = "tinh.vn") -> tuple[str, str]:
        """Status and message of a check of a zone, as proposed."""
        found = [r.verdict for r in self.proposed.results if str(r.verdict.target) == f"zone:{zone}"]
        outcome = next(v.outcome for v in found if v.check == check)
        return outcome.status.value, outcome.message


class Rehearsal:
    """A live world, whose keys also sign what is proposed."""

    def __init__(
        self,
        folder: Path,
        world: World | None = None,
        mutate: Callable[[Exchange], Exchange] = lambda exchange: exchange,
    ) -> None:
        self.folder = folder
        self.world = world or small_world()
        self.keys = Keyring()
        self.network = MemoryNetwork(self.world, NOW, mutate, keyring=self.keys)

    def contents(self, world: World, now: float = NOW) -> Contents:
        """What the servers of another world would have, signed with the same keys at `now`."""
        return zone_contents(world, now, self.keys)

    def text(self, zone: str, world: World | None = None, now: float = NOW) -> str:
        """A zone of a world as a signed master file; by default as it is live, with its serial raised by one."""
        world = world or self.world
        serial = next(z.serial for z in self.world.zones if z.name == zone)
        contents = self.contents(changed(world, zone, serial=serial + 1), now)
        return next(served.text for served in contents.zones if served.name == zone)

    def file(self, zone: str, text: str) -> ZoneFile:
        path = self.folder / f"{zone}.zone"
        path.write_text(text, encoding="utf-8")
        return read_zone_file(path, name(zone))

    def ds(self, zone: str) -> tuple[DS, ...]:
        """The DS of the key that signs a zone, whether its parent has it or not."""
        served = next(z for z in self.contents(changed(self.world, zone, signing=Signing())).zones if z.name == zone)
        signing = served.data._signing
        assert signing is not None
        return (signing.keys.ds(),)

    async def see(self, *proposals: Proposal, zones: tuple[str, ...] = ("tinh.vn",)) -> Seen:
        """Put the proposals over the network, scan it and what is below, and judge both."""
        hints = self.network.contents.hints
        network: Network = self.network
        anchors: tuple[str, ...] = self.network.contents.anchors
        findings: list[Finding] = []
        for proposal in proposals:
            deployed = await deploy(proposal, network, hints, anchors)
            network, anchors = deployed.network, deployed.anchors
            if proposal.file is not None:
                findings += [*lint(proposal.file), *lint_signatures(proposal.file, NOW)]
                findings += [*lint_ds(proposal.file, deployed.ds), *lint_serial(proposal.file, deployed.serial)]
        proposed = await scan(network, hints, anchors, zones)
        live = await scan(self.network, hints, self.network.contents.anchors, zones)
        return Seen(live, proposed, deployed, tuple(findings))


async def scan(
    network: Network, hints: Mapping[str, tuple[str, ...]], anchors: tuple[str, ...], zones: tuple[str, ...]
) -> Run:
    """Scan the zones, and a web host at the apex of each whose names are looked up; everything else is silent."""
    parse_anchors(anchors)
    inventory = Inventory(
        schema=1,
        network=NetworkKind.LAB,
        province=Province(id="tinh", name=Text("Tỉnh", "Province")),
        tiers=(),
        units=(),
        services=tuple(Service(id=f"web-{n}", kind="website", host=zone, units=()) for n, zone in enumerate(zones)),
        zones=zones,
        scope=Scope(special_addresses=("192.0.2.0/24", "2001:db8::/32")),
    )
    facts: list[Fact] = []
    options = ScanOptions(inventory_file="", inventory_sha256="")
    await collect(inventory, network, hints=hints, anchors=anchors, record=facts.append, options=options)
    return judge(FactBook(facts), _CATALOGUE, (), judged_at=NOW)


def zone_of(world: World, zone: str) -> WorldZone:
    return next(z for z in world.zones if z.name == zone)
