"""Evidence: the facts about one target, indexed for its judges, with the derived security states.

`netaudit.judge.derive` builds these from facts; checks read nothing else. All are pure data.
"""

from functools import cached_property

import dns.name
import dns.rdata
import dns.rdatatype

from netaudit.model.common import Failure, Family, Record, Timestamp, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import (
    BrowserFact,
    ConnectFact,
    ConnectTimesFact,
    DatagramFact,
    DialogueFact,
    Lookup,
    MailFact,
    OriginsFact,
    PageFact,
    PathFact,
    RegisterFact,
    RegistrationsFact,
    ResolverFact,
    RouteObjectsFact,
    RoutesFact,
    SelfFact,
    ServerAddress,
    SessionsFact,
    UplinkFact,
    VrpsFact,
    WebFact,
    ZoneFact,
)
from netaudit.model.history import PastStatus
from netaudit.model.inventory import DataCentre, Register, Resolver, Service, Tier, Unit
from netaudit.model.security import Security
from netaudit.model.senders import Senders
from netaudit.model.targets import TargetName
from netaudit.model.verdict import Status
from netaudit.model.wire import shared_name

__all__ = [
    "CertificateTrust", "CoverageEvidence", "DataCentreEvidence", "EarlierZone", "EndpointEvidence", "Evidence",
    "FoundRecords", "FoundTexts", "HostEvidence", "KnownZone", "MailEvidence", "RegisterEvidence", "ResolverAddress",
    "ResolverEvidence", "ServerEvidence", "Surroundings", "UnitCoverage", "ZoneEvidence",
]  # fmt: skip


_CD = 0x10  # in the header's fourth octet


class Evidence(Record, frozen=True, kw_only=True, dict=True):
    """What every judge may know: when the facts were taken, and how far the scanner itself could see."""

    now: Timestamp
    vantage: SelfFact | None
    allowed_special: tuple[str, ...] = ()  # special-purpose prefixes that count as reachable: the inventory's scope

    def blind(self, family: Family) -> Failure | None:
        """Why our own host could not see this family, or None when it could."""
        check = self.vantage.family(family) if self.vantage else None
        if check is None or check.available:
            return None
        return check.failure

    @cached_property
    def derived(self) -> dict[object, object]:
        """Where `netaudit.rules.once` keeps what judges derive from this evidence."""
        return {}


class ServerEvidence(Record, frozen=True, kw_only=True, dict=True):
    """One address of one name server, and its exchanges about the zone."""

    server: ServerAddress
    family: Family
    exchanges: tuple[Exchange, ...]
    extras: tuple[Exchange, ...] = ()  # questions with a purpose of their own: EDNS compliance, recursion, …

    def about(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> tuple[Exchange, ...]:
        """The exchanges about `name` and `rdtype`, in the order asked."""
        return tuple(self._by_question.get((name, rdtype), ()))

    def ask(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, transport: Transport) -> Exchange | None:
        """The exchange about `name` and `rdtype` over `transport`, or None when it was not asked."""
        return next((e for e in self.about(name, rdtype) if e.transport is transport), None)

    @cached_property
    def _by_question(self) -> dict[tuple[dns.name.Name, dns.rdatatype.RdataType], list[Exchange]]:
        found: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], list[Exchange]] = {}
        for exchange in self.exchanges:
            found.setdefault(exchange.question, []).append(exchange)
        return found

    @cached_property
    def responded(self) -> bool:
        """Whether any response came back over UDP or TCP."""
        return any(e.response is not None for e in self.exchanges)


class KnownZone(Record, frozen=True, kw_only=True):
    """A zone that the scan met on its way, as its parent's servers speak of it."""

    zone: str
    servers: tuple[str, ...]  # names of its name servers
    glue: dict[str, tuple[str, ...]] = {}  # server name -> addresses told beside the delegation
    complete: bool = True  # False: truncated, so that more glue may exist
    served_above: bool = False  # the parent's servers answer for the zone themselves
    facts: tuple[str, ...] = ()


class Surroundings(Record, frozen=True, kw_only=True):
    """What the whole scan learnt of zones and of name servers' addresses: the same for all its zones.

    An address family that a name lacks was not told: nobody asked, or nobody answered.
    """

    zones: dict[str, KnownZone] = {}
    addresses: dict[str, dict[Family, tuple[str, ...]]] = {}  # name -> its addresses, as its own zone says


