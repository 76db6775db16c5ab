"""The inventory: what a province owns and says of itself. The shape of `inventory.yaml`."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from netaudit.model.common import Family, Record, Text
from netaudit.model.units import Expectation, Identifier, Tier, Unit

__all__ = [
    "PORTS", "Attestation", "Authorisation", "Blackout", "Contact", "DataCentre", "Expectation", "Inventory",
    "NetworkKind", "Province", "RateLimits", "Register", "Resolver", "ResolverTests", "Scheme", "Scope", "Service",
    "Source", "SourceKind", "Tier", "Unit", "Uplink", "Waiver",
]  # fmt: skip

HostName = Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
Selector = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$")]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
FirewallMark = Annotated[int, msgspec.Meta(ge=1, le=4294967295)]
AutonomousSystemNumber = Annotated[int, msgspec.Meta(ge=1, le=4294967294)]
Scheme = Literal["https", "http", "mail", "submission", "submissions", "imap", "imaps", "ntp", "tcp", "udp"]
ProbePayload = Annotated[str, msgspec.Meta(max_length=1024)]

PORTS: dict[str, int] = {
    "https": 443, "http": 80, "mail": 25, "submission": 587, "submissions": 465, "imap": 143, "imaps": 993, "ntp": 123,
}  # fmt: skip
"""The port of a scheme where the inventory names none; `tcp` and `udp` have no such port (RFC 8314 on the pairs)."""


class NetworkKind(StrEnum):
    """Where the inventory's names live: the public Internet, or the lab on this machine."""

    INTERNET = "internet"
    LAB = "lab"


class Province(Record, frozen=True, kw_only=True):
    """The body that the inventory speaks for."""

    id: Identifier
    name: Text


class Contact(Record, frozen=True, kw_only=True):
    """Whom the owner of a target may write to about the scan."""

    name: str
    email: str = ""
    phone: str = ""
    url: str = ""


class Authorisation(Record, frozen=True, kw_only=True):
    """Who allowed the scan; printed in the report."""

    text: str
    contact: str = ""
    reference: str = ""
    valid_until: date | None = None


class RateLimits(Record, frozen=True, kw_only=True):
    """Politeness: what one scan may ask of one server (queries or connections)."""

    per_server_per_second: Annotated[float, msgspec.Meta(gt=0, le=10_000)] = 50.0
    per_server_concurrent: Annotated[int, msgspec.Meta(ge=1, le=256)] = 8


class Blackout(Record, frozen=True, kw_only=True):
    """A daily window, in local time of `zone`, in which nothing is sent."""

    start: time
    end: time
    zone: str = "Asia/Ho_Chi_Minh"
    reason: str = ""


class Scope(Record, frozen=True, kw_only=True):
    """What the scan may talk to beyond the inventory's own names."""

    special_addresses: tuple[str, ...] = ()  # prefixes that may be asked although they are special-purpose
    outside_hosts: bool = False  # follow redirects from one host that the inventory does not name to another
    packet_too_big: tuple[str, ...] = ()  # prefixes of owned servers that `--inject-ptb` may tell of a smaller MTU
    exclude: tuple[str, ...] = ()  # names or prefixes never to be sent to


class Service(Record, frozen=True, kw_only=True):
    """A service that units offer. Hosts are measured once; every unit listed in `units` is counted.

    `units` takes unit ids, `tier:ID` for a whole tier, `under:ID` for every unit below a unit, or `all`;
    the loader resolves them to ids.
    With scheme `mail`, `host` is the mail domain (the right side of an address). `submissions` and `imaps` begin with
    TLS, `submission` and `imap` with STARTTLS (RFC 8314).
    """

    id: Identifier
    kind: Identifier  # portal, department_site, local_site, mail, public_service, one_stop, document_axis, …
    host: HostName
    units: tuple[str, ...]
    name: Text | None = None
    owner: Identifier | None = None  # the unit that operates it
    scheme: Scheme = "https"
    port: Port | None = None  # default: by scheme; required with `tcp` and `udp`
    path: str = "/"
    network: Literal["public", "tslcd"] = "public"  # `tslcd`: not testable from the Internet
    dkim_selectors: tuple[Selector, ...] = ()  # of a mail domain: under which names its DKIM keys are published
    probe: ProbePayload = ""  # of `udp`: the request that it answers, in hexadecimal digits

    @property
    def target_port(self) -> int:
        """The port to connect to."""
        return self.port or PORTS.get(self.scheme, 0)

    @property
    def is_web(self) -> bool:
        """Whether it speaks HTTP."""
        return self.scheme in ("https", "http")

    @property
    def over_udp(self) -> bool:
        """Whether it takes datagrams, not connections."""
        return self.scheme in ("ntp", "udp")

    @property
    def endpoint(self) -> str:
        """The key under which the service is measured once: `https://host:443`."""
        return f"{self.scheme}://{self.host}:{self.target_port}"


