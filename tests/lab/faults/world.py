"""The table's faults as one running world: name servers of the lab, and one machine with all sites and exchangers."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from netaudit.lab.pki import Pki
from netaudit.lab.world import Fault, Machine, Signing, World, WorldZone
from netaudit.lab.worldfile import world_problems
from netaudit.model.common import Family
from tests.lab.daemons import Daemons
from tests.lab.faults.clients import ClientPlans
from tests.lab.faults.nginx import Listener, nginx
from tests.lab.faults.plants import DOMAIN, Clients, Clock, Exchanger, Plant, Serve, Servers, Site, Tcp
from tests.lab.faults.postfix import MailListener, postfix
from tests.lab.mailboxes import login_socket
from tests.lab.name_servers import nsd_command
from tests.lab.ready import Expectation
from tests.lab.realise import FOLDER, Realised, realised, wait_until_ready
from tests.lab.relay import add_distant

__all__ = ["FaultWorld", "fault_world"]

_MACHINES = {
    "root": ("192.0.2.1", "2001:db8:2::1"),
    "ns-1": ("192.0.2.11", "2001:db8:2::11"),
    "ns-2": ("203.0.113.12", "2001:db8:113::12"),
    "ns-v4": ("192.0.2.13",),
    "ns-v4-too": ("203.0.113.14",),
    "ns-apart": ("203.0.113.19",),  # over IPv6 another process answers under its name
    "ns-v6": ("2001:db8:113::15",),
    "ns-silent-v6": ("203.0.113.16", "2001:db8:113::16"),
    "ns-silent-v4": ("203.0.113.17", "2001:db8:113::17"),
    "ns-tcp-v6": ("203.0.113.18", "2001:db8:113::18"),
}
_SERVICES = "services"
_NO_ICMP_LIMIT = ("net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")  # many hosts refuse from one machine
_SERIAL = WorldZone(name=DOMAIN, servers={}).serial
_APART = "2001:db8:113::19"


@dataclass(frozen=True)
class FaultWorld:
    """A running world, and what an inventory must say of it."""

    lab: Realised
    plants: Sequence[Plant]
    root: str  # certificate of the CA that the services' certificates are of


@dataclass
class _Made:
    """What the plants need, collected: each plant has a number, and addresses by it."""

    listeners: list[Listener] = field(default_factory=list)
    distant: dict[float, list[Listener]] = field(default_factory=dict)
    mail: list[MailListener] = field(default_factory=list)
    clients: ClientPlans = field(default_factory=ClientPlans)
    addresses: list[str] = field(default_factory=list)  # of the machine with the services
    rules: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    zones: list[WorldZone] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@contextmanager
def fault_world(plants: Sequence[Plant], loss: float = 0.0) -> Iterator[FaultWorld]:
    """Run the plants' world until the block ends. Needs root and the daemons of tests/apt-packages.txt."""
    made = _Made()
    for number, plant in enumerate(plants, 1):
        _plant(made, number, plant)
    world = _world(made, loss)
    assert world_problems(world) == []
    pki = Pki(time.time())
    with (
        tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-") as name,
        realised(world) as lab,
        Daemons(lab.namespaces) as daemons,
    ):
        folder = Path(name)
        folder.chmod(0o755)  # Postfix is not root
        for number, (seconds, listeners) in enumerate(made.distant.items(), 2):  # gateway 1 is the scanner's
            host = f"distant-{number}"
            add_distant(host, _addresses(listeners), seconds, lab.namespaces, daemons, folder, number)
            daemons.start(host, nginx(listeners, pki, folder / f"{host}-web"), folder / f"{host}-web")
        lab.namespaces.add(_SERVICES, dict.fromkeys((*made.addresses, *(one.address for one in made.mail))))
        lab.namespaces.run(_SERVICES, ["sysctl", "-qw", *_NO_ICMP_LIMIT])
        lab.namespaces.firewall(_SERVICES, made.rules)
        daemons.start(_SERVICES, nginx(made.listeners, pki, folder / "web"), folder / "web")
        made.clients.start(_SERVICES, pki, folder, daemons)
        if made.mail:
            command = postfix(made.mail, pki, folder / "mail", login_socket(folder / "imap"))
            daemons.start(_SERVICES, command, folder / "mail")
        _start_apart(lab, daemons, folder / "apart")
        _wait(made, lab, daemons)
        yield FaultWorld(lab, plants, pki.root)


