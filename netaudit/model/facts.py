"""Facts: what was observed, with provenance and no opinion. The lines of `facts.jsonl.zst`.

Every fact has an `id` that verdicts cite. DNS exchanges are facts of their own (`Exchange`), so that
zones and names that share an ancestor share its evidence; other facts refer to them by id.
"""

from netaudit.model.common import Failure, Family, Record, ScanTime, Timestamp
from netaudit.model.exchange import Exchange
from netaudit.model.inventory import Inventory, ResolverTests
from netaudit.model.location import Location
from netaudit.model.lookup import Lookup
from netaudit.model.path import Echo, Injection, Trace, UplinkProbe
from netaudit.model.profile import Profile
from netaudit.model.routing import (
    OriginsFact,
    RegistrationsFact,
    Route,
    RouteObjectsFact,
    RoutesFact,
    RoutingFact,
    SessionsFact,
    Vrp,
    VrpsFact,
)
from netaudit.model.services import (
    Asked,
    BrowserFact,
    ConnectFact,
    ConnectTimesFact,
    DatagramFact,
    DialogueFact,
    HttpHop,
    MailFact,
    PageFact,
    Round,
    TlsObservation,
    WebFact,
)
from netaudit.model.targets import ZoneListing

__all__ = [
    "Asked", "BrowserFact", "CertificateRow", "ConnectFact", "ConnectTimesFact", "DatagramFact", "Delegation",
    "DialogueFact", "Fact", "FamilyCheck", "HttpHop", "JobFact",
    "Lookup", "MailFact", "NameFact", "OriginsFact", "PageFact", "PathFact", "RegisterFact", "RegistrationsFact",
    "ResolverFact", "Round", "Route", "RouteObjectsFact", "RoutesFact", "ScanEndFact", "ScanFact", "SelfFact",
    "ServerAddress", "SessionsFact", "TlsObservation", "UplinkFact", "Vrp", "VrpsFact", "WebFact", "ZoneFact",
]  # fmt: skip


class ScanFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="scan"):
    """The first line: what was scanned, with what, and what trust started from."""

    id: str  # the run id, for example 20261124T140000Z-lamdong
    schema: int
    tool: str  # "netaudit 0.1.0"
    at: ScanTime
    inventory: Inventory
    inventory_file: str  # the file's name without its folder
    inventory_sha256: str
    trust_anchors: tuple[str, ...]  # DS records in presentation form
    roots: tuple[str, ...] = ()  # PEM of extra certificate roots (the lab's CA); public roots come from certifi
    vantage: str = ""  # the scanner's name
    vantage_place: str = ""  # where it stands
    vantage_asn: int | None = None  # in whose network
    arguments: dict[str, str] = {}  # limits and selections that shaped the scan
    profiles: tuple[Profile, ...] = ()  # the inventory's own, as its files have them
    locations: dict[str, Location] = {}  # of the inventory's parts and the owners in proposed zone files


class ScanEndFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="end"):
    """The last line: when collecting ended, and whether it ended by itself."""

    id: str
    at: ScanTime
    complete: bool
    jobs_done: int
    jobs_total: int
    reason: str = ""  # interrupted, deadline, or the error that stopped it


class FamilyCheck(Record, frozen=True, kw_only=True):
    """Whether the scanner's own host works in one address family."""

    family: Family
    available: bool  # a route exists and UDP to the root servers was answered
    udp: bool
    tcp: bool
    local_address: str | None = None
    failure: Failure | None = None


class SelfFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="self"):
    """The scanner's self-check, made before any target is asked."""

    id: str
    at: Timestamp
    families: tuple[FamilyCheck, ...]
    clock_offset_s: float | None = None  # our clock minus the time that signatures and servers imply
    raw_sockets: bool = False
    echoes: bool = False  # whether ICMP echo requests may be sent
    marks: bool = False  # whether packets may carry firewall marks
    facts: tuple[str, ...] = ()

    def family(self, family: Family) -> FamilyCheck | None:
        """The check of one family, or None when it was not made."""
        return next((check for check in self.families if check.family is family), None)


class ServerAddress(Record, frozen=True, kw_only=True):
    """One address of one name server of a zone."""

    name: str
    address: str
    source: str  # glue, resolved, hints


class Delegation(Record, frozen=True, kw_only=True):
    """What the parent's servers say of a zone: ids of NS referrals and DS answers."""

    parent: str
    referrals: tuple[str, ...] = ()
    ds: tuple[str, ...] = ()


class ZoneFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="zone"):
    """A zone as its own servers and its parent's servers show it.

    `answers` are the ids of all exchanges with the zone's own servers: SOA, NS, DNSKEY and a name that
    should not exist, per address, over UDP and TCP. `chain` names the zone cuts from the root to here.
    """

    id: str
    zone: str
    chain: tuple[str, ...]
    servers: tuple[ServerAddress, ...]
    delegation: Delegation | None = None
    answers: tuple[str, ...] = ()
    unresolved: dict[str, Failure] = {}  # name server name -> why it has no address
    failure: Failure | None = None  # the zone could not be found or reached at all
    audited: bool = True  # False: an ancestor, asked only as far as the chain of trust needs
    extras: bool = False  # whether the active extras were wanted: questions with a purpose of their own
    lookups: tuple[Lookup, ...] = ()  # ZONEMD, CSYNC, DSYNC, bootstrap signals, report agents, and their targets
    listing: ZoneListing | None = None  # what the zone holds, as its file or a permitted transfer shows it


class NameFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="name"):
    """A name of the inventory and the look-ups that were made for it (A, AAAA, MX, TXT, …)."""

    id: str
    name: str
    lookups: tuple[Lookup, ...]

    def lookup(self, rdtype: str, name: str = "") -> Lookup | None:
        """The look-up of one type, of this name or of another that was asked on its behalf."""
        wanted = name or self.name
        return next((item for item in self.lookups if item.rdtype == rdtype and item.name == wanted), None)


class PathFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="path"):
    """The way to one address, whichever of the inventory's hosts have it."""

    id: str
    address: str
    family: Family
    host: str  # on whose behalf it was looked at
    at: Timestamp
    alive: bool = False  # a TCP connection to its service could be opened
    echoes: tuple[Echo, ...] = ()  # the smallest first
    traces: tuple[Trace, ...] = ()
    reverse: tuple[Lookup, ...] = ()  # PTR, and the addresses of the names found
    injection: Injection | None = None  # only for hosts that the inventory names for it
    failure: Failure | None = None


class UplinkFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="uplink"):
    """Connections to outside targets through one declared uplink, marked for it, and the usual way beside them."""

    id: str
    datacentre: str
    operator: str
    asn: int
    fwmark: int
    families: tuple[Family, ...]
    probes: tuple[UplinkProbe, ...] = ()
    failure: Failure | None = None


class CertificateRow(Record, frozen=True, kw_only=True):
    """One certificate of a register. `pseudonym` stands for the holder: no personal name is ever kept.

    Key and signature are known where the register holds the certificate itself; `revoked` where a complete CRL in
    force covers it, or any lists it; `chained` where roots were configured.
    """

    line: int  # of a table; in a folder, the number of the file
    pseudonym: str
    holder: str  # organisation, person
    serial: str
    not_before: Timestamp
    not_after: Timestamp
    issuer: str = ""
    unit: str = ""
    key: str = ""  # RSA, EC, DSA, Ed25519, Ed448; "" when unknown
    key_bits: int = 0
    signature: str = ""  # the algorithm by its name, or as an object identifier
    digest: str = ""  # of the signature: "sha256"; "unknown", and "" with EdDSA
    revoked: bool | None = None
    chained: bool | None = None


class RegisterFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="register"):
    """A register of certificates as its file has it; broken rows are listed, not guessed."""

    id: str
    register: str
    source: str
    at: Timestamp
    sha256: str = ""
    rows: tuple[CertificateRow, ...] = ()
    broken: dict[str, str] = {}  # line number -> what is wrong
    format: str = "csv"  # csv, xlsx, x509: the certificates themselves
    unused: dict[str, str] = {}  # file of a CRL or of roots -> why it could not be used
    failure: Failure | None = None


class ResolverFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="resolver"):
    """What a recursive resolver answered at each of its addresses.

    `answers` are the ids of the exchanges with it; `lookups` are our own of the names that it was asked for.
    """

    id: str
    resolver: str
    tests: ResolverTests
    answers: tuple[str, ...] = ()
    lookups: tuple[Lookup, ...] = ()


class JobFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="job"):
    """A finished job of the plan: that it was done, how long it took, and what cut it short if anything."""

    id: str
    job: str  # "zone:lamdong.gov.vn"
    at: Timestamp
    elapsed_s: float = 0.0
    failure: Failure | None = None


Fact = (
    ScanFact | ScanEndFact | SelfFact | Exchange | ZoneFact | NameFact | WebFact | ConnectFact | ConnectTimesFact
    | BrowserFact | DialogueFact | DatagramFact | PageFact | MailFact | PathFact | UplinkFact | RoutingFact
    | RegisterFact | ResolverFact | JobFact
)  # fmt: skip
