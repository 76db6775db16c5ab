"""From inventory to jobs: every host, zone and mail domain once, however many units share it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from netaudit.engine.jobs import PlannedJob
from netaudit.model.inventory import Inventory, Service
from netaudit.model.verdict import Target, TargetKind
from netaudit.probes.extras import QUESTIONS as EXTRA_QUESTIONS
from netaudit.probes.resolver import questions_per_address
from netaudit.rules.resolver_tests import names_of, tests_of
from netaudit.rules.units import of_units
from netaudit.sources.limits import SourceLimits
from netaudit.sources.questions import address_questions, questions_about

__all__ = ["Selection", "addressed", "chosen_services", "plan_jobs", "target_kinds_of", "wants_plain_http"]

# Guesses of a usual zone (two servers, both families, a parent with four addresses) for `netaudit plan`.
_SERVER_ADDRESSES = 4
_PARENT_ADDRESSES = 4
_QUESTIONS_PER_SERVER = 8  # SOA, NS, DNSKEY, CDS, CDNSKEY, NSEC3PARAM, a missing name; SOA over TCP
_QUESTIONS_PER_PARENT = 2  # NS, DS
_ZONE_LOOKUPS = 2  # DSYNC of the child and of the parent; signed zones without DS take some more (RFC 9615)
_QUERIES_PER_LOOKUP = 2  # the question, and the zone cut's share
_HOST_LOOKUPS = 2  # A, AAAA
_HTTPS_LOOKUPS = 3  # HTTPS, TLSA, CAA: asked once, and not at every server
_MAIL_LOOKUPS = 12  # MX, SPF, DMARC, MTA-STS, TLS-RPT, DKIM, one exchanger's addresses and TLSA, two names of SPF
_MAIL_CONNECTIONS = 4  # one exchanger and the host of the MTA-STS policy, over both families
_FETCHES = 5  # IPv4, IPv6, the control, and security.txt over both
_PLAIN_FETCHES = 2
_ADDRESSES = 2  # one of each family
_TIMED = 10  # connections whose time is taken, five over each family
_BROWSER_FETCHES = 15  # the page over the first address that serves it, and what it loads from its own host
_BROWSER_LOOKUPS = 6  # hosts of others, both families
_REVERSE_LOOKUPS = 4  # the names of two addresses, and their addresses
_PATH_QUERIES = 8  # two reverse names and the zone cuts above them, and their addresses
_PATH_PACKETS = 60  # for two addresses: echoes, and what has a limited number of hops
_SERVERS_OF_ZONE = 2  # addresses of a zone's servers, or of a domain's exchangers, that no other zone or domain has
_SOURCE_DEADLINE = SourceLimits().download_timeout + 60.0  # an export takes longer than any target
_UPLINK_CONNECTIONS = 12  # three targets in both families, marked and not


@dataclass(frozen=True)
class Selection:
    """Which part of an inventory to scan; empty means everything. `extras`: with the active extras.

    `path`: with the paths to hosts; `inject`: with "packet too big" told to the servers that the scope names for it;
    `browser`: with pages opened in a browser; `sources`: with the live sources that the inventory lists.

    `targets` are globs over host names, zones, mail domains, endpoints and ids; `kinds` are globs over service kinds
    and `zone`, `datacentre`, `register`, `resolver`; `units` are ids (see `of_units`); `target_kinds` limits to what
    some checks need (see `target_kinds_of`); `names` to hosts, zones, mail domains and ids of exactly these names
    (None: any); `missing` names hosts known not to exist, which are looked up and not
    connected to.
    """

    targets: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    target_kinds: frozenset[TargetKind] | None = None
    extras: bool = False
    path: bool = False
    inject: bool = False
    browser: bool = False
    sources: bool = True
    units: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    names: frozenset[str] | None = None

    def takes(self, kind: str, *names: str) -> bool:
        """Whether something of a service kind with these names is selected."""
        if self.names is not None and self.names.isdisjoint(names):
            return False
        return _matches(self.kinds, (kind,)) and _matches(self.targets, names)

    def needs(self, *kinds: TargetKind) -> bool:
        """Whether any of these target kinds is wanted."""
        return self.target_kinds is None or bool(self.target_kinds & set(kinds))


def target_kinds_of(checks: Mapping[str, TargetKind], globs: Iterable[str]) -> frozenset[TargetKind]:
    """The target kinds that the checks matching any of `globs` look at; `checks` maps id to target kind."""
    wanted = tuple(globs)
    return frozenset(kind for id, kind in checks.items() if any(fnmatchcase(id, glob) for glob in wanted))


def plan_jobs(inventory: Inventory, selection: Selection | None = None) -> list[PlannedJob]:
    """List what a scan would do, in the order it would start. Sends nothing, reads nothing."""
    selection = selection or Selection()
    inventory = of_units(inventory, selection.units)
    return [
        *_zone_jobs(inventory, selection),
        *_name_jobs(inventory, selection),
        *_endpoint_jobs(inventory, selection),
        *_path_jobs(inventory, selection),
        *_mail_jobs(inventory, selection),
        *_resolver_jobs(inventory, selection),
        *_file_jobs(inventory, selection),
        *_source_jobs(inventory, selection),
        *_origin_jobs(inventory, selection),
        *_browser_jobs(inventory, selection),
    ]


def chosen_services(inventory: Inventory, selection: Selection) -> list[Service]:
    """The services that are selected and can be probed: those on closed networks (TSLCD) can't."""
    return [
        service
        for service in inventory.services
        if service.network == "public" and selection.takes(service.kind, service.host, service.endpoint, service.id)
    ]


