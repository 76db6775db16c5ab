"""A scan of a world by the command that users run, and what it said of the data centre."""

from functools import partial
from pathlib import Path

import yaml

from netaudit.judge.catalogue import load_catalogue
from netaudit.model.common import Family
from netaudit.model.run import Run
from netaudit.model.verdict import Status, TargetKind, Verdict
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.lab.multihome.documents import documents
from tests.lab.multihome.expected import Findings, Said
from tests.lab.multihome.network import MultihomeLab, multihome_lab
from tests.lab.multihome.tables import complete, write_tables
from tests.lab.multihome.topology import ASNS, HOMES, PROVINCE, Role
from tests.lab.multihome.worlds import Event, World
from tests.lab.name_servers import nsd_command
from tests.lab.scanner import netaudit_on

__all__ = ["said", "scan", "scanned"]

_ROOTS = ("t1", "t2")
_HOST = "dich-vu.tinh.example"
_SERVICES = {
    Family.IPV4: ("203.0.113.53", "203.0.113.54"),
    Family.IPV6: ("2001:db8:113::53", "2001:db8:113::54"),
}
_VALIDATOR = {"kind": "rtr", "host": HOMES["cli"][Family.IPV4], "port": 8282}
_RDTYPES = {Family.IPV4: "A", Family.IPV6: "AAAA"}
_SPECIAL = ("192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
_START = 20.0  # seconds


def scanned(world: World, folder: Path) -> Run:
    """Run a world until it is as its row says, and scan it."""
    collectors = () if world.tables in ("mrt", "bird") else (world.tables,)
    with multihome_lab(world.design, collectors) as lab:
        _start_name_servers(lab)
        _add_defaults(lab)
        lab.wait_for(world.paths)
        lab.daemons.wait_until(partial(complete, lab, world.paths), "a collector lacks routes", _START)
        _wait_for_ways(lab, world)
        if world.event is not None:
            _let_happen(lab, world.event)
        return scan(lab, world, folder)


def scan(lab: MultihomeLab, world: World, folder: Path) -> Run:
    """Scan with what the collector and the province's router say now."""
    tables = write_tables(lab, world.tables, folder)
    for name, text in documents(lab, world).items():
        (folder / name).write_text(text)
    if world.rtr:
        _start_validator(lab, folder / "vrps.json")
    (folder / "inventory.yaml").write_text(yaml.safe_dump(_inventory(world, tables), allow_unicode=True))
    command = ("scan", str(folder / "inventory.yaml"), "-q", "-o", str(folder / "out"), "--timeout", "0.5")
    done = netaudit_on(world.scanner, lab.namespaces, *command)
    assert done.returncode in (0, 1, 3), done.stderr
    return read_run(folder / "out" / RUN_FILE)


def _let_happen(lab: MultihomeLab, event: Event) -> None:
    """Do to a cable what happens to it, and wait for what comes of it."""
    if event.kind == "drop":
        lab.drop(event.one, event.other, *event.families)
    else:
        lab.cut(event.one, event.other)
    if event.kind == "flap":
        lab.wait_for(event.between)
        lab.repair(event.one, event.other)
    lab.wait_for(event.after)


def said(run: Run) -> Said:
    """What failed, warned, or could not be tested of the data centre."""
    verdicts = [result.verdict for result in run.results if result.verdict.target.kind is TargetKind.DATACENTRE]
    return Said(
        finds=_by_message(verdicts, Status.FAIL, Status.WARN),
        asks=_by_message(verdicts, Status.MANUAL),
        blinds=_by_message(verdicts, Status.COULD_NOT_TEST),
    )


def _by_message(verdicts: list[Verdict], *statuses: Status) -> Findings:
    """With those arguments by which a finding is known again."""
    checks = load_catalogue().checks
    return {
        f"{verdict.check} {verdict.outcome.message}": {
            name: verdict.outcome.args[name] for name in checks[verdict.check].info.stable
            if name in verdict.outcome.args
        }
        for verdict in sorted(verdicts, key=lambda verdict: verdict.check)
        if verdict.outcome.status in statuses
    }  # fmt: skip


def _start_name_servers(lab: MultihomeLab) -> None:
    """The root at both transits, and a service of the province that answers on port 53."""
    for router in (*_ROOTS, PROVINCE):
        addresses = (
            list(HOMES[router].values()) if router in _ROOTS else [a for both in _SERVICES.values() for a in both]
        )
        if router == PROVINCE:
            lab.namespaces.configure(
                router, *(f"address add {address} dev lo{' nodad' if ':' in address else ''}" for address in addresses)
            )
        folder = lab.folder / f"ns-{router}"
        folder.mkdir()
        lab.daemons.start(router, nsd_command(folder, addresses, {".": _root_zone()}), folder)


def _start_validator(lab: MultihomeLab, payloads: Path) -> None:
    """StayRTR at the far end."""
    folder = lab.folder / "stayrtr"
    folder.mkdir()
    bind = f"{_VALIDATOR['host']}:{_VALIDATOR['port']}"
    command = ["stayrtr", "-bind", bind, "-cache", str(payloads), "-metrics.addr", "", "-protocol", "1"]
    lab.daemons.start("cli", command, folder)
    lab.wait_until_answered(PROVINCE, HOMES["cli"][Family.IPV4], 8282, _START)


def _add_defaults(lab: MultihomeLab) -> None:
    """Defaults where scans run, behind all that BGP says: without one a host is taken to be cut off."""
    for host in (PROVINCE, "cli"):
        for number, end in enumerate(end for end in lab.ends(host) if end.role is Role.PROVIDER):
            for family in end.families:
                option, last = ("-6" if family is Family.IPV6 else "-4"), 8192 + number
                way = f"default via {end.remote[family]} dev {end.interface} src {HOMES[host][family]} metric {last}"
                lab.namespaces.run(host, ["ip", option, "route", "add", *way.split()])


def _root_zone() -> str:
    lines = ["$TTL 300", "@ SOA t1. root.t1. 1 3600 600 86400 300"]
    for router in _ROOTS:
        lines += [f"@ NS {router}.", *(f"{router}. {_RDTYPES[f]} {address}" for f, address in HOMES[router].items())]
    lines += [f"{_HOST}. {_RDTYPES[f]} {address}" for f, addresses in _SERVICES.items() for address in addresses]
    return "\n".join([*lines, ""])


def _wait_for_ways(lab: MultihomeLab, world: World) -> None:
    """Until both roots are reached from the far end, and from the province as far as they can be."""
    for router in _ROOTS:
        for family, address in HOMES[router].items():
            lab.wait_until_answered("cli", address, 53, _START)
            if (router, family) not in world.apart:
                lab.wait_until_answered(PROVINCE, address, 53, _START)


def _inventory(world: World, tables: tuple[str, ...]) -> dict[str, object]:
    inside = world.scanner == PROVINCE
    uplinks = [{key: value for key, value in uplink.items() if inside or key != "fwmark"} for uplink in world.uplinks]
    name = {"vi": "Tỉnh hai đường truyền", "en": "A province with two uplinks"}
    return {
        "schema": 1,
        "network": "internet",
        "province": {"id": "multihome", "name": name},
        "root_hints": {router: list(HOMES[router].values()) for router in _ROOTS},
        "sources": [_VALIDATOR] if world.rtr else [],
        "scope": {"special_addresses": list(_SPECIAL)},
        "tiers": [{"id": "province", "name": name, "expected": 1}],
        "units": [{"id": "ubnd", "name": name, "tier": "province"}],
        "services": [
            {"id": "dich-vu", "kind": "resolver", "scheme": "tcp", "port": 53, "host": _HOST, "units": ["ubnd"]}
        ],
        "datacentres": [
            {
                "id": "tttt",
                "name": {"vi": "Trung tâm dữ liệu", "en": "Data centre"},
                "asns": [ASNS[PROVINCE]],
                "prefixes": list(world.declared),
                "uplinks": uplinks,
                "routes": list(tables),
                "vrps": [] if world.rtr else ["vrps.json"],
                "route_objects": ["route-objects.txt"],
                "registrations": ["registrations.txt"],
                "sessions": ["sessions.txt"],
            }
        ],
    }
