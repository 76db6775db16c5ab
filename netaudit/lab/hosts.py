"""The simulated hosts behind the listener: which address is whose, and what answers on which port."""

import ssl
from ipaddress import ip_address
from typing import NamedTuple

from netaudit.lab.authority import Contents
from netaudit.lab.dns_server import DnsServers
from netaudit.lab.flaws import Flaws, PortState
from netaudit.lab.imap_server import ImapServer
from netaudit.lab.manners import MannerlyServer
from netaudit.lab.pki import Pki, condition_of
from netaudit.lab.proxy import Destination
from netaudit.lab.recursor import Fate, Recursor
from netaudit.lab.smtp_server import SmtpServer
from netaudit.lab.time_server import NtpServer
from netaudit.lab.web_server import WebServer
from netaudit.lab.world import World
from netaudit.model.common import Family, Transport, family_of

__all__ = ["Fate", "Host", "Hosts"]

_LATE = 0.4
_DNS, _HTTP, _HTTPS, _SMTP, _NTP = 53, 80, 443, 25, 123
_SUBMISSION, _SUBMISSIONS, _IMAP, _IMAPS = 587, 465, 143, 993
_SILENT: frozenset[PortState] = frozenset({"silent_web", "mail_silent", "clients_silent"})


class Host(NamedTuple):
    """A machine as it is over one family."""

    machine: str
    family: Family


class Hosts:
    """All machines of a world."""

    def __init__(self, world: World, contents: Contents, pki: Pki, moment: float) -> None:
        self._flaws = Flaws(world)
        self._pki = pki
        self._machines = {str(ip_address(a)): machine.id for machine in world.machines for a in machine.addresses}
        agents = {machine.id: machine.report_channel for machine in world.machines}
        self._dns = DnsServers(contents.zones, self._flaws, agents)
        self._recursors = {
            resolver.machine: Recursor(resolver, self._flaws, self._authority, contents, moment)
            for resolver in world.resolvers
        }
        self._mail = {server.machine: server for server in world.mail}
        self._clients = {server.machine: server for server in world.mail if server.clients}
        self._time = {server.machine: server for server in world.time}
        self._contexts: dict[tuple[tuple[str, ...], str, bool], ssl.SSLContext] = {}
        self._bases: dict[Host, ssl.SSLContext] = {}
        self.web = WebServer(world.websites, self._flaws)

    def udp(self, destination: Destination) -> MannerlyServer | NtpServer | Recursor | Fate:
        """The server that takes a datagram, or what becomes of it."""
        machine = self._machines.get(destination.address)
        if machine is None:
            return Fate.UNREACHABLE
        host = Host(machine, destination.family)
        if destination.port == _NTP and machine in self._time:
            return self._ntp(host)
        server = self.dns(host) if destination.port == _DNS else None
        if server is None:
            return Fate.REFUSED
        return Fate.SILENT if self._flaws.machine(machine, destination.family, "silent_server") else server

    def tcp(self, destination: Destination) -> Host | Fate:
        """The host that takes a connection, or what becomes of it."""
        machine = self._machines.get(destination.address)
        if machine is None:
            return Fate.UNREACHABLE
        host = Host(machine, destination.family)
        if destination.port == _DNS:
            return self._dns_over_tcp(host)
        site = self.web.first_host(machine)
        clients = self._clients.get(machine)
        served = {_HTTP: site, _HTTPS: site, _SMTP: self._mail.get(machine)}
        served |= dict.fromkeys((_SUBMISSION, _SUBMISSIONS, _IMAP, _IMAPS), clients)
        if served.get(destination.port) is None:
            return Fate.REFUSED
        state = self._flaws.port(machine, destination.family, destination.port)
        if state is None:
            return host
        return Fate.SILENT if state in _SILENT else Fate.REFUSED

    def lateness(self, host: Host) -> float:
        """Seconds by which the host takes connections late."""
        late = any(
            self._flaws.host(site, host.family, "slow_to_connect") for site in self._flaws.hosts_of(host.machine)
        )
        return _LATE if late else 0.0

    def dns(self, host: Host) -> MannerlyServer | Recursor | None:
        """The host's DNS server, or the resolver that it is."""
        return self._recursors.get(host.machine) or self._dns.of(host.machine, host.family)

    def mail(self, host: Host, port: int) -> tuple[SmtpServer | ImapServer, ssl.SSLContext | None]:
        """The host's mail server at a port, as `tcp` said, and its TLS where that comes first."""
        server = self._mail[host.machine]

        def context() -> ssl.SSLContext:
            return self._context((server.host,), server.host, host)

        first = context() if port in (_SUBMISSIONS, _IMAPS) else None
        if port in (_IMAP, _IMAPS):
            return ImapServer(server, host.family, self._flaws, context), first
        return SmtpServer(server, host.family, self._flaws, context, submission=port != _SMTP), first

    def tls(self, host: Host) -> ssl.SSLContext:
        """The TLS of the host's web sites: the certificate follows the server name that the client asks for."""
        base = self._bases.get(host)
        if base is not None:
            return base
        first = self.web.first_host(host.machine)
        assert first is not None
        hosts = self.web.hosts_beside(host.machine, first)
        leaf = self._pki.leaf(hosts, condition_of(first, host.family, self._flaws))
        base = self._bases[host] = leaf.context(old=self._flaws.host(first, host.family, "old_tls"))

        def choose(session: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
            named = (name or "").lower()
            hosts = self.web.hosts_beside(host.machine, named)
            if hosts:
                session.context = self._context(hosts, named, host)

        base.sni_callback = choose
        return base

    def _context(self, hosts: tuple[str, ...], host: str, where: Host) -> ssl.SSLContext:
        condition = condition_of(host, where.family, self._flaws)
        old = self._flaws.host(host, where.family, "old_tls")
        key = (hosts, condition, old)
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = self._pki.leaf(hosts, condition).context(old=old)
        return context

    def _ntp(self, host: Host) -> NtpServer | Fate:
        server = self._time[host.machine]
        if self._flaws.host(server.host, host.family, "time_silent"):
            return Fate.SILENT
        return NtpServer(server, host.family, self._flaws)

    def _authority(self, address: str, transport: Transport) -> MannerlyServer | Fate:
        """Who answers a resolver's question at port 53 of an address."""
        family = family_of(address)
        machine = self._machines.get(address)
        server = self._dns.of(machine, family) if machine is not None else None
        if machine is None or server is None:
            return Fate.UNREACHABLE if machine is None else Fate.REFUSED
        if self._flaws.machine(machine, family, "silent_server"):
            return Fate.SILENT
        refused = transport is Transport.TCP and self._flaws.machine(machine, family, "tcp_refused")
        return Fate.REFUSED if refused else server

    def _dns_over_tcp(self, host: Host) -> Host | Fate:
        if self.dns(host) is None:
            return Fate.REFUSED
        if self._flaws.machine(host.machine, host.family, "silent_server"):
            return Fate.SILENT
        return Fate.REFUSED if self._flaws.machine(host.machine, host.family, "tcp_refused") else host