def wants_plain_http(inventory: Inventory, service: Service) -> bool:
    """Whether `http://host:80` is fetched along with this service: once a host, unless it is a service itself."""
    if service.scheme != "https":
        return False
    rivals = [s for s in inventory.services if s.host == service.host and s.network == "public"]
    if any(s.endpoint == f"http://{service.host}:80" for s in rivals):
        return False
    first = next(s for s in rivals if s.scheme == "https")
    return first.endpoint == service.endpoint


def _zone_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    if not selection.needs(TargetKind.ZONE):
        return
    per_server = _QUESTIONS_PER_SERVER + (EXTRA_QUESTIONS if selection.extras else 0)
    queries = _SERVER_ADDRESSES * per_server + _PARENT_ADDRESSES * _QUESTIONS_PER_PARENT + _ZONE_LOOKUPS
    for zone in dict.fromkeys(inventory.zones):
        if selection.takes("zone", zone):
            yield PlannedJob(f"zone:{zone}", Target(kind=TargetKind.ZONE, name=zone), queries=queries)


def _name_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    kinds = (TargetKind.HOST, TargetKind.ENDPOINT, TargetKind.MAIL, TargetKind.COVERAGE)
    if not selection.needs(*kinds):
        return
    services = chosen_services(inventory, selection)
    hosts = {service.host for service in services if service.scheme != "mail"}
    domains = {service.host for service in services if service.scheme == "mail"}
    secure = {service.host for service in services if service.scheme == "https"}
    for name in dict.fromkeys(service.host for service in services):
        lookups = (_HOST_LOOKUPS if name in hosts else 0) + (_MAIL_LOOKUPS if name in domains else 0)
        lookups += _HTTPS_LOOKUPS if name in secure else 0
        target = Target(kind=TargetKind.HOST, name=name)
        yield PlannedJob(f"name:{name}", target, queries=lookups * _QUERIES_PER_LOOKUP)


def _endpoint_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    if not selection.needs(TargetKind.ENDPOINT, TargetKind.COVERAGE):
        return
    seen: set[str] = set()
    for service in chosen_services(inventory, selection):
        if service.scheme == "mail" or service.endpoint in seen or service.host in selection.missing:
            continue
        seen.add(service.endpoint)
        target = Target(kind=TargetKind.ENDPOINT, name=service.endpoint)
        connections = (0 if service.over_udp else _TIMED) + (_FETCHES if service.is_web else _ADDRESSES)
        connections += _PLAIN_FETCHES if wants_plain_http(inventory, service) else 0
        yield PlannedJob(f"endpoint:{service.endpoint}", target, connections=connections)


def _browser_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    """Pages in a browser, where they were asked for; last, because few run at once."""
    if not selection.browser or not selection.needs(TargetKind.ENDPOINT):
        return
    services = [s for s in chosen_services(inventory, selection) if s.scheme in ("http", "https")]
    for service in {s.endpoint: s for s in reversed(services) if s.host not in selection.missing}.values():
        target = Target(kind=TargetKind.ENDPOINT, name=service.endpoint)
        yield PlannedJob(
            f"browser:{service.endpoint}", target,
            queries=_BROWSER_LOOKUPS * _QUERIES_PER_LOOKUP, connections=_BROWSER_FETCHES, heavy=True,
        )  # fmt: skip


