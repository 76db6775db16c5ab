"""The world file: a small signed Internet as data, and the faults planted in it.

Two realisations read it: `netaudit.lab` (Python servers on loopback) and `tests/lab` (real daemons in
network namespaces). A world says what is there; it says nothing about how it is served.
"""

from typing import Annotated, Literal

import msgspec

from netaudit.model.common import Family, Record

__all__ = [
    "AspaEntry", "Fault", "FaultKind", "Machine", "MailServer", "RecursiveResolver", "RegistrationEntry", "RouteEntry",
    "RouteObjectEntry", "SessionEntry", "Signing", "TimeServer", "VrpEntry", "Website", "World", "WorldZone",
]  # fmt: skip


class Machine(Record, frozen=True, kw_only=True):
    """A host of the world, with its literal addresses of both families."""

    id: str
    addresses: tuple[str, ...]
    report_channel: str = ""  # the agent that its name server tells resolvers (RFC 9567); the Python servers do


class Signing(Record, frozen=True, kw_only=True):
    """How a zone is signed (a KSK and a ZSK; signatures from a day ago to `days` from now)."""

    algorithm: Literal["RSASHA256", "ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519"] = "ECDSAP256SHA256"
    denial: Literal["nsec", "nsec3"] = "nsec"
    days: float = 30.0
    nsec3_iterations: int = 0
    nsec3_salt: str = ""
    cds: bool = False  # CDS and CDNSKEY of the KSK (RFC 7344)
    bootstrap: bool = False  # the same under the name servers outside the zone (RFC 9615)


class WorldZone(Record, frozen=True, kw_only=True):
    """A zone. SOA, NS, glue, DS at the parent and the addresses of `hosts` are made by the lab.

    `servers` maps each NS name to the machine that serves it; `hosts` maps names (relative to the
    zone, `@` for the apex) to machines: every address of the machine becomes an A or AAAA record.
    `records` are further lines in master-file format (RFC 1035 section 5), relative to the zone.
    """

    name: str  # "." or "lamdong.gov.vn"
    servers: dict[str, str]
    hosts: dict[str, str] = {}
    records: str = ""
    signing: Signing | None = Signing()  # null: unsigned
    serial: int = 2026112401


class Website(Record, frozen=True, kw_only=True):
    """A web site on a machine: HTTPS on 443 with a certificate of the lab's CA, HTTP on 80."""

    machine: str
    hosts: tuple[str, ...]  # server names; one certificate names them all
    title: str  # shown in the page
    redirect: bool = True  # http:// answers 301 to https://
    hsts: bool = True
    hardened: bool = True  # fields against the guessing of content types and against framing
    octets: int = 0  # what the page has at least, filled up with spaces
    tlsa: bool = False  # TLSA of its good certificate for each of the hosts
    paths: dict[str, int] = {}  # path -> status other than 200
    files: dict[str, str] = {}  # path -> plain text to serve there
    loads: tuple[str, ...] = ()  # hosts that its page loads a script from
    links: tuple[str, ...] = ()  # hosts that its page links to
    scripts: tuple[str, ...] = ()  # hosts that a script of its own loads another script from


class MailServer(Record, frozen=True, kw_only=True):
    """An SMTP server on port 25 of a machine, with STARTTLS and a certificate of the lab's CA."""

    machine: str
    host: str
    starttls: bool = True
    tlsa: bool = False  # TLSA of its good certificate
    clients: bool = False  # it serves mail clients too: submission on 587 and 465, IMAP on 143 and 993


class TimeServer(Record, frozen=True, kw_only=True):
    """An NTP server on port 123 of a machine."""

    machine: str
    host: str
    stratum: Annotated[int, msgspec.Meta(ge=1, le=15)] = 3


class RecursiveResolver(Record, frozen=True, kw_only=True):
    """A validating resolver on port 53 of a machine: UDP and TCP, both families, Extended DNS Errors."""

    machine: str
    serves: tuple[str, ...]  # prefixes of its clients; it answers REFUSED to others
    policy: Literal["software", "operator"] = "software"  # `operator` takes SHA-1 for insecure (RFC 9905)


