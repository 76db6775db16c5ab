"""A web page opened in a real browser: which hosts its scripts ask for, each looked up and asked for nothing."""

from collections.abc import Iterable

import msgspec

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Asked, BrowserFact, Fact, HttpHop
from netaudit.net.browser import Browser, PageVisit
from netaudit.probes.context import ProbeContext
from netaudit.probes.hosts import addresses_of
from netaudit.probes.page import look_up_hosts
from netaudit.probes.web import WebProbe
from netaudit.rules.page_hosts import web_host
from netaudit.rules.turned_away import turned_away

__all__ = ["BrowserProbe"]

_ADDRESSES = 2  # in one family, until one serves the page
_HOSTS = 40
_URL_LENGTH = 300  # kept of an example

_NO_BROWSER = Failure(
    reason=Reason.NO_BROWSER, side=Side.OURS, detail="no chromium, chromium-browser or google-chrome on PATH"
)
_MANY = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=f"the page asked for more than {_HOSTS} other hosts")
_LITERAL = Failure(reason=Reason.OUT_OF_SCOPE, side=Side.OURS, detail="the page is at an address without a name")


class BrowserProbe:
    """Opens the page that an endpoint leads to. `browser` None: there is none, and the fact says so."""

    def __init__(
        self, context: ProbeContext, browser: Browser | None, endpoint: str, host: str, path: str = "/"
    ) -> None:
        self._context = context
        self._browser = browser
        self._web = WebProbe(context, endpoint, host, path)
        self._endpoint = endpoint
        self._host = host
        self._fact = BrowserFact(id=f"browser-{endpoint}", endpoint=endpoint, at=context.network.now())

    async def run(self) -> None:
        """Find the page as a fetch does, over IPv6 where that serves it; then open it at the same address."""
        if self._browser is None:
            self._tell(_NO_BROWSER)
            return
        page = await self._page()
        failure = page if isinstance(page, Failure) else self._out_of_scope(page)
        if failure is not None or isinstance(page, Failure):
            self._tell(failure)
            return
        await self._open(self._browser, page)

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """One fact, whatever happened."""
        if failure is not None and self._fact.failure is None:
            self._tell(failure)
        return (self._fact,)

    async def _page(self) -> HttpHop | Failure:
        """The page, redirects followed, at the first address that serves it; or why none does."""
        first: Failure | None = None
        for address in await addresses_of(self._context, self._host, _ADDRESSES):
            page = (await self._web.follow(address))[-1]
            failure = page.failure or turned_away(page)
            if failure is None:
                return page
            first = first or failure
        return first or Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=f"{self._host} has no address")

    def _out_of_scope(self, page: HttpHop) -> Failure | None:
        """A page of somebody else is not opened: its scripts would ask that host for many files."""
        host = web_host(page.url, page.url)
        if host is None:
            return _LITERAL
        if self._context.scope.outside_hosts or not self._context.outside(host):
            return None
        detail = f"the page is at an outside host, {host}, which scope.outside_hosts would allow"
        return Failure(reason=Reason.OUT_OF_SCOPE, side=Side.OURS, detail=detail)

    async def _open(self, browser: Browser, page: HttpHop) -> None:
        async def load(url: str) -> HttpHop:
            return await self._context.network.load(url, page.address)

        visit = await browser.visit(page.url, load)
        asked = _by_host(visit, web_host(page.url, page.url))
        self._fact = msgspec.structs.replace(
            self._fact,
            url=page.url,
            address=page.address,
            browser=visit.version,
            asked=asked[:_HOSTS],
            own_requests=visit.own_requests,
            elapsed_s=visit.elapsed_s,
            lookups=await look_up_hosts(self._context, (host.host for host in asked[:_HOSTS])),
            failure=visit.failure or (_MANY if len(asked) > _HOSTS else None),
        )

    def _tell(self, failure: Failure | None) -> None:
        self._fact = msgspec.structs.replace(self._fact, failure=failure)


def _by_host(visit: PageVisit, own: str | None) -> tuple[Asked, ...]:
    """Each host once, in the order asked; addresses without a name are nobody's to look up."""
    found: dict[str, Asked] = {}
    for url, kind in visit.asked:
        host = web_host(url, url)
        if host is None or host == own:
            continue
        known = found.setdefault(host, Asked(host=host, kinds=(), url=url[:_URL_LENGTH], count=0))
        kinds = known.kinds if kind in known.kinds else (*known.kinds, kind)
        found[host] = msgspec.structs.replace(known, kinds=kinds, count=known.count + 1)
    return tuple(found.values())
