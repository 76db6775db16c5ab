"""From planned jobs to probes."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from netaudit.engine.jobs import Job, PlannedJob
from netaudit.engine.plan import Selection, addressed, chosen_services, wants_plain_http
from netaudit.model.inventory import Inventory, Service
from netaudit.net.browser import Browser
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.browser import BrowserProbe
from netaudit.probes.connect import ConnectProbe
from netaudit.probes.context import ProbeContext
from netaudit.probes.datagram import DatagramProbe
from netaudit.probes.dialogue import DialogueProbe
from netaudit.probes.evidence_files import KINDS, evidence_probe
from netaudit.probes.mail import MailProbe
from netaudit.probes.names import NameProbe
from netaudit.probes.origins import OriginsProbe
from netaudit.probes.path import PathProbe
from netaudit.probes.probe import Probe
from netaudit.probes.resolver import ResolverProbe
from netaudit.probes.reverse import ReverseProbe
from netaudit.probes.sources import SourceProbe
from netaudit.probes.uplinks import UplinkProbes
from netaudit.probes.web import WebProbe
from netaudit.probes.zone import ZoneProbe
from netaudit.rules.resolver_tests import tests_of

__all__ = ["EvidenceFiles", "build_jobs", "evidence_files_of"]

EvidenceFiles = Mapping[str, Mapping[str, Sequence[Path]]]
"""Data centre's id -> kind of evidence -> files."""


def build_jobs(
    planned: Sequence[PlannedJob],
    inventory: Inventory,
    context: ProbeContext,
    selection: Selection,
    evidence_files: EvidenceFiles,
    folder: Path,
    zone_files: Mapping[str, Path],
    browser: Browser | None = None,
) -> list[Job]:
    """Give each planned job its probe; nothing starts yet."""
    makers = _Makers(inventory, context, selection, evidence_files, folder, zone_files, browser)
    return [Job(job, makers.probe_of(job)) for job in planned]


def evidence_files_of(inventory: Inventory, folder: Path) -> EvidenceFiles:
    """The files of evidence that an inventory names, whose relative paths start in `folder`."""
    return {
        centre.id: {kind: tuple(folder / name for name in names) for kind, names in centre.evidence_files.items()}
        for centre in inventory.datacentres
    }


