"""Facts about number resources and routing: what collectors, routers, RPKI and registries say of our prefixes.

Each is read from one document, a file that was given or one that was fetched, and says where it is from.
"""

from netaudit.model.common import Failure, Family, Record, Timestamp

__all__ = [
    "AddressOrigin", "Aspa", "OriginsFact", "Registration", "RegistrationsFact", "Route", "RouteObject",
    "RouteObjectsFact", "RoutesFact", "RoutingFact", "Session", "SessionsFact", "SourceFact", "Vrp", "VrpsFact",
]  # fmt: skip


class SourceFact(Record, frozen=True, kw_only=True):
    """What every document gives: its origin and its age. With a failure the rest is what was read before it."""

    id: str
    datacentre: str  # empty: it concerns the whole inventory
    source: str  # file name without its folder, or the URL without credentials
    format: str = ""  # mrt, frr, gobgp, bird, exabgp, ripestat, ris_whois, json, rtr, whois, bgpq4, rdap, delegated
    sha256: str = ""
    data_time: Timestamp | None = None  # of when the source says its data are; None: it does not say
    retrieved_at: Timestamp | None = None  # when fetched; of a given file that tells no time, when it was written
    messages: tuple[str, ...] = ()  # what the source itself warns of
    failure: Failure | None = None

    @property
    def dated(self) -> Timestamp | None:
        """Of when its data are, as far as anybody knows: as it says itself, else when it was fetched or written."""
        return self.data_time if self.data_time is not None else self.retrieved_at


class Route(Record, frozen=True, kw_only=True):
    """A route that a collector's or router's peer announced for one of our prefixes."""

    prefix: str
    peer_asn: int  # 0, which no peer has (RFC 7607): the source does not name its peers
    peer_address: str
    as_path: tuple[int, ...]  # prepending kept; an AS_SET ends the path and sets `as_set`
    as_set: bool = False


class RoutesFact(SourceFact, frozen=True, kw_only=True, tag_field="kind", tag="routes"):
    """The routes of a data centre's prefixes in one source.

    A peer's feed of a family is full when the peer carries at least half of a sample of that family's
    prefixes: the denominator of visibility. A family that the source does not hold has no feeds.
    """

    peers: tuple[int, ...] = ()  # every peer AS of the source, those without our routes too
    feeds: dict[Family, tuple[int, ...]] = {}  # the peer ASes with a full feed of that family
    routes: tuple[Route, ...] = ()
    updates_only: bool = False  # what changed within some minutes: of what did not change it says nothing


class Vrp(Record, frozen=True, kw_only=True):
    """A validated ROA payload (RFC 6811 section 2): the AS may originate the prefix and its parts up to a length."""

    prefix: str
    max_length: int
    asn: int
    trust_anchor: str = ""
    expires: Timestamp | None = None  # when the chain above it ends, where the source tells


class Aspa(Record, frozen=True, kw_only=True):
    """The providers that a customer AS authorises to hand its routes on (draft-ietf-sidrops-aspa-profile)."""

    customer: int
    providers: tuple[int, ...]
    expires: Timestamp | None = None


class VrpsFact(SourceFact, frozen=True, kw_only=True, tag_field="kind", tag="vrps"):
    """The validated ROA payloads of one source that cover a data centre's prefixes, or lie within them."""

    total: int = 0  # payloads of the source, ours or not
    vrps: tuple[Vrp, ...] = ()
    aspas: tuple[Aspa, ...] | None = None  # those of its own ASNs; None: the source tells of no ASPA at all


class RouteObject(Record, frozen=True, kw_only=True):
    """A `route` or `route6` object of an Internet Routing Registry (RFC 2622, RFC 4012)."""

    prefix: str
    origin: int
    registry: str  # its `source:` attribute, upper case: APNIC, RADB
    last_modified: Timestamp | None = None


class RouteObjectsFact(SourceFact, frozen=True, kw_only=True, tag_field="kind", tag="route_objects"):
    """The route objects of one source whose prefix is ours, within ours or around it."""

    objects: tuple[RouteObject, ...] = ()


class Registration(Record, frozen=True, kw_only=True):
    """What a number registry holds of a resource; words as the registry writes them, not judged."""

    resource: str  # "203.0.113.0/24" or "AS64510": ours, about which was asked
    registered: str  # the registry's own block that holds it: "203.0.113.0 - 203.0.113.255", "AS64510"
    registry: str  # apnic, ripencc, arin, lacnic, afrinic, or a national one: vnnic
    status: str = ""  # of an address block its kind: "ASSIGNED PORTABLE"; of a delegated file "assigned"
    name: str = ""  # netname
    holder: str = ""
    holder_id: str = ""  # opaque id or handle, the same for all resources of one holder
    country: str = ""


class RegistrationsFact(SourceFact, frozen=True, kw_only=True, tag_field="kind", tag="registrations"):
    """What one source says of the registration of a data centre's prefixes and ASNs; not found means not listed."""

    registrations: tuple[Registration, ...] = ()
    not_found: tuple[str, ...] = ()  # resources that a source which covers their registry does not hold


class Session(Record, frozen=True, kw_only=True):
    """One BGP session of a router of ours, as the router shows it."""

    local_asn: int
    peer_asn: int
    peer_address: str
    families: tuple[Family, ...]  # negotiated on this session
    state: str = ""  # Established, Active, …
    hold_time_s: float | None = None  # negotiated
    bfd: bool | None = None  # None: the router does not say
    uptime_s: float | None = None
    received: dict[Family, int] = {}  # prefixes
    sent: dict[Family, int] = {}
    local_role: str = ""  # RFC 9234
    remote_role: str = ""


class SessionsFact(SourceFact, frozen=True, kw_only=True, tag_field="kind", tag="sessions"):
    """The BGP sessions of one router of a data centre."""

    router: str = ""  # its router id or name
    sessions: tuple[Session, ...] = ()


class AddressOrigin(Record, frozen=True, kw_only=True):
    """By which prefix and from which ASes an address is announced, as one source saw it."""

    address: str
    prefix: str = ""  # the longest that covers it; empty: none does
    asns: tuple[int, ...] = ()
    peers: int = 0  # that saw it
    upstreams: tuple[int, ...] = ()  # ASes left of the origin, where the source has paths


class OriginsFact(SourceFact, frozen=True, kw_only=True, tag_field="kind", tag="origins"):
    """Where the addresses of the inventory's name servers and mail exchangers are announced from."""

    origins: tuple[AddressOrigin, ...] = ()


RoutingFact = RoutesFact | VrpsFact | RouteObjectsFact | RegistrationsFact | SessionsFact | OriginsFact
"""Every fact that is read from a document."""