class RouteEntry(Record, frozen=True, kw_only=True):
    """A route in the sample's MRT file: what one collector peer sees of a prefix."""

    prefix: str
    peer_asn: int
    peer_address: str
    as_path: tuple[int, ...]


class SessionEntry(Record, frozen=True, kw_only=True):
    """A BGP session of a border router in the sample, as that router shows it."""

    local_asn: int
    peer_asn: int
    peer_address: str
    families: tuple[Family, ...] = ()  # default: that of the address
    hold_time_s: int = 30
    bfd: bool = False
    up: bool = True


class VrpEntry(Record, frozen=True, kw_only=True):
    """A validated ROA payload in the sample's export: who may originate the prefix, and for how many days still."""

    prefix: str
    asn: int
    max_length: int | None = None  # default: the prefix alone
    days: float = 30.0


class AspaEntry(Record, frozen=True, kw_only=True):
    """An ASPA in the sample's export."""

    customer: int
    providers: tuple[int, ...]


class RouteObjectEntry(Record, frozen=True, kw_only=True):
    """A route or route6 object of an Internet Routing Registry."""

    prefix: str
    origin: int
    source: str = "APNIC"


class RegistrationEntry(Record, frozen=True, kw_only=True):
    """What the regional registry, APNIC, answers about a prefix or an `AS64510`."""

    resource: str
    status: str = ""  # of a prefix: ASSIGNED PORTABLE, …
    name: str = ""
    holder: str = ""  # a handle
    country: str = "VN"


FaultKind = Literal[
    "expired_signature",  # zone: every RRSIG ended yesterday
    "signature_ends_soon",  # zone: every RRSIG ends in two days
    "wrong_ds",  # zone: the parent's DS digest is of another key
    "no_ds",  # zone: signed, but the parent has no DS
    "unsigned",  # zone: not signed at all
    "sha1_digest",  # zone: the parent's only DS has digest type 1
    "old_algorithm",  # zone: signed with RSASHA1 (algorithm 5 or 7)
    "short_keys",  # zone: signed with RSA keys of 1024 bits
    "colliding_keys",  # zone: eight keys with the tag of the one that signs, which is not shown (KeyTrap)
    "nsec3_iterations",  # zone: NSEC3 with 100 iterations and a salt
    "stale_secondary",  # zone + server: one server has the zone of ten days ago, its signatures expired
    "lame_server",  # zone + server (+ family): answers REFUSED for the zone
    "silent_server",  # machine (+ family): DNS queries are dropped
    "silent_zone",  # zone: all its servers drop its queries: it can't be tested
    "tcp_refused",  # machine (+ family): TCP port 53 refuses
    "open_recursor",  # machine (+ family): answers about any name of the world when recursion is desired
    "open_resolver",  # machine of a resolver: it serves anybody
    "not_validating",  # machine of a resolver: it passes on whatever it gets, and never sets AD
    "no_extended_errors",  # machine of a resolver: SERVFAIL without a reason
    "resolver_without_ipv6",  # machine of a resolver: it asks over IPv4 alone
    "open_transfer",  # zone: its servers give the whole zone to anybody
    "edns_broken",  # machine (+ family): takes any EDNS version, sends flags and options back
    "large_responses",  # machine (+ family): UDP responses as large as the client offers room for
    "fragments_lost",  # machine (+ family): the same, and those that one packet can't carry never arrive
    "cds_mismatch",  # zone (+ server): CDS and CDNSKEY of a key that the zone does not have
    "no_edns",  # machine (+ family): its name server ignores the OPT record, as those before EDNS do
    "missing_glue",  # zone: the parent lacks the AAAA glue
    "ns_mismatch",  # zone: the parent lists one server fewer than the zone
    "unregistered_ns",  # zone + target: parent and zone list one server more, whose name does not exist
    "unregistered_mx",  # mail domain + target: one exchanger more, whose name does not exist
    "unregistered_spf",  # mail domain + target: its SPF record includes a name that does not exist
    "dangling_cname",  # host + target: an alias of a name that does not exist, in place of its addresses
    "no_aaaa",  # host: A only
    "aaaa_without_listener",  # host: AAAA exists, nothing listens on it
    "silent_web",  # host + family: connections to 80 and 443 time out
    "ula_aaaa",  # host: its AAAA is a unique local address
    "slow_to_connect",  # host (+ family): it takes connections 400 ms late
    "content_differs",  # host: another page over IPv6
    "status_differs",  # host: 404 over IPv6
    "certificate_mismatch",  # host (+ family): a certificate for another name
    "certificate_expired",  # host: expired yesterday
    "certificate_untrusted",  # host: self-signed
    "old_tls",  # host (+ family): TLS 1.1 at most
    "http_only",  # host: nothing on 443
    "no_redirect",  # host: http:// serves the page itself
    "no_hsts",  # host
    "no_starttls",  # host of a mail server (+ family)
    "login_in_the_clear",  # host of a mail server for clients (+ family): submission and IMAP take passwords before TLS
    "clients_silent",  # host of a mail server for clients + family: its ports for clients time out
    "time_silent",  # host of a time server (+ family)
    "time_unsynchronised",  # host of a time server (+ family)
    "time_off",  # host of a time server (+ family): its clock is 30 s ahead
    "mail_silent",  # host of a mail server + family: port 25 times out
    "no_spf",  # mail domain
    "no_dmarc",  # mail domain
    "single_upstream",  # prefix: all paths through one operator
    "withdrawn",  # prefix: not in the table
    "no_route_object",  # prefix: no routing registry has its route or route6 object
    "register_expired",  # nothing to serve: the register's file itself holds expired certificates
    "register_revoked",  # nothing to serve: a revocation list beside the register names some of it
]


