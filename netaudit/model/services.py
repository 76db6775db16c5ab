"""Facts about what services do: web pages, connections, dialogues and datagrams, each at one literal address."""

from netaudit.model.common import Failure, Family, Record, Timestamp
from netaudit.model.lookup import Lookup
from netaudit.model.path import ClampedFetch, Segments

__all__ = [
    "Asked", "BrowserFact", "ConnectFact", "ConnectTimesFact", "DatagramFact", "DialogueFact", "HttpHop", "MailFact",
    "PageFact", "Round",
    "TlsObservation", "WebFact",
]  # fmt: skip


class TlsObservation(Record, frozen=True, kw_only=True):
    """A TLS session as the server made it; trust is judged later from the certificates."""

    server_name: str
    version: str = ""  # TLSv1.3
    cipher: str = ""
    alpn: str = ""
    certificates: tuple[bytes, ...] = ()  # DER, the server's own first
    failure: Failure | None = None


class HttpHop(Record, frozen=True, kw_only=True):
    """One HTTP request and its response, at one literal address."""

    url: str
    address: str
    at: Timestamp
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()  # lower-case names; bounded
    body: bytes = b""  # the first bytes, bounded
    body_size: int = 0
    connect_ms: float = 0.0
    first_byte_ms: float = 0.0  # from the start, connecting included, to the response's header
    elapsed_ms: float = 0.0
    tls: TlsObservation | None = None
    failure: Failure | None = None
    tries: int = 1
    segments: Segments | None = None  # of its connection, when it ended
    clamped: ClampedFetch | None = None  # it stalled on an open connection, and was fetched in small segments


class Round(Record, frozen=True, kw_only=True):
    """One of several attempts at an address, seconds apart; an attempt has tries of its own."""

    at: Timestamp
    tries: int
    failure: Failure | None = None


class WebFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="web"):
    """A web endpoint fetched at one of its addresses; redirects followed, each as a hop."""

    id: str
    endpoint: str  # https://host:443
    address: str
    family: Family
    hops: tuple[HttpHop, ...]
    failure: Failure | None = None  # of the first hop that failed
    document: str = ""  # path of a file that is not the page: /.well-known/security.txt
    control: bool = False  # the same address fetched again, to tell a changing page from a difference by family
    rounds: tuple[Round, ...] = ()  # of an address that failed at first: every round; `hops` are the best one's


class PageFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="page"):
    """The hosts that a fetched page names beside its own: what it loads and where it leads, each only looked up."""

    id: str
    endpoint: str
    at: Timestamp
    url: str  # of the page, redirects followed
    resources: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    whole: bool = True  # False: the page names more than was read
    lookups: tuple[Lookup, ...] = ()  # A and AAAA of each host

    def addresses(self, host: str) -> dict[str, Lookup]:
        """The look-ups of one host by type, `A` and `AAAA`."""
        return {lookup.rdtype: lookup for lookup in self.lookups if lookup.name == host}


class Asked(Record, frozen=True, kw_only=True):
    """A host that a page asked for something in a browser, its own left out."""

    host: str
    kinds: tuple[str, ...]  # what for, as Chromium names it: script, xhr, font, websocket…; `navigation`: to go there
    url: str  # the first one, cut
    count: int = 1  # different URLs


class BrowserFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="browser"):
    """What a page asked for when a real browser ran its scripts; hosts of others were only looked up.

    Scripts of others did not run, as none of them was fetched. `failure`: not all was seen, or nothing, and why.
    """

    id: str
    endpoint: str
    at: Timestamp
    url: str = ""  # of the page, redirects followed; empty: none was opened
    address: str = ""  # where the page's own host was asked
    browser: str = ""  # Chrome/156.0.8078.108
    asked: tuple[Asked, ...] = ()
    own_requests: int = 0  # files that its own host was asked for
    elapsed_s: float = 0.0
    lookups: tuple[Lookup, ...] = ()  # A and AAAA of each host
    failure: Failure | None = None

    def addresses(self, host: str) -> dict[str, Lookup]:
        """The look-ups of one host by type, `A` and `AAAA`."""
        return {lookup.rdtype: lookup for lookup in self.lookups if lookup.name == host}


class ConnectFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="connect"):
    """A TCP service at one of its addresses: whether a connection could be opened."""

    id: str
    endpoint: str
    address: str
    family: Family
    at: Timestamp
    connect_ms: float = 0.0
    tries: int = 1
    failure: Failure | None = None
    rounds: tuple[Round, ...] = ()  # as in WebFact


class ConnectTimesFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="connect_times"):
    """How long TCP takes to connect to an endpoint over each family: one address each, asked by turns.

    Samples in milliseconds, in the order taken; an attempt that made no connection has no sample and counts as lost.
    """

    id: str
    endpoint: str
    at: Timestamp
    addresses: dict[Family, str]
    samples: dict[Family, tuple[float, ...]]
    lost: dict[Family, int] = {}


class MailFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="mail"):
    """An SMTP dialogue with one address of one mail exchanger. No mail is sent."""

    id: str
    domain: str
    exchanger: str
    address: str
    family: Family
    at: Timestamp
    banner: str = ""
    capabilities: tuple[str, ...] = ()
    starttls_offered: bool = False
    tls: TlsObservation | None = None
    elapsed_ms: float = 0.0
    tries: int = 1
    failure: Failure | None = None
    rounds: tuple[Round, ...] = ()  # as in WebFact


class DialogueFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="dialogue"):
    """A dialogue with one address of a mail client's service: SMTP submission or IMAP. Nobody logs in.

    `capabilities` is what was offered before TLS, `secured` what was offered within it; where TLS comes first
    (RFC 8314) the former stays empty.
    """

    id: str
    endpoint: str  # imap://host:143
    address: str
    family: Family
    at: Timestamp
    greeting: str = ""
    capabilities: tuple[str, ...] = ()
    secured: tuple[str, ...] = ()
    tls: TlsObservation | None = None
    connect_ms: float = 0.0
    elapsed_ms: float = 0.0
    tries: int = 1
    failure: Failure | None = None
    rounds: tuple[Round, ...] = ()  # as in WebFact

    @property
    def starttls_offered(self) -> bool:
        """Whether TLS was offered in the open."""
        return any(capability.partition(" ")[0].upper() == "STARTTLS" for capability in self.capabilities)


class DatagramFact(Record, frozen=True, kw_only=True, tag_field="kind", tag="datagram"):
    """A request over UDP to one address of a service, and its reply: of NTP, or what the inventory declares."""

    id: str
    endpoint: str  # ntp://host:123
    address: str
    family: Family
    at: Timestamp  # when the request was sent that was answered, or the last one
    request: bytes
    reply: bytes | None = None  # bounded
    elapsed_ms: float = 0.0  # from that request to its reply
    tries: int = 1
    failure: Failure | None = None
    rounds: tuple[Round, ...] = ()  # as in WebFact