def _path_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    """Paths of hosts and names of exchangers' addresses where they were asked for; uplinks with a firewall mark."""
    if selection.path and selection.needs(TargetKind.HOST):
        for host in dict.fromkeys(s.host for s in chosen_services(inventory, selection) if s.scheme != "mail"):
            if host not in selection.missing:
                target = Target(kind=TargetKind.HOST, name=host)
                yield PlannedJob(f"path:{host}", target, queries=_PATH_QUERIES, connections=_PATH_PACKETS)
    if selection.path and selection.needs(TargetKind.MAIL):
        for domain in dict.fromkeys(s.host for s in chosen_services(inventory, selection) if s.scheme == "mail"):
            target = Target(kind=TargetKind.MAIL, name=domain)
            yield PlannedJob(f"reverse:{domain}", target, queries=_REVERSE_LOOKUPS * _QUERIES_PER_LOOKUP)
    if selection.needs(TargetKind.DATACENTRE):
        for centre in inventory.datacentres:
            marked = sum(uplink.fwmark is not None for uplink in centre.uplinks)
            if marked and selection.takes("datacentre", centre.id):
                target = Target(kind=TargetKind.DATACENTRE, name=centre.id)
                yield PlannedJob(f"uplinks:{centre.id}", target, connections=marked * _UPLINK_CONNECTIONS)


def _mail_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    if not selection.needs(TargetKind.MAIL, TargetKind.COVERAGE):
        return
    services = chosen_services(inventory, selection)
    for domain in dict.fromkeys(service.host for service in services if service.scheme == "mail"):
        yield PlannedJob(f"mail:{domain}", Target(kind=TargetKind.MAIL, name=domain), connections=_MAIL_CONNECTIONS)


def _resolver_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    if not selection.needs(TargetKind.RESOLVER):
        return
    tests = tests_of(inventory)
    for resolver in inventory.resolvers:
        if selection.takes("resolver", resolver.id):
            queries = len(resolver.addresses) * questions_per_address(tests)
            queries += len(names_of(tests)) * _QUERIES_PER_LOOKUP
            target = Target(kind=TargetKind.RESOLVER, name=resolver.id)
            yield PlannedJob(f"resolver:{resolver.id}", target, queries=queries)


def _file_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    if selection.needs(TargetKind.DATACENTRE):
        for datacentre in inventory.datacentres:
            if selection.takes("datacentre", datacentre.id):
                target = Target(kind=TargetKind.DATACENTRE, name=datacentre.id)
                for kind in datacentre.evidence_files:  # without files too: what is missing is a fact
                    yield PlannedJob(f"{kind}:{datacentre.id}", target, offline=True)
    if selection.needs(TargetKind.REGISTER):
        for register in inventory.registers:
            if selection.takes("register", register.id):
                target = Target(kind=TargetKind.REGISTER, name=register.id)
                yield PlannedJob(f"register:{register.id}", target, offline=True)


def _source_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    """What each live source is asked about each data centre."""
    if not selection.sources or not selection.needs(TargetKind.DATACENTRE):
        return
    for centre in inventory.datacentres:
        for source in inventory.sources if selection.takes("datacentre", centre.id) else ():
            questions = len(questions_about(source, centre))
            if questions:
                target = Target(kind=TargetKind.DATACENTRE, name=centre.id)
                name = f"source:{centre.id}:{source.name}"
                yield PlannedJob(name, target, connections=questions, deadline=_SOURCE_DEADLINE)


def _origin_jobs(inventory: Inventory, selection: Selection) -> Iterable[PlannedJob]:
    """Where servers' addresses are announced from, wherever anything may tell: data centres' tables, or sources."""
    zones, domains = addressed(inventory, selection)
    telling = [source for source in inventory.sources if address_questions(source, ("192.0.2.1",))]
    if (zones or domains) and (inventory.datacentres or (telling and selection.sources)):
        addresses = (len(zones) + len(domains)) * _SERVERS_OF_ZONE
        connections = addresses * len(telling) if selection.sources else 0
        target = Target(kind=TargetKind.COVERAGE, name="origins")
        yield PlannedJob("origins:addresses", target, connections=connections, deadline=_SOURCE_DEADLINE)


def addressed(inventory: Inventory, selection: Selection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The zones whose servers' addresses a scan asks about, and the mail domains with their exchangers'."""
    zones = inventory.zones if selection.needs(TargetKind.ZONE) else ()
    services = chosen_services(inventory, selection) if selection.needs(TargetKind.MAIL) else []
    return (
        tuple(dict.fromkeys(zone for zone in zones if selection.takes("zone", zone))),
        tuple(dict.fromkeys(service.host for service in services if service.scheme == "mail")),
    )


def _matches(globs: tuple[str, ...], names: Iterable[str]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for name in names for glob in globs)
