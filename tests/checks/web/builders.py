"""Evidence about hosts and web endpoints, built by hand."""

from netaudit.model.common import Failure, Family, Reason, Side, family_of
from netaudit.model.evidence import CertificateTrust, EndpointEvidence, HostEvidence
from netaudit.model.facts import (
    Asked,
    BrowserFact,
    ConnectFact,
    ConnectTimesFact,
    DatagramFact,
    DialogueFact,
    FamilyCheck,
    HttpHop,
    Lookup,
    PageFact,
    SelfFact,
    TlsObservation,
    WebFact,
)
from netaudit.model.inventory import Service

NOW = 1_795_000_000.0
DAY = 86_400.0
HOST = "portal.example"
ENDPOINT = f"https://{HOST}:443"
PLAIN = f"http://{HOST}:80"
V4, V4B = "203.113.131.1", "203.113.131.2"
V6, V6B = "2405:4800::1", "2405:4800::2"

TIMEOUT = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no answer")
REFUSED = Failure(reason=Reason.REFUSED, side=Side.TARGET, detail="connection refused")
TLS = Failure(reason=Reason.TLS, side=Side.TARGET, detail="handshake failure")
NO_ROUTE = Failure(reason=Reason.NO_ROUTE, side=Side.OURS, detail="no IPv6 here")
BUDGET = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="the job's time is up")
SERVFAIL = Failure(reason=Reason.NAME_RESOLUTION, side=Side.TARGET, detail="no name server answered")
OUT_OF_SCOPE = Failure(reason=Reason.OUT_OF_SCOPE, side=Side.TARGET, detail="special-purpose address")

_TRUSTED = ("web", "dialogue")  # how the ids of facts with certificates begin

BLIND_V6 = SelfFact(
    id="self",
    at=NOW,
    families=(
        FamilyCheck(family=Family.IPV4, available=True, udp=True, tcp=True),
        FamilyCheck(family=Family.IPV6, available=False, udp=False, tcp=False, failure=NO_ROUTE),
    ),
)


def lookup(rdtype: str, *addresses: str, name: str = HOST, failure: Failure | None = None) -> Lookup:
    return Lookup(name=name, rdtype=rdtype, addresses=addresses, failure=failure, facts=(f"dns-{rdtype}",))


def host(
    *addresses: str,
    name: str = HOST,
    failure: Failure | None = None,
    vantage: SelfFact | None = None,
    allowed: tuple[str, ...] = (),
    asked: bool = True,
) -> HostEvidence:
    """A host with these addresses; `failure` stands in both look-ups where nothing was found."""
    v4 = [a for a in addresses if family_of(a) is Family.IPV4]
    v6 = [a for a in addresses if family_of(a) is Family.IPV6]
    return HostEvidence(
        now=NOW,
        vantage=vantage,
        allowed_special=allowed,
        host=name,
        services=(),
        a=lookup("A", *v4, name=name, failure=None if v4 else failure) if asked else None,
        aaaa=lookup("AAAA", *v6, name=name, failure=None if v6 else failure) if asked else None,
        security={},
    )


def tls(version: str = "TLSv1.3", certificate: bytes = b"", alpn: str = "") -> TlsObservation:
    shown = (certificate,) if certificate else ()
    return TlsObservation(server_name=HOST, version=version, cipher="TLS_AES_256", alpn=alpn, certificates=shown)


def hop(
    address: str,
    status: int | None = 200,
    *,
    url: str = f"https://{HOST}/",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"<p>xin chao cac ban den voi trang</p>",
    failure: Failure | None = None,
    tries: int = 1,
    session: TlsObservation | None = None,
) -> HttpHop:
    """A request; over https a TLS session is assumed unless it failed."""
    if session is None and failure is None and url.startswith("https://"):
        session = tls()
    return HttpHop(
        url=url,
        address=address,
        at=NOW,
        status=status if failure is None else None,
        headers=headers,
        body=body if failure is None else b"",
        tls=session,
        failure=failure,
        tries=tries,
    )


def fetch(address: str, *hops: HttpHop, endpoint: str = ENDPOINT, control: bool = False) -> WebFact:
    """A fetch at one address; without hops, a page."""
    made = hops or (hop(address),)
    return WebFact(
        id=f"web-{endpoint}-{address}{'-control' if control else ''}",
        endpoint=endpoint,
        address=address,
        family=family_of(address),
        hops=made,
        failure=next((h.failure for h in made if h.failure is not None), None),
        control=control,
    )


def dead(address: str, failure: Failure = TIMEOUT, tries: int = 2, endpoint: str = ENDPOINT) -> WebFact:
    """A fetch that failed at the address itself."""
    scheme = endpoint.partition(":")[0]
    return fetch(address, hop(address, url=f"{scheme}://{HOST}/", failure=failure, tries=tries), endpoint=endpoint)


