"""`netaudit lab`: the small signed Internet of the sample, to look at and to use by itself."""

import asyncio
import signal
from pathlib import Path
from time import time

import click

from netaudit.cli.errors import Usage
from netaudit.content import content_path
from netaudit.engine.loop import run as run_loop
from netaudit.lab.authority import zone_contents
from netaudit.lab.mrt import mrt_bytes
from netaudit.lab.run import RunningLab, running_lab
from netaudit.lab.vrps import vrps_json
from netaudit.lab.world import Fault, World
from netaudit.lab.worldfile import WorldError, load_world

__all__ = ["lab"]


@click.group(epilog="\b\nExamples:\n  netaudit lab faults\n  netaudit lab run\n  netaudit lab zonefiles -o zones")
def lab() -> None:
    """A small signed Internet on this machine, with faults planted on purpose."""


@lab.command("run")
@click.argument("path", metavar="[WORLD]", required=False, type=click.Path(path_type=Path))
def run(path: Path | None) -> int:
    """Serve a world on 127.0.0.1 until Ctrl-C, and print what is there."""
    world = _load(path)
    run_loop(_serve(world))
    return 0


@lab.command("faults")
@click.argument("path", metavar="[WORLD]", required=False, type=click.Path(path_type=Path))
def faults(path: Path | None) -> int:
    """List the planted faults and the findings that each must cause."""
    world = _load(path)
    for fault in world.faults:
        click.echo(f"{fault.id}: {fault.kind} {_where(fault)}".rstrip())
        for word, findings in (("finds", fault.finds), ("blinds", fault.blinds)):
            for finding in findings:
                click.echo(f"  {word} {finding}")
    click.echo(f"{world.name}: faults: {len(world.faults)}, of {len({f.kind for f in world.faults})} kinds")
    return 0


@lab.command("zonefiles")
@click.argument("path", metavar="[WORLD]", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder.")
def zonefiles(path: Path | None, output: Path) -> int:
    """Write what every machine serves: signed master files, trust anchors, root hints and the route table."""
    world = _load(path)
    now = time()
    contents = zone_contents(world, now)
    for zone in contents.zones:
        folder = output / zone.machine
        folder.mkdir(parents=True, exist_ok=True)
        name = "root" if zone.name == "." else zone.name
        (folder / f"{name}.zone").write_text(zone.text, encoding="ascii")
    (output / "anchors.ds").write_text("".join(f"{line}\n" for line in contents.anchors), encoding="ascii")
    hints = [
        line
        for server, addresses in contents.hints.items()
        for line in (
            f". 3600000 IN NS {server}.\n",
            *(f"{server}. 3600000 IN {'AAAA' if ':' in a else 'A'} {a}\n" for a in addresses),
        )
    ]
    (output / "hints.zone").write_text("".join(hints), encoding="ascii")
    (output / "routes.mrt").write_bytes(mrt_bytes(world, now))
    (output / "vrps.json").write_bytes(vrps_json(world, now))
    machines = {zone.machine for zone in contents.zones}
    click.echo(f"{len(contents.zones)} zone files for {len(machines)} machines in {output}")
    return 0


def _load(path: Path | None) -> World:
    try:
        return load_world(path or content_path("sample") / "world.yaml")
    except WorldError as error:
        raise Usage(str(error)) from error


async def _serve(world: World) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    async with running_lab(world) as running:
        _describe(world, running)
        await over.wait()


def _describe(world: World, running: RunningLab) -> None:
    click.echo(f"{world.name}: {len(world.machines)} machines, {len(world.zones)} zones, faults: {len(world.faults)}")
    click.echo(f"listening: UDP 127.0.0.1:{running.map.udp_port}, TCP 127.0.0.1:{running.map.tcp_port}")
    click.echo("each datagram and connection starts with a PROXY protocol v2 header; docs/lab.md has the rest")
    for server, addresses in running.hints.items():
        click.echo(f"root server: {server} {' '.join(addresses)}")
    for anchor in running.trust_anchors:
        click.echo(f"trust anchor: {anchor}")
    for machine in world.machines:
        click.echo(f"{machine.id}: {' '.join(machine.addresses)}")
        zones = [zone.name for zone in world.zones if machine.id in zone.servers.values()]
        web = [host for site in world.websites if site.machine == machine.id for host in site.hosts]
        mail = [server.host for server in world.mail if server.machine == machine.id]
        for word, names in (("zones", zones), ("web", web), ("mail", mail)):
            if names:
                click.echo(f"  {word} {_shortened(names)}")
    click.echo("Ctrl-C ends it.")


def _where(fault: Fault) -> str:
    parts = (fault.zone, fault.host, fault.machine, fault.server, fault.prefix, fault.family or "")
    return " ".join(part for part in parts if part)


def _shortened(names: list[str], most: int = 12) -> str:
    more = f" … {len(names) - most} more" if len(names) > most else ""
    return " ".join(names[:most]) + more