class Fault(Record, frozen=True, kw_only=True):
    """A fault planted on purpose, and every finding that it must cause: "CHECK TARGET" strings.

    `finds` lists what must come out as fail or warn, `blinds` what must come out as could_not_test.
    Which of zone, host, machine, server, prefix, target and family apply depends on the kind; without a family
    it holds for both, where the kind does not name one. What is felt before a host is named
    (`aaaa_without_listener`, `silent_web`, `old_tls`, `http_only`, `mail_silent`, `slow_to_connect`) needs a machine
    with no other host.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    kind: FaultKind
    zone: str = ""
    host: str = ""
    machine: str = ""
    server: str = ""  # NS name
    prefix: str = ""
    target: str = ""  # the name that a record leads to
    family: Family | None = None
    finds: tuple[str, ...] = ()  # "dnssec.chain_valid zone:bogus.example"
    blinds: tuple[str, ...] = ()
    note: str = ""


class World(Record, frozen=True, kw_only=True):
    """A whole world."""

    schema: Literal[1]
    name: str
    machines: tuple[Machine, ...]
    zones: tuple[WorldZone, ...]
    websites: tuple[Website, ...] = ()
    mail: tuple[MailServer, ...] = ()
    time: tuple[TimeServer, ...] = ()
    resolvers: tuple[RecursiveResolver, ...] = ()
    routes: tuple[RouteEntry, ...] = ()
    vrps: tuple[VrpEntry, ...] = ()
    aspas: tuple[AspaEntry, ...] | None = None  # None: the export does not tell of ASPA
    route_objects: tuple[RouteObjectEntry, ...] = ()
    registrations: tuple[RegistrationEntry, ...] = ()
    sessions: tuple[SessionEntry, ...] = ()
    faults: tuple[Fault, ...] = ()
    exceptions: dict[str, str] = {}  # check id -> why the two realisations may differ; at most ten
    delay_ms: float = 0.0  # simulated round trip
    loss: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    ttl: int = 300