def connect(address: str, failure: Failure | None = None, tries: int = 1) -> ConnectFact:
    return ConnectFact(
        id=f"tcp-{address}",
        endpoint=f"tcp://{HOST}:8443",
        address=address,
        family=family_of(address),
        at=NOW,
        failure=failure,
        tries=tries,
    )


def names(resources: tuple[str, ...] = (), links: tuple[str, ...] = (), failure: Failure | None = None) -> PageFact:
    """A page that names these hosts: `v4.*` have IPv4 alone, `v6.*` both, `dead.*` nothing, `lost.*` the failure."""
    lookups = []
    for host in (*resources, *links):
        v4 = () if host.startswith(("dead", "lost")) else (V4,)
        v6 = (V6,) if host.startswith("v6") else ()
        lost = (failure or SERVFAIL) if host.startswith("lost") else None
        lookups += [lookup("A", *v4, name=host, failure=lost), lookup("AAAA", *v6, name=host, failure=lost)]
    return PageFact(
        id="page", endpoint=ENDPOINT, at=NOW, url=f"https://{HOST}/", resources=resources, links=links,
        lookups=tuple(lookups),
    )  # fmt: skip


def opened(
    asked: dict[str, tuple[str, ...]] | None = None, failure: Failure | None = None, lost: Failure | None = None
) -> BrowserFact:
    """A page in a browser that asked these hosts, each for what; their addresses are those of `names`."""
    hosts = asked or {}
    return BrowserFact(
        id="browser", endpoint=ENDPOINT, at=NOW, url=f"https://{HOST}/", address=V6, browser="Chrome/156.0.8078.108",
        asked=tuple(Asked(host=host, kinds=kinds, url=f"https://{host}/") for host, kinds in hosts.items()),
        lookups=names(tuple(hosts), failure=lost).lookups, failure=failure,
    )  # fmt: skip


def times(v4: tuple[float, ...], v6: tuple[float, ...], lost_v6: int = 0) -> ConnectTimesFact:
    """Connection times in milliseconds, taken by turns."""
    return ConnectTimesFact(
        id="times",
        endpoint=ENDPOINT,
        at=NOW,
        addresses={Family.IPV4: V4, Family.IPV6: V6},
        samples={Family.IPV4: v4, Family.IPV6: v6},
        lost={Family.IPV4: 0, Family.IPV6: lost_v6},
    )


def trust(
    *,
    trusted: bool = True,
    name_matches: bool = True,
    until: float = NOW + 90 * DAY,
    since: float = NOW - DAY,
    names: tuple[str, ...] = (HOST,),
    issuer: str = "CN=CA",
    fingerprint: str = "aa",
    error: str = "",
) -> CertificateTrust:
    return CertificateTrust(
        trusted=trusted,
        name_matches=name_matches,
        not_before=since,
        not_after=until,
        subject=f"CN={names[0]}",
        issuer=issuer,
        names=names,
        key="EC 256",
        fingerprint=fingerprint,
        error=error,
    )


def endpoint(
    *facts: WebFact | ConnectFact | DialogueFact | DatagramFact,
    at: HostEvidence | None = None,
    key: str = ENDPOINT,
    trusts: dict[str, CertificateTrust] | None = None,
    vantage: SelfFact | None = None,
    allowed: tuple[str, ...] = (),
    network: str = "public",
    times: ConnectTimesFact | None = None,
    page: PageFact | None = None,
    browser: BrowserFact | None = None,
) -> EndpointEvidence:
    """An endpoint with these facts; its host has the addresses fetched from, unless `at` says otherwise.

    `trusts` maps addresses to what validation said of the certificate there.
    """
    web = tuple(fact for fact in facts if isinstance(fact, WebFact))
    connects = tuple(fact for fact in facts if isinstance(fact, ConnectFact))
    addresses = dict.fromkeys(fact.address for fact in facts)
    service = Service(
        id="portal", kind="portal", host=HOST, units=("u",), network="tslcd" if network == "tslcd" else "public"
    )
    return EndpointEvidence(
        now=NOW,
        vantage=vantage,
        allowed_special=allowed,
        endpoint=key,
        services=(service,),
        host=at or host(*addresses, vantage=vantage, allowed=allowed),
        web=tuple(fact for fact in web if not fact.control and not fact.document),
        documents=tuple(fact for fact in web if fact.document),
        connects=connects,
        dialogues=tuple(fact for fact in facts if isinstance(fact, DialogueFact)),
        datagrams=tuple(fact for fact in facts if isinstance(fact, DatagramFact)),
        controls=tuple(fact for fact in web if fact.control),
        times=times,
        browser=browser,
        page=page,
        trust={f"{kind}-{key}-{address}": found for address, found in (trusts or {}).items() for kind in _TRUSTED},
    )
