"""What the table of faults is made of: a service as it is planted, and what must be found of it."""

from dataclasses import dataclass, field

from netaudit.lab.pki import Condition
from netaudit.lab.world import FaultKind
from netaudit.model.common import Family

__all__ = [
    "DOMAIN", "HEADERS", "PAGE", "Clients", "Clock", "Exchanger", "Kept", "Offer", "Plant", "Serve", "Servers", "Site",
    "Tcp",
]  # fmt: skip

DOMAIN = "tinh.vn"

HEADERS = (
    "Strict-Transport-Security: max-age=31536000; includeSubDomains",
    "Content-Security-Policy: default-src https:",
    "X-Frame-Options: DENY",
    "X-Content-Type-Options: nosniff",
)
PAGE = (
    "<!doctype html><html lang=vi><head><title>Cổng thông tin</title></head><body><h1>Cổng thông tin</h1>"
    "<p>Thông báo lịch tiếp công dân của lãnh đạo tỉnh trong tháng.</p><p>Kết quả giải quyết hồ sơ thủ tục hành chính"
    " của các sở, ban, ngành và địa phương.</p><ul><li>Dịch vụ công trực tuyến</li><li>Văn bản chỉ đạo</li>"
    "<li>Hỏi đáp</li></ul><footer>Bản quyền thuộc Ủy ban nhân dân tỉnh</footer></body></html>"
)


@dataclass(frozen=True)
class Serve:
    """How nginx serves a host over one family. `lines` and `plain` are directives of its servers on 443 and 80.

    `rules` are nftables rules of every address, by its place: `{address: rule}`; `*` is all of them.
    """

    addresses: int = 1
    published: tuple[str, ...] = ()  # further addresses in the zone, where nothing stands
    ports: tuple[int, ...] = (80, 443)
    status: int = 200
    page: str = PAGE
    redirect: str = ""  # where the page would be: a URL
    headers: tuple[str, ...] = HEADERS
    tls: bool = True  # False: plain HTTP on 443, too
    certificate: Condition = "good"
    another_key: bool = False  # a certificate of another key, with another name beside the host's
    protocols: str = "TLSv1.2 TLSv1.3"
    lines: tuple[str, ...] = ()
    plain: tuple[str, ...] = ("return 301 https://$host$request_uri;",)
    rules: dict[int, tuple[str, ...]] = field(default_factory=dict)  # place among the addresses, from 0 -> rules


@dataclass(frozen=True)
class Site:
    """A web site: what it is over each family; None: no address of that family."""

    v4: Serve | None = Serve()
    v6: Serve | None = Serve()
    scheme: str = "https"
    distant_s: float = 0.0  # seconds that a round trip over IPv6 takes


@dataclass(frozen=True)
class Tcp:
    """A TCP service on one port: nginx accepts there."""

    v4: Serve | None = Serve()
    v6: Serve | None = Serve()
    port: int = 8443


@dataclass(frozen=True)
class Exchanger:
    """A mail domain with one exchanger; `v4` and `v6` are options of Postfix's smtpd, None: no address.

    `rules` are nftables rules by family.
    """

    v4: tuple[str, ...] | None = ()
    v6: tuple[str, ...] | None = ()
    v4_certificate: Condition = "good"
    v6_certificate: Condition = "good"
    another_key: bool = False  # over IPv6: a certificate with another name beside the host's
    rules: dict[Family, tuple[str, ...]] = field(default_factory=dict)
    published: tuple[str, ...] = ()  # further addresses of the exchanger, where nothing stands
    mx: str = ""  # records in place of the domain's own
    spf: str = "v=spf1 mx -all"
    dmarc: str = "v=DMARC1; p=reject"
    dkim: str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="  # RFC 8463 appendix A.2


@dataclass(frozen=True)
class Offer:
    """How Postfix or Dovecot serves mail clients at one address. `lines` are options of either."""

    listens: bool = True
    tls: bool = True
    first: bool = True  # TLS comes first where the scheme says so
    certificate: Condition = "good"
    another_key: bool = False  # a certificate with another name beside the host's
    clear: bool = False  # it takes passwords before TLS
    greeting: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clients:
    """A service of mail clients; None: no address of that family. `rules` are nftables rules by family."""

    scheme: str = "submission"  # or submissions, imap, imaps
    v4: Offer | None = Offer()
    v6: Offer | None = Offer()
    rules: dict[Family, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """How the time is kept at one address: by chronyd, unless its clock is to be `ahead`."""

    listens: bool = True
    synchronised: bool = True
    ahead: bool = False


@dataclass(frozen=True)
class Clock:
    """A time server; with the scheme `udp` only the reply to a declared request is looked at."""

    scheme: str = "ntp"
    v4: Kept | None = Kept()
    v6: Kept | None = Kept()
    rules: dict[Family, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Servers:
    """A zone `ID.vn` with its name servers: machine ids; and faults of the lab's worlds."""

    machines: tuple[str, ...] = ("ns-1", "ns-2")
    faults: tuple[tuple[FaultKind, dict[str, object]], ...] = ()
    signed: bool = True
    site: Site | None = None  # at `www.ID.vn`


@dataclass(frozen=True)
class Plant:
    """One fault: what is planted, in words and in fact, and every finding that it must cause.

    `finds`: check and message of each fail or warn; `blinds`: of each could_not_test. Nothing else may come out as
    either, of the host or mail domain `ID.tinh.vn` (or the zone `ID.vn`), its endpoint, or anything below.
    """

    id: str
    says: str
    what: Site | Tcp | Exchanger | Clients | Clock | Servers
    finds: tuple[str, ...] = ()
    blinds: tuple[str, ...] = ()
    by_chance: bool = False  # what is lost by chance may leave anything untested: `blinds` are not held
    saw: str = ""  # words that the evidence of some finding must have: what the fault is blamed on
    records: str = ""  # further lines of the zone, relative to tinh.vn (or to ID.vn)

    @property
    def name(self) -> str:
        """The host, mail domain or zone."""
        return f"{self.id}.vn" if isinstance(self.what, Servers) else f"{self.id}.{DOMAIN}"

    @property
    def host(self) -> str:
        """The host of the service, and its `label` in the zone."""
        return f"www.{self.name}" if isinstance(self.what, Servers) else self.name

    @property
    def label(self) -> str:
        """The host's name relative to the zone that it is in."""
        return "www" if isinstance(self.what, Servers) else self.id