def _start_apart(lab: Realised, daemons: Daemons, folder: Path) -> None:
    """Serve the zones of `ns-apart` over IPv6 as well, as they were some weeks ago."""
    zones = {zone.name: zone.text for zone in lab.contents.zones if zone.machine == "ns-apart"}
    if zones:
        lab.namespaces.add("ns-apart-v6", [_APART])
        folder.mkdir()
        old = {name: text.replace(str(_SERIAL), str(_SERIAL - 2_000)) for name, text in zones.items()}
        daemons.start("ns-apart-v6", nsd_command(folder, [_APART], old), folder)


def _world(made: _Made, loss: float) -> World:
    servers = {f"{machine}.{DOMAIN}": machine for machine in ("ns-1", "ns-2")}
    hosts = {machine: machine for machine in _MACHINES if machine.startswith("ns-")}
    records = [f"ns-apart IN AAAA {_APART}", *made.records]
    faults = (
        Fault(id="silent-v6", kind="silent_server", machine="ns-silent-v6", family=Family.IPV6),
        Fault(id="silent-v4", kind="silent_server", machine="ns-silent-v4", family=Family.IPV4),
        Fault(id="tcp-v6", kind="tcp_refused", machine="ns-tcp-v6", family=Family.IPV6),
    )
    return World(
        schema=1,
        name="faults",
        machines=tuple(Machine(id=name, addresses=_MACHINES[name]) for name in _MACHINES),
        zones=(
            WorldZone(name=".", servers={"a.root-lab": "root"}, hosts={"a.root-lab": "root"}),
            WorldZone(name="vn", servers=servers),
            WorldZone(name=DOMAIN, servers=servers, hosts=hosts, records="\n".join(records) + "\n"),
            *made.zones,
        ),
        faults=(*faults, *made.faults),
        loss=loss,
    )


def _plant(made: _Made, number: int, plant: Plant) -> None:
    if plant.records and not isinstance(plant.what, Servers):
        made.records.append(plant.records)
    match plant.what:
        case Site():
            _plant_site(made, number, plant, plant.what, made.records)
        case Tcp():
            _plant_tcp(made, number, plant, plant.what)
        case Exchanger():
            _plant_exchanger(made, number, plant, plant.what)
        case Clients() | Clock():
            _plant_clients(made, number, plant, plant.what)
        case Servers():
            _plant_zone(made, number, plant, plant.what)


def _plant_site(made: _Made, number: int, plant: Plant, site: Site, records: list[str]) -> None:
    for family, serve in ((Family.IPV4, site.v4), (Family.IPV6, site.v6)):
        if serve is None:
            continue
        for address in _serving(made, number, family, serve, records, plant.label):
            far = family is Family.IPV6 and site.distant_s
            where = made.distant.setdefault(site.distant_s, []) if far else made.listeners
            made.addresses += [] if far else [address]
            where += [
                Listener(plant.host, address, port, serve, secure=port != 80 and serve.tls) for port in serve.ports
            ]


def _plant_tcp(made: _Made, number: int, plant: Plant, service: Tcp) -> None:
    for family, serve in ((Family.IPV4, service.v4), (Family.IPV6, service.v6)):
        if serve is not None:
            for address in _serving(made, number, family, serve, made.records, plant.label):
                made.addresses.append(address)
                if serve.ports:
                    made.listeners.append(Listener(plant.host, address, service.port, serve, secure=False))


