"""Name servers of a world: NSD, Knot DNS and BIND by turns, serving the master files that the lab signs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from netaudit.lab.authority import Contents, ServedZone
from netaudit.lab.flaws import Flaws
from netaudit.lab.world import Machine
from netaudit.model.common import Family, family_of
from tests.lab.daemons import Command, Daemons
from tests.lab.ready import Expectation

__all__ = ["dns_expectations", "dns_rules", "nsd_command", "start_name_servers"]

Zones = Mapping[str, str]  # zone name -> master file
_Program = Callable[[Path, Sequence[str], Zones], Command]


def start_name_servers(machines: Sequence[Machine], contents: Contents, folder: Path, daemons: Daemons) -> None:
    """Start the name servers of all machines; one process for a machine, or one a family where they differ."""
    programs: tuple[_Program, ...] = (nsd_command, _knot, _bind)
    serving = [m for m in machines if any(zone.machine == m.id for zone in contents.zones)]
    for turn, machine in enumerate(serving):
        silent = [zone.name for zone in contents.zones if zone.machine == machine.id and zone.silent]
        for addresses, zones in _instances(machine, contents.zones):
            place = folder / f"{machine.id}-{len(list(folder.glob(f'{machine.id}-*')))}"
            place.mkdir()
            files = {zone.name: zone.text for zone in zones}
            if silent:
                command = _bind(place, addresses, files, silent)
            else:
                command = programs[turn % len(programs)](place, addresses, files)
            daemons.start(machine.id, command, place)


def dns_rules(machine: Machine, flaws: Flaws) -> list[str]:
    """The nftables rules for what a machine does at port 53 that is no matter of data."""
    rules = []
    for family in Family:
        if flaws.machine(machine.id, family, "silent_server"):
            rules.append(f"meta nfproto {family} meta l4proto {{ tcp, udp }} th dport 53 drop")
        if flaws.machine(machine.id, family, "tcp_refused"):
            rules.append(f"meta nfproto {family} tcp dport 53 reject with tcp reset")
    return rules


def dns_expectations(machines: Sequence[Machine], contents: Contents, flaws: Flaws) -> list[Expectation]:
    """What must answer before the lab is ready."""
    return [
        Expectation(address, 53, zone.name)
        for machine in machines
        for address in machine.addresses
        if not flaws.machine(machine.id, family_of(address), "silent_server")
        for zone in contents.zones
        if zone.machine == machine.id and not zone.silent and family_of(address) not in zone.lame
    ]


def _instances(machine: Machine, zones: Iterable[ServedZone]) -> list[tuple[list[str], list[ServedZone]]]:
    """The addresses of a machine with the zones that it knows over them."""
    own = [zone for zone in zones if zone.machine == machine.id]
    known = {family: [zone for zone in own if family not in zone.lame] for family in Family}
    if known[Family.IPV4] == known[Family.IPV6]:
        return [(list(machine.addresses), own)]
    return [([a for a in machine.addresses if family_of(a) is family], known[family]) for family in Family]


def nsd_command(folder: Path, addresses: Sequence[str], zones: Zones) -> Command:
    """NSD at these addresses; it serves what the master files say, signed or not, and checks nothing."""
    listen = "\n".join(f"  ip-address: {address}" for address in addresses)
    parts = [
        f'server:\n{listen}\n  port: 53\n  username: ""\n  chroot: ""\n  zonesdir: "{folder}"\n  database: ""\n'
        f'  pidfile: "{folder}/pid"\n  xfrdfile: "{folder}/xfrd"\n  zonelistfile: "{folder}/list"\n'
        f'  xfrdir: "{folder}"\n  server-count: 1\n  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n'
    ]
    for name, file in _master_files(folder, zones).items():
        parts.append(f'zone:\n  name: "{name}"\n  zonefile: "{file.name}"\n')
    return ["nsd", "-d", "-c", _write(folder / "nsd.conf", *parts)]


def _knot(folder: Path, addresses: Sequence[str], zones: Zones) -> Command:
    listen = ", ".join(f"{address}@53" for address in addresses)
    parts = [
        f"server:\n  listen: [ {listen} ]\n  rundir: {folder}\n  udp-workers: 1\n  tcp-workers: 1\n"
        f"  background-workers: 1\ndatabase:\n  storage: {folder}\n"
        "log:\n  - target: stderr\n    any: warning\n"
        f"template:\n  - id: default\n    storage: {folder}\n    zonefile-sync: -1\n    zonefile-load: whole\n"
        "    journal-content: none\nzone:\n"
    ]
    for name, file in _master_files(folder, zones).items():
        parts.append(f'  - domain: "{name}"\n    file: "{file.name}"\n')
    return ["knotd", "-c", _write(folder / "knot.conf", *parts)]


def _bind(folder: Path, addresses: Sequence[str], zones: Zones, silent: Iterable[str] = ()) -> Command:
    """`silent` zones are loaded, but a response policy zone drops every question about them."""
    listen = {family: "".join(f" {a};" for a in addresses if family_of(a) is family) for family in Family}
    policy = "".join(f"{name} CNAME rpz-drop.\n*.{name} CNAME rpz-drop.\n" for name in silent)
    parts = [
        f'options {{\n  directory "{folder}";\n  pid-file none;\n  session-keyfile none;\n  recursion no;\n'
        f"  listen-on {{{listen[Family.IPV4] or ' none;'} }};\n  listen-on-v6 {{{listen[Family.IPV6] or ' none;'} }};\n"
        "  dnssec-validation no;\n  notify no;\n"
    ]
    if policy:
        parts.append('  response-policy { zone "policy"; } break-dnssec yes recursive-only no qname-wait-recurse no;\n')
    parts.append("};\ncontrols { };\n")
    if policy:
        _write(folder / "policy", "$TTL 300\n@ SOA localhost. root.localhost. 1 3600 600 86400 300\n@ NS localhost.\n")
        with (folder / "policy").open("a") as file:
            file.write(policy)
        parts.append('zone "policy" { type primary; file "policy"; allow-query { none; }; };\n')
    for name, master in _master_files(folder, zones).items():
        parts.append(f'zone "{name}" {{ type primary; file "{master.name}"; check-integrity no; }};\n')
    return ["named", "-g", "-n", "1", "-c", _write(folder / "named.conf", *parts)]


def _master_files(folder: Path, zones: Zones) -> dict[str, Path]:
    files = {}
    for number, (name, text) in enumerate(sorted(zones.items())):
        files[name] = folder / f"zone{number}"
        files[name].write_text(text)
    return files


def _write(path: Path, *parts: str) -> str:
    path.write_text("".join(parts))
    return str(path)
