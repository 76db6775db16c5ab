"""A web endpoint at each of its addresses: fetched over each family, redirects followed over the same one."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from urllib.parse import SplitResult, urljoin, urlsplit

import msgspec

from netaudit.model.common import Failure, Family, Reason, Side, family_of
from netaudit.model.facts import ConnectTimesFact, Fact, HttpHop, PageFact, Round, WebFact
from netaudit.model.path import ClampedFetch
from netaudit.net.tcp import Way
from netaudit.probes.connect_times import connect_times
from netaudit.probes.context import ProbeContext
from netaudit.probes.hosts import addresses_of
from netaudit.probes.page import page_fact
from netaudit.probes.rounds import in_rounds
from netaudit.rules.security_txt import SECURITY_TXT
from netaudit.rules.turned_away import turned_away

__all__ = ["CLAMPED_MSS", "REDIRECTS", "WebProbe"]

REDIRECTS = 5
CLAMPED_MSS = {Family.IPV6: 1_220, Family.IPV4: 536}  # packets that every link must take (RFC 8200, RFC 1122)
_ADDRESSES = 8  # in one family
_REDIRECT = {301, 302, 303, 307, 308}
_URL_LENGTH = 2_048
_ERROR = 400  # and above


class WebProbe:
    """Fetches one URL from every address of its host.

    `plain` also fetches `http://host/` at each of them, to see where plain HTTP leads.
    A page that both families deliver is fetched a second time over IPv4, as a control: what differs
    between those two is the page's own change, not the family's. Such pages also have the connections timed.
    Where HTTPS works, security.txt (RFC 9116) is asked for too, once over each family.
    """

    def __init__(
        self, context: ProbeContext, endpoint: str, host: str, path: str = "/", *, plain: bool = False
    ) -> None:
        self._context = context
        self._endpoint = endpoint
        self._host = host
        self._path = path if path.startswith("/") else f"/{path}"
        self._plain = plain
        self._facts: dict[str, WebFact] = {}
        self._times: ConnectTimesFact | None = None
        self._page: PageFact | None = None
        self._clamped_once: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Fetch from all addresses at once, then the control, then time connections while nothing else is under way."""
        addresses = await addresses_of(self._context, self._host, _ADDRESSES)
        async with asyncio.TaskGroup() as group:
            for address in addresses:
                group.create_task(self._fetch(self._endpoint, self._path, address))
            if self._plain:
                for address in addresses:
                    group.create_task(self._fetch(f"http://{self._host}:80", "/", address, stop_at_https=True))
        good = [fact for fact in self._facts.values() if fact.endpoint == self._endpoint and fact.failure is None]
        if self._endpoint.startswith("https:"):
            for address in _first_welcoming(good):
                await self._fetch(self._endpoint, SECURITY_TXT, address, document=SECURITY_TXT)
        if good:
            self._page = await page_fact(self._context, min(good, key=lambda fact: fact.id))
        if {fact.family for fact in good} == set(Family):
            control = min(fact.address for fact in good if fact.family is Family.IPV4)
            await self._fetch(self._endpoint, self._path, control, control=True)
            port = int(self._endpoint.rpartition(":")[2])
            self._times = await connect_times(self._context, self._endpoint, port, (fact.address for fact in good))

    async def follow(self, address: str) -> tuple[HttpHop, ...]:
        """The page from one address of its host: one request, and one more for each redirect."""
        return await self._follow(self._endpoint, self._path, address, stop_at_https=False)

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The fetches that came to an end, and the connection times."""
        beside = [fact for fact in (self._page, self._times) if fact is not None]
        return [*sorted(self._facts.values(), key=lambda fact: fact.id), *beside]

    async def _fetch(
        self,
        endpoint: str,
        path: str,
        address: str,
        *,
        stop_at_https: bool = False,
        control: bool = False,
        document: str = "",
    ) -> None:
        """Fetch, and again later where the address itself failed."""

        def keep(hops: tuple[HttpHop, ...], rounds: tuple[Round, ...]) -> None:
            fact = self._fact(endpoint, address, hops, rounds, control=control, document=document)
            self._facts[fact.id] = fact

        follow = partial(self._follow, endpoint, path, address, stop_at_https=stop_at_https)
        await in_rounds(self._context, address, follow, _outcome, keep)

    def _fact(
        self,
        endpoint: str,
        address: str,
        hops: tuple[HttpHop, ...],
        rounds: tuple[Round, ...],
        *,
        control: bool,
        document: str,
    ) -> WebFact:
        return WebFact(
            id=f"web-{endpoint}{document}-{address}{'-control' if control else ''}",
            endpoint=endpoint,
            address=address,
            family=family_of(address),
            hops=hops,
            failure=next((hop.failure for hop in hops if hop.failure is not None), None),
            control=control,
            document=document,
            rounds=rounds,
        )

    async def _follow(self, endpoint: str, path: str, address: str, *, stop_at_https: bool) -> tuple[HttpHop, ...]:
        """One request, and one more for each redirect."""
        hops: list[HttpHop] = []
        url: str | None = _without_default_port(endpoint) + path
        while url is not None:
            hop = await self._hop(url, address if not hops else None, family_of(address), hops)
            hops.append(hop)
            url = _location(hop)
            if url is not None and stop_at_https and url.startswith("https:"):
                break
        return tuple(hops)

    async def _hop(self, url: str, address: str | None, family: Family, before: Sequence[HttpHop]) -> HttpHop:
        """One request: to the address under test first, then to wherever a redirect leads over the same family."""
        if len(before) > REDIRECTS:
            failure = _failure(Reason.PROTOCOL, f"more than {REDIRECTS} redirects")
            return self._not_sent(url, address or "", failure)
        if address is None:
            found = await self._redirect_address(url, family, before)
            if isinstance(found, Failure):
                return self._not_sent(url, "", found)
            address = found
        hop = await self._context.network.http(url, address)
        return hop if before else await self._clamped(hop)

    async def _clamped(self, hop: HttpHop) -> HttpHop:
        """Fetch once more in small segments what stalled on an open connection: large packets may get lost on the way.

        The same page that comes then proves it (RFC 2923 section 2.1, RFC 8201). Once for each address.
        """
        stalled = hop.segments is not None and hop.failure is not None and hop.failure.reason is Reason.TIMEOUT
        if not stalled or (hop.url, hop.address) in self._clamped_once:
            return hop
        self._clamped_once.add((hop.url, hop.address))
        mss = CLAMPED_MSS[family_of(hop.address)]
        again = await self._context.network.paths.http(hop.url, hop.address, Way(mss=mss))
        clamped = ClampedFetch(mss=mss, elapsed_ms=again.elapsed_ms, failure=again.failure)
        return msgspec.structs.replace(hop, clamped=clamped)

    async def _redirect_address(self, url: str, family: Family, before: Sequence[HttpHop]) -> str | Failure:
        """Where to send a redirect: design.md 5.6 allows one request to a public address for each hop."""
        parts, host = _split(url), _host(url)
        if parts is None or parts.scheme not in {"http", "https"} or not host:
            return _failure(Reason.PROTOCOL, "the redirect leads to no web address")
        if self._context.excluded(host):
            return _failure(Reason.OUT_OF_SCOPE, f"{host} is excluded by the inventory", Side.OURS)
        if self._strays(host, before):
            detail = f"from one outside host to another, {host}, which scope.outside_hosts would allow"
            return _failure(Reason.OUT_OF_SCOPE, detail, Side.OURS)
        try:
            literal = family_of(host)
        except ValueError:
            return await self._look_up(host, family)
        if literal is family:
            return host
        return _failure(Reason.NO_ADDRESS, f"the redirect leads to {host}, which is not {family}")

    def _strays(self, host: str, before: Sequence[HttpHop]) -> bool:
        """Whether a fetch that has left the inventory's hosts is led further away, which the inventory must allow."""
        if self._context.scope.outside_hosts or not self._context.outside(host):
            return False
        return any(asked != host and self._context.outside(asked) for asked in (_host(hop.url) for hop in before))

    async def _look_up(self, host: str, family: Family) -> str | Failure:
        try:
            lookup = await self._context.addresses(host, family)
        except ValueError as error:
            return _failure(Reason.MALFORMED, str(error))
        if lookup.addresses:
            return lookup.addresses[0]
        return lookup.failure or _failure(Reason.NO_ADDRESS, f"the redirect leads to {host}, which has no {family}")

    def _not_sent(self, url: str, address: str, failure: Failure) -> HttpHop:
        return HttpHop(url=url, address=address, at=self._context.network.now(), failure=failure, tries=0)