class FoundRecords(Record, frozen=True, kw_only=True, dict=True):
    """A look-up on behalf of a name, the response that it ended at, and the security status of both."""

    lookup: Lookup
    exchange: Exchange | None = None  # None: the look-up failed
    security: Security | None = None

    @cached_property
    def owner(self) -> dns.name.Name:
        """The name that has the records: the one asked, or where its aliases lead."""
        return dns.name.from_text(self.lookup.canonical or self.lookup.name)

    @cached_property
    def rdatas(self) -> tuple[dns.rdata.Rdata, ...]:
        """The records found; those that could not be parsed are missing."""
        if self.exchange is None:
            return ()
        return tuple(self.exchange.answer(self.owner, dns.rdatatype.from_text(self.lookup.rdtype)) or ())


class FoundTexts(Record, frozen=True, kw_only=True):
    """The TXT records at a name, each with its strings put together, and the look-up that found them."""

    lookup: Lookup
    texts: tuple[str, ...] = ()
    nonexistent: bool = False  # the name does not exist, by NXDOMAIN or by a compact denial (RFC 9824)


class EarlierZone(Record, frozen=True, kw_only=True):
    """A zone as an earlier scan saw its servers."""

    at: Timestamp  # when that scan began
    servers: tuple[ServerEvidence, ...]


class ZoneEvidence(Evidence, frozen=True, kw_only=True):
    """A zone: every server's answers, the parent's delegation, and the zone's security status."""

    zone: str
    fact: ZoneFact
    servers: tuple[ServerEvidence, ...]
    referrals: tuple[Exchange, ...]  # the parent's servers asked for the zone's NS
    ds: tuple[Exchange, ...]  # the parent's servers asked for the zone's DS
    security: Security  # of the zone's SOA
    denial: Security | None = None  # of a name that should not exist; None: not asked
    denials: dict[str, Security] = {}  # id of one server's answer that must prove an absence -> its status by itself
    ancestors: tuple["ZoneEvidence", ...] = ()  # root first, the parent last
    surroundings: Surroundings = Surroundings()
    found: tuple[FoundRecords, ...] = ()  # ZONEMD, CSYNC, DSYNC, bootstrap signals, report agents
    targets: tuple[TargetName, ...] = ()  # its name servers' names
    listed: tuple[TargetName, ...] = ()  # where the records in `fact.listing` lead
    known: frozenset[str] = frozenset()  # the inventory's hosts, mail domains and zones, those outside the zone too

    origins: tuple[OriginsFact, ...] | None = None  # of addresses of servers; None: the scan had nothing to ask
    earlier: EarlierZone | None = None  # None: no earlier scan was given, or it did not ask the zone

    @cached_property
    def apex(self) -> dns.name.Name:
        """The zone's name."""
        return shared_name(dns.name.from_text(self.zone))

    @cached_property
    def delegation_only(self) -> bool:
        """Whether the zone could not be measured at all: no server address, or none that responded."""
        return not any(server.responded for server in self.servers)


class HostEvidence(Evidence, frozen=True, kw_only=True):
    """A host name: its addresses, how they were found, and their security."""

    host: str
    services: tuple[Service, ...]
    a: Lookup | None
    aaaa: Lookup | None
    security: dict[str, Security]  # "A" and "AAAA" -> status of the answer or of its denial
    zones: tuple[ZoneEvidence, ...] = ()  # zone cuts from the root to the host's zone, root first
    found: tuple[FoundRecords, ...] = ()  # HTTPS, TLSA, CAA, and the addresses of names that HTTPS records lead to
    targets: tuple[TargetName, ...] = ()  # where its aliases and its HTTPS records lead
    paths: tuple[PathFact, ...] | None = None  # of its addresses; None: the scan was not asked to look at paths
    reverse: dict[str, tuple[FoundRecords, ...]] = {}  # address -> its PTR, then the addresses of the names found

    def lookup(self, family: Family) -> Lookup | None:
        """The address look-up of one family."""
        return self.aaaa if family is Family.IPV6 else self.a


class CertificateTrust(Record, frozen=True, kw_only=True):
    """What certificate validation (RFC 5280, RFC 6125) said of a TLS session, at `now`."""

    trusted: bool
    name_matches: bool
    not_before: Timestamp
    not_after: Timestamp
    subject: str
    issuer: str
    names: tuple[str, ...]
    key: str  # "EC 256", "RSA 2048"
    fingerprint: str  # SHA-256 of the DER
    error: str = ""


class EndpointEvidence(Evidence, frozen=True, kw_only=True):
    """A web site or another service at every address of its host."""

    endpoint: str
    services: tuple[Service, ...]
    host: HostEvidence
    web: tuple[WebFact, ...] = ()
    connects: tuple[ConnectFact, ...] = ()
    dialogues: tuple[DialogueFact, ...] = ()
    datagrams: tuple[DatagramFact, ...] = ()
    controls: tuple[WebFact, ...] = ()  # the same address fetched again; never in `web`
    times: ConnectTimesFact | None = None  # connection times by family; None: not taken, as with one family alone
    documents: tuple[WebFact, ...] = ()  # fetches of files that are not the page: /.well-known/security.txt
    browser: BrowserFact | None = None  # what the page asked for in a browser; None: none was wanted
    page: PageFact | None = None  # hosts that the page names; None: no page was fetched
    trust: dict[str, CertificateTrust] = {}  # id of a web fact -> trust of its first TLS hop; of a dialogue -> its TLS
    history: tuple[PastStatus, ...] = ()  # how earlier scans saw it by the "IPv6 Ready" rule, oldest first

    def fetches(self, family: Family) -> tuple[WebFact, ...]:
        """The fetches over one family, in the order of the addresses."""
        return tuple(fact for fact in self.web if fact.family is family)