class Uplink(Record, frozen=True, kw_only=True):
    """A declared connection of a data centre to an operator."""

    operator: str
    asn: AutonomousSystemNumber
    families: tuple[Family, ...] = (Family.IPV4, Family.IPV6)
    fwmark: FirewallMark | None = None  # packets with this mark leave by this uplink, by the scanner's routing policy


class DataCentre(Record, frozen=True, kw_only=True):
    """A data centre with its own number resources."""

    id: Identifier
    name: Text
    asns: tuple[AutonomousSystemNumber, ...]
    prefixes: tuple[str, ...]
    uplinks: tuple[Uplink, ...] = ()
    routes: tuple[str, ...] = ()  # route tables, relative to the inventory: MRT files, outputs of routers
    vrps: tuple[str, ...] = ()  # validated ROA payloads, and ASPA, in JSON
    route_objects: tuple[str, ...] = ()  # of Internet Routing Registries: whois text, JSON of bgpq4
    registrations: tuple[str, ...] = ()  # answers of RDAP, delegated-extended files of the registries
    sessions: tuple[str, ...] = ()  # BGP sessions as the data centre's own routers show them
    owner: Identifier | None = None

    @property
    def evidence_files(self) -> dict[str, tuple[str, ...]]:
        """The files of evidence by kind, relative to the inventory. A kind is a key of the inventory, and a job's."""
        return {
            "routes": self.routes, "vrps": self.vrps, "route_objects": self.route_objects,
            "registrations": self.registrations, "sessions": self.sessions,
        }  # fmt: skip


class SourceKind(StrEnum):
    """The live sources that can be asked about number resources."""

    RIPESTAT = "ripestat"  # the Data API of RIPEstat: routes, origin validation
    RIS_WHOIS = "ris_whois"  # RISwhois of RIPE NCC: origins of addresses
    RDAP = "rdap"  # registration data of a registry (RFC 9082, RFC 9083)
    IRR = "irr"  # whois of an Internet Routing Registry
    RTR = "rtr"  # a validator, by the RPKI-to-Router protocol (RFC 8210)
    VRPS = "vrps"  # a validator's export of validated ROA payloads over HTTPS
    DELEGATED = "delegated"  # a registry's delegated-extended file over HTTPS


class Source(Record, frozen=True, kw_only=True):
    """A live source of evidence about number resources. None is asked that is not listed.

    `url` is of kinds that speak HTTPS, `host` and `port` of the others. RDAP without a `url` finds the registry in the
    bootstrap registries of IANA (RFC 9224).
    """

    kind: SourceKind
    url: str = ""
    host: str = ""
    port: Port | None = None  # default: 43 of whois, 323 of RTR
    sourceapp: str = ""  # under which name RIPEstat knows us
    max_age_hours: Annotated[float, msgspec.Meta(ge=0, le=8760)] = 24.0  # of a fetched answer that is used again

    @property
    def target_host(self) -> str:
        """The host that is asked first."""
        return self.host or (urlsplit(self.url).hostname or "")

    @property
    def target_port(self) -> int:
        """The port of whois and RTR."""
        return self.port or (323 if self.kind is SourceKind.RTR else 43)

    @property
    def name(self) -> str:
        """What it is called in facts and reports: "ripestat:stat.ripe.net"."""
        if self.url:
            return f"{self.kind}:{self.url.partition('://')[2].rstrip('/')}"
        return f"{self.kind}:{self._place}" if self.host else str(self.kind)

    @property
    def address(self) -> str:
        """Where it is asked, as a URL without credentials: "https://stat.ripe.net", "whois://whois.radb.net:43"."""
        if self.host:
            return f"{'rtr' if self.kind is SourceKind.RTR else 'whois'}://{self._place}"
        return self.url or "https://data.iana.org/rdap/"

    @property
    def _place(self) -> str:
        return f"[{self.host}]:{self.target_port}" if ":" in self.host else f"{self.host}:{self.target_port}"


class Register(Record, frozen=True, kw_only=True):
    """A register of digital certificates, and the numbers declared for it.

    `file` is a table (CSV, XLSX), a file of X.509 certificates, or a folder of those; `crl` and `roots` are files that
    say which are revoked and below which authorities they have to be issued.
    """

    id: Identifier
    file: str  # relative to the inventory, as all files
    declared: dict[str, int]  # holder kind ("organisation", "person") -> count
    crl: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    name: Text | None = None


class Resolver(Record, frozen=True, kw_only=True):
    """A recursive resolver that units use. `units` takes the same selectors as those of a service.

    `serves` are the prefixes of its clients. Whether the scanner is one of them decides what can be judged: a
    resolver may leave strangers unanswered, and only a stranger can see that it stands open to the world.
    """

    id: Identifier
    addresses: tuple[str, ...]
    port: Port = 53
    serves: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    owner: Identifier | None = None  # the unit that operates it
    name: Text | None = None
    note: str = ""