class _Makers:
    def __init__(
        self,
        inventory: Inventory,
        context: ProbeContext,
        selection: Selection,
        evidence_files: EvidenceFiles,
        folder: Path,
        zone_files: Mapping[str, Path],
        browser: Browser | None,
    ) -> None:
        services = chosen_services(inventory, selection)
        audited = frozenset(zone for zone in inventory.zones if selection.takes("zone", zone))
        self._inventory = inventory
        self._context = context
        self._extras = selection.extras
        self._inject = selection.inject
        self._traced: set[str] = set()
        self._ancestors = Ancestors(context, audited)
        self._evidence_files = evidence_files
        self._folder = folder
        self._browser = browser
        self._hosts = {s.host for s in services if s.scheme != "mail"}
        self._domains = {s.host for s in services if s.scheme == "mail"}
        self._endpoints: dict[str, Service] = {}
        for service in services:
            self._endpoints.setdefault(service.endpoint, service)
        self._dkim_selectors = _selectors(services)
        self._https_ports: dict[str, list[int]] = {}
        for service in self._endpoints.values():
            if service.scheme == "https":
                self._https_ports.setdefault(service.host, []).append(service.target_port)
        self._datacentres = {d.id: d for d in inventory.datacentres}
        self._sources = {source.name: source for source in inventory.sources}
        self._addressed = addressed(inventory, selection)
        self._zone_files = {zone: folder / file for zone, file in inventory.zone_files.items()} | dict(zone_files)
        self._registers = {r.id: r for r in inventory.registers}
        self._resolvers = {r.id: r for r in inventory.resolvers}

    def probe_of(self, job: PlannedJob) -> Callable[[], Probe]:
        """The way to make the job's probe."""
        make: dict[str, Callable[[str], Probe]] = {
            "zone": self._zone,
            "name": self._name,
            "endpoint": self._endpoint,
            "browser": self._page,
            "mail": self._mail,
            "path": self._path,
            "reverse": partial(ReverseProbe, self._context),
            "uplinks": self._uplinks,
            "origins": self._origins,
            "register": self._register,
            "resolver": self._resolver,
        }
        make |= {kind: partial(self._evidence, kind) for kind in KINDS}
        if job.name.startswith("source:"):
            return partial(self._source, job.target.name, job.name.split(":", 2)[2])
        return partial(make[job.name.partition(":")[0]], job.target.name)

    def _zone(self, name: str) -> Probe:
        file = self._zone_files.get(name)
        return ZoneProbe(self._context, self._ancestors, name, extras=self._extras, file=file)

    def _name(self, name: str) -> Probe:
        return NameProbe(
            self._context,
            self._ancestors,
            name,
            host=name in self._hosts,
            mail=name in self._domains,
            https_ports=self._https_ports.get(name, ()),
            dkim_selectors=self._dkim_selectors.get(name, ()),
        )

    def _endpoint(self, name: str) -> Probe:
        service = self._endpoints[name]
        if service.scheme == "tcp":
            return ConnectProbe(self._context, name, service.host, service.target_port)
        if service.over_udp:
            return DatagramProbe(self._context, name, service.host, bytes.fromhex(service.probe))
        if not service.is_web:
            return DialogueProbe(self._context, name, service.host, service.target_port)
        plain = wants_plain_http(self._inventory, service)
        return WebProbe(self._context, name, service.host, service.path, plain=plain)

    def _page(self, name: str) -> Probe:
        service = self._endpoints[name]
        return BrowserProbe(self._context, self._browser, name, service.host, service.path)

    def _path(self, name: str) -> Probe:
        services = [service for service in self._endpoints.values() if service.host == name]
        web = next((service for service in services if service.is_web), None)
        first = next((service for service in services if not service.over_udp), services[0])
        url = f"{web.scheme}://{name}:{web.target_port}{web.path}" if web is not None and self._inject else ""
        owned = self._inventory.scope.packet_too_big
        return PathProbe(self._context, name, first.target_port, self._traced, url=url, owned=owned)

    def _uplinks(self, name: str) -> Probe:
        served = (s for s in self._endpoints.values() if s.scheme != "mail" and not s.over_udp)
        outside = [(s.host, s.target_port) for s in served]
        return UplinkProbes(self._context, self._datacentres[name], outside, self._context.resolver.hints)

    def _mail(self, name: str) -> Probe:
        return MailProbe(self._context, name)

    def _evidence(self, kind: str, name: str) -> Probe:
        return evidence_probe(kind, self._datacentres[name], self._evidence_files.get(name, {}).get(kind, ()))

    def _source(self, centre: str, name: str) -> Probe:
        library = self._context.library
        assert library is not None, "sources are planned where there is a library"
        return SourceProbe(library, self._sources[name], self._datacentres[centre])

    def _origins(self, name: str) -> Probe:
        """Tables are read whole for addresses anywhere: those of every data centre, each once."""
        given = self._evidence_files.items()
        tables = {path: self._datacentres[id] for id, files in given for path in files.get("routes", ())}
        zones, domains = self._addressed
        return OriginsProbe(self._context, zones, domains, tables, tuple(self._sources.values()))

    def _resolver(self, name: str) -> Probe:
        return ResolverProbe(self._context, self._ancestors, self._resolvers[name], tests_of(self._inventory))

    def _register(self, name: str) -> Probe:
        from netaudit.probes.register import RegisterProbe

        return RegisterProbe(self._registers[name], self._folder)


def _selectors(services: Sequence[Service]) -> dict[str, list[str]]:
    """The DKIM selectors that the inventory tells of each mail domain."""
    found: dict[str, list[str]] = {}
    for service in services:
        if service.scheme == "mail":
            found.setdefault(service.host, []).extend(service.dkim_selectors)
    return {domain: list(dict.fromkeys(selectors)) for domain, selectors in found.items()}