def _serving(made: _Made, number: int, family: Family, serve: Serve, records: list[str], label: str) -> list[str]:
    """The addresses of a host in one family, published and with their rules."""
    found = [_address(family, number, place) for place in range(serve.addresses)]
    for place, address in enumerate(found):
        made.rules += [_at(address, rule) for rule in serve.rules.get(place, ())]
    records += _published(label, (*found, *serve.published))
    return found


def _plant_exchanger(made: _Made, number: int, plant: Plant, mail: Exchanger) -> None:
    host = f"mx.{plant.name}"
    sides = ((Family.IPV4, mail.v4, mail.v4_certificate), (Family.IPV6, mail.v6, mail.v6_certificate))
    for family, options, certificate in sides:
        if options is None:
            continue
        address = _address(family, number, 0)
        made.rules += [_at(address, rule) for rule in mail.rules.get(family, ())]
        names = (f"also.{host}", host) if mail.another_key and family is Family.IPV6 else (host,)
        made.mail.append(MailListener(host, address, certificate, names, options))
        made.records += _published(f"mx.{plant.id}", (address,))
    made.records += _published(f"mx.{plant.id}", mail.published)
    made.records.append(mail.mx or f"{plant.id} IN MX 10 {host}.")
    made.records += [f'{plant.id} IN TXT "{mail.spf}"'] if mail.spf else []
    made.records += [f'_dmarc.{plant.id} IN TXT "{mail.dmarc}"'] if mail.dmarc else []
    made.records += [f'k._domainkey.{plant.id} IN TXT "{mail.dkim}"'] if mail.dkim else []


def _plant_clients(made: _Made, number: int, plant: Plant, service: Clients | Clock) -> None:
    """Each address of the host, published and with its rules, and what serves there."""
    for family, offered in ((Family.IPV4, service.v4), (Family.IPV6, service.v6)):
        if offered is not None:
            address = _address(family, number, 0)
            made.addresses.append(address)
            made.rules += [_at(address, rule) for rule in service.rules.get(family, ())]
            made.records += _published(plant.label, (address,))
            made.mail += made.clients.add(plant.host, service.scheme, address, offered)


def _plant_zone(made: _Made, number: int, plant: Plant, zone: Servers) -> None:
    records = [plant.records]
    if zone.site is not None:
        _plant_site(made, number, plant, zone.site, records)
    signing = Signing() if zone.signed else None
    servers = {f"{machine}.{DOMAIN}": machine for machine in zone.machines}
    made.zones.append(WorldZone(name=plant.name, servers=servers, signing=signing, records="\n".join(records) + "\n"))
    for kind, where in zone.faults:
        made.faults.append(Fault(id=f"{plant.id}-{len(made.faults)}", kind=kind, **{"zone": plant.name, **where}))  # type: ignore[arg-type]


def _published(label: str, addresses: Sequence[str]) -> list[str]:
    return [f"{label} IN {'AAAA' if ':' in address else 'A'} {address}" for address in addresses]


def _address(family: Family, number: int, place: int) -> str:
    if family is Family.IPV6:
        return f"2001:db8:100:{number}::{place + 1}"
    return f"198.18.{number}.{place + 1}"


def _addresses(listeners: Sequence[Listener]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(listener.address for listener in listeners))


def _at(address: str, rule: str) -> str:
    return f"{'ip6' if ':' in address else 'ip'} daddr {address} {rule}"


def _wait(made: _Made, lab: Realised, daemons: Daemons) -> None:
    """Until every port accepts that no rule keeps from it."""
    ruled = {rule.split()[2] for rule in made.rules}
    ports = [(one.address, one.port) for one in made.listeners] + [(one.address, one.port) for one in made.mail]
    ports += made.clients.ports()
    expected = [Expectation(address, port) for address, port in ports if address not in ruled]
    wait_until_ready(expected, lab.namespaces, daemons)