class ResolverTests(Record, frozen=True, kw_only=True):
    """The names that resolvers are asked for. What they are meant to show is checked by our own validation first."""

    signed: tuple[HostName, ...] = ()  # properly signed
    bogus: tuple[HostName, ...] = ()  # signed on purpose in a way that must not validate
    sha1: tuple[HostName, ...] = ()  # signed with RSASHA1 or RSASHA1-NSEC3-SHA1 alone (RFC 9905)
    ipv6_only: tuple[HostName, ...] = ()  # in zones whose servers have no IPv4 address
    ipv4_only: tuple[HostName, ...] = ()  # in zones whose servers have no IPv6 address


class Attestation(Record, frozen=True, kw_only=True):
    """A clause that a person vouches for, with the document that says so."""

    field: Identifier
    document: str
    date: date
    signer: str
    count: int | None = None


class Waiver(Record, frozen=True, kw_only=True):
    """A finding that somebody answers for until a day (comply or explain): it stays visible and stops counting."""

    id: Identifier
    check: str  # its id: dns.tcp
    target: str  # the target's name as the report has it, or a glob: https://*.lamdong.gov.vn:443
    message: str = ""  # only this message of the check; default: whatever it finds
    reason: Annotated[str, msgspec.Meta(min_length=1)]
    owner: Identifier  # the unit that is to comply
    approver: Annotated[str, msgspec.Meta(min_length=1)]  # who answers for it
    expires: date  # the last day on which it holds


class Inventory(Record, frozen=True, kw_only=True):
    """A whole inventory. `netaudit inventory schema` prints it as JSON Schema."""

    schema: Literal[1]
    network: NetworkKind
    province: Province
    tiers: tuple[Tier, ...]
    units: tuple[Unit, ...]
    services: tuple[Service, ...]
    zones: tuple[HostName, ...] = ()
    zone_files: dict[HostName, str] = {}  # zone -> its master file, relative to the inventory: what it holds
    datacentres: tuple[DataCentre, ...] = ()
    sources: tuple[Source, ...] = ()  # live sources to ask about number resources; default: none
    registers: tuple[Register, ...] = ()
    resolvers: tuple[Resolver, ...] = ()
    resolver_tests: ResolverTests | None = None  # default: the shipped names; none in the lab
    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    profiles: tuple[Identifier, ...] = ()  # default: every profile that is in force
    profile_files: tuple[str, ...] = ()  # profiles of one's own, relative to the inventory
    world: str | None = None  # `network: lab`: the world file, relative to the inventory; default: the built-in one
    root_hints: dict[str, tuple[str, ...]] = {}  # root server name -> addresses; default: the shipped hints
    trust_anchors: tuple[str, ...] = ()  # DS records in presentation form; default: the shipped anchors
    certificate_roots: tuple[str, ...] = ()  # PEM files, relative to the inventory, trusted beside the public roots
    contact: Contact | None = None
    authorisation: Authorisation | None = None
    classification: Annotated[str, msgspec.Meta(max_length=80)] = ""  # who may read the report: "TLP:AMBER"
    limits: RateLimits = RateLimits()
    blackouts: tuple[Blackout, ...] = ()
    scope: Scope = Scope()

    def at(self, day: date) -> "Inventory":
        """The inventory as of a day, with its units resolved: who is counted then, by which declared numbers.

        A unit that has not begun, or has ended, is left out with what names it. The unit that it was merged into does
        not take over its services: whether these cover it now is for the inventory to say.
        """
        units = tuple(unit for unit in self.units if unit.exists(day))
        tiers = tuple(tier.at(day) for tier in self.tiers)
        if len(units) == len(self.units) and tiers == self.tiers:
            return self
        known = frozenset(unit.id for unit in units)
        replace = msgspec.structs.replace

        def theirs(named: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(unit for unit in named if unit in known)

        def owner(named: str | None) -> str | None:
            return named if named in known else None

        return replace(
            self,
            tiers=tiers,
            units=units,
            services=tuple(replace(service, units=theirs(service.units)) for service in self.services),
            resolvers=tuple(
                replace(resolver, units=theirs(resolver.units), owner=owner(resolver.owner))
                for resolver in self.resolvers
            ),
            datacentres=tuple(replace(centre, owner=owner(centre.owner)) for centre in self.datacentres),
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name of a service that is no mail domain, once, in the order of the file."""
        return tuple(dict.fromkeys(s.host for s in self.services if s.scheme != "mail"))

    @property
    def mail_domains(self) -> tuple[str, ...]:
        """Every mail domain, once, in the order of the file."""
        return tuple(dict.fromkeys(s.host for s in self.services if s.scheme == "mail"))