class MailEvidence(Evidence, frozen=True, kw_only=True):
    """A mail domain: its MX, their addresses, the SMTP dialogues, and its policy records."""

    domain: str
    services: tuple[Service, ...]
    mx: Lookup | None
    spf: Lookup | None
    dmarc: Lookup | None
    exchangers: tuple[str, ...]  # MX targets by preference; empty with a null MX (RFC 7505) or none
    null_mx: bool
    records: dict[str, tuple[str, ...]]  # "spf", "dmarc" -> the TXT records found
    hosts: dict[str, HostEvidence]  # exchanger -> its addresses
    dialogues: tuple[MailFact, ...]
    trust: dict[str, CertificateTrust] = {}  # fact id of a mail fact -> trust of its TLS session
    security: dict[str, Security] = {}  # "MX" -> status
    found: tuple[FoundRecords, ...] = ()  # TLSA of each exchanger
    targets: tuple[TargetName, ...] = ()  # its exchangers, and the names that its SPF record leads to
    senders: Senders = Senders()  # what its SPF record and the names in it hold
    texts: dict[str, FoundTexts] = {}  # "_mta-sts" -> what the domain publishes there; names not looked up are missing
    policy_host: HostEvidence | None = None  # mta-sts.DOMAIN; None: the domain has no MTA-STS record
    origins: tuple[OriginsFact, ...] | None = None  # of addresses of exchangers; None: the scan had nothing to ask
    policies: tuple[WebFact, ...] = ()  # fetches of its MTA-STS policy, whose trust is in `trust`


class DataCentreEvidence(Evidence, frozen=True, kw_only=True):
    """A data centre: what it declares, and what collectors, RPKI, registries and its own routers say of it."""

    datacentre: DataCentre
    routes: tuple[RoutesFact, ...]
    uplinks: tuple[UplinkFact, ...] = ()
    vrps: tuple[VrpsFact, ...] = ()
    route_objects: tuple[RouteObjectsFact, ...] = ()
    registrations: tuple[RegistrationsFact, ...] = ()
    sessions: tuple[SessionsFact, ...] = ()
    inside: tuple[EndpointEvidence, ...] = ()  # endpoints of services that have an address in its prefixes


class RegisterEvidence(Evidence, frozen=True, kw_only=True):
    """A register of certificates: what was declared, and what its file holds."""

    register: Register
    fact: RegisterFact | None


class ResolverAddress(Record, frozen=True, kw_only=True):
    """One address of a recursive resolver, and the exchanges with it."""

    address: str
    family: Family
    exchanges: tuple[Exchange, ...]

    def ask(
        self, name: dns.name.Name, transport: Transport = Transport.UDP, *, unchecked: bool = False
    ) -> Exchange | None:
        """The last exchange about `name`, with the CD flag or without it (RFC 4035 section 3.2.2)."""
        return next(
            (
                exchange
                for exchange in reversed(self.exchanges)
                if exchange.question[0] == name
                and exchange.transport is transport
                and bool(exchange.query[3] & _CD) is unchecked
            ),
            None,
        )


class ResolverEvidence(Evidence, frozen=True, kw_only=True):
    """A recursive resolver, and what our own validation says of the names that it was asked for."""

    resolver: Resolver
    fact: ResolverFact
    addresses: tuple[ResolverAddress, ...]
    security: dict[str, Security]  # test name -> status of its A RRset; names that we could not look up are missing


class UnitCoverage(Record, frozen=True, kw_only=True):
    """One unit's coverage with one kind of service."""

    unit: Unit
    declared: bool  # the inventory lists a service of that kind for the unit
    present: bool | None  # its host has an address; None: could not be tested
    working: bool | None  # it answered; None: could not be tested
    services: tuple[str, ...] = ()
    status: Status = Status.COULD_NOT_TEST
    closed: bool = False  # all of them are on a closed network (TSLCD)


class CoverageEvidence(Evidence, frozen=True, kw_only=True):
    """One tier's coverage with one kind of service. The denominator is the tier's declared number."""

    tier: Tier
    service_kind: str
    units: tuple[UnitCoverage, ...]