def _first_welcoming(facts: Iterable[WebFact]) -> list[str]:
    """The first address of each family that showed a page: one that turned us away is not asked for more."""
    shown = (f for f in facts if (f.hops[-1].status or _ERROR) < _ERROR and turned_away(f.hops[-1]) is None)
    return list({f.family: f.address for f in sorted(shown, key=lambda f: f.id, reverse=True)}.values())


def _outcome(hops: tuple[HttpHop, ...]) -> tuple[Failure | None, int]:
    """The failure of the address itself, and its tries; none where small segments passed: no later round mends that."""
    first = hops[0]
    explained = first.clamped is not None and first.clamped.failure is None
    return first.failure, 0 if explained else first.tries


def _location(hop: HttpHop) -> str | None:
    """Where a response redirects to, as an absolute URL; None when it does not."""
    if hop.status not in _REDIRECT:
        return None
    target = next((value for name, value in hop.headers if name == "location"), None)
    if not target:
        return None
    try:
        return urljoin(hop.url, target.strip()).partition("#")[0][:_URL_LENGTH]
    except ValueError:
        return target[:_URL_LENGTH]  # recorded as a hop that could not be sent


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname  # both are parsed on access
    except ValueError:
        return None
    return parts


def _host(url: str) -> str:
    """The host of a URL as inventories have it; empty when there is none."""
    parts = _split(url)
    return (parts.hostname or "").rstrip(".").lower() if parts else ""


def _without_default_port(endpoint: str) -> str:
    scheme, _, rest = endpoint.partition("://")
    default = {"https": ":443", "http": ":80"}.get(scheme, "")
    return endpoint.removesuffix(default) if default and rest.endswith(default) else endpoint


def _failure(reason: Reason, detail: str, side: Side = Side.TARGET) -> Failure:
    return Failure(reason=reason, side=side, detail=detail[:200])
