"""A third, small door: a page opened in a real browser that sends nothing itself, to see what its scripts ask for.

Each request of the browser is held. The page's own host is asked by netaudit, through the network that a scan uses,
with its pace, its address and its name, and at web ports alone; whatever the page asks of others is noted and fails as
on a network where they can't be reached. The browser itself resolves no name and connects to nothing
(`netaudit.net.devtools`).
"""

import asyncio
import base64
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from netaudit.model.common import Failure, Reason, Record, Side
from netaudit.model.facts import HttpHop
from netaudit.net.devtools import DevTools, DevToolsError, Event, chromium
from netaudit.rules.page_hosts import web_host

__all__ = ["PROGRAMS", "Browser", "BrowserLimits", "PageVisit", "find_browser"]

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

Load = Callable[[str], Awaitable[HttpHop]]

_URL_LENGTH = 2_048
_PORTS = {"http": 80, "https": 443}
_LOOK = 0.2  # seconds between looks at how far the page is
_OWN_KINDS = {"document", "stylesheet", "script", "xhr", "fetch", "font", "manifest", "other", "texttrack"}
_PIXEL = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"  # a transparent GIF
_NOT_PASSED_ON = {
    "connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding", "upgrade",
    "alt-svc", "nel", "report-to", "reporting-endpoints", "strict-transport-security",
}  # fmt: skip
_REDIRECT = range(300, 400)
_ENDED = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="the page brought the browser down")
_SILENT_PAGE = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="the page itself could not be fetched again")


class BrowserLimits(Record, frozen=True, kw_only=True):
    """Budgets of one page. Times in seconds, sizes in octets."""

    load: float = 20.0  # until the page and what it names are loaded
    quiet: float = 1.0  # without a request, after which a loaded page is done
    linger: float = 5.0  # after loading, for a page that never falls silent
    requests: int = 400
    own_requests: int = 100  # of those, how many its own host is asked
    own_bytes: int = 20_000_000
    navigations: int = 5  # of the page by its own scripts
    workers: int = 50  # frames and workers of their own process
    memory: int = 1_536 * 1024 * 1024


class PageVisit(Record, frozen=True, kw_only=True):
    """What a page asked for, in order: each URL of another host with its kind, as Chromium names it.

    `failure`: not all of it was seen, and why.
    """

    version: str = ""
    asked: tuple[tuple[str, str], ...] = ()  # (URL, kind)
    own_requests: int = 0  # answered by the page's own host
    elapsed_s: float = 0.0
    failure: Failure | None = None


class Browser:
    """A Chromium of this host. Each page gets one of its own, so that no page sees what another left."""

    def __init__(self, program: str, limits: BrowserLimits | None = None) -> None:
        self.program = program
        self.limits = limits or BrowserLimits()

    async def visit(self, url: str, load: Load) -> PageVisit:
        """Open `url`; `load` fetches what the page asks of its own host. Never raises for anything the page does."""
        began = time.monotonic()
        visit = _Visit(url, load, self.limits)
        failure: Failure | None = None
        try:
            async with chromium(self.program, visit.on_event) as tools:
                failure = await visit.run(tools)
        except DevToolsError as error:
            failure = _ENDED if visit.opened else Failure(reason=Reason.NO_BROWSER, side=Side.OURS, detail=str(error))
        finally:
            await visit.aclose()
        return PageVisit(
            version=visit.version,
            asked=tuple(visit.asked),
            own_requests=visit.own_requests,
            elapsed_s=round(time.monotonic() - began, 3),
            failure=failure,
        )

    async def version(self) -> str:
        """What the browser calls itself. Raises DevToolsError where it does not start."""
        try:
            async with chromium(self.program, lambda event: None) as tools, asyncio.timeout(self.limits.load):
                return str((await tools.call("Browser.getVersion")).get("product", ""))[:80]
        except TimeoutError as error:
            raise DevToolsError(f"{self.program} does not answer") from error


def find_browser(path: str | None = None) -> Browser | None:
    """The browser at `path`, or the first one on PATH; None where there is none."""
    program = shutil.which(path) if path else next(filter(None, map(shutil.which, PROGRAMS)), None)
    return Browser(program) if program else None


class _Visit:
    """One page in one Chromium."""

    def __init__(self, url: str, load: Load, limits: BrowserLimits) -> None:
        self.version = ""
        self.asked: dict[tuple[str, str], None] = {}
        self.own_requests = 0
        self.opened = False
        self._url = url
        self._host = web_host(url, url)
        self._ports = {_port(url), *_PORTS.values()} - {None}
        self._load = load
        self._limits = limits
        self._tools: DevTools | None = None
        self._context = ""
        self._page: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()  # session, frame
        self._requests = 0
        self._own_bytes = 0
        self._navigations = 0
        self._sessions = 0
        self._last = time.monotonic()
        self._loaded: float | None = None
        self._too_much: Failure | None = None
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self, tools: DevTools) -> Failure | None:
        """Load the page and watch it until it is silent; what kept it from being seen whole. Raises DevToolsError."""
        self._tools = tools
        try:
            async with asyncio.timeout(self._limits.load):
                await self._open(tools)
                return await self._watch(tools)
        except TimeoutError:
            return _spent(f"the page was not loaded after {self._limits.load:g} seconds")

    async def aclose(self) -> None:
        """Fetch no more."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    def on_event(self, event: Event) -> None:
        """Take note of what Chromium tells."""
        handle = {
            "Fetch.requestPaused": self._paused,
            "Target.attachedToTarget": self._attached,
            "Network.webSocketCreated": lambda event: self._note(str(event.params.get("url", "")), "websocket"),
            "Network.webTransportCreated": lambda event: self._note(str(event.params.get("url", "")), "webtransport"),
            "Page.frameStoppedLoading": self._stopped_loading,
            "Page.javascriptDialogOpening": self._dialog,
            "Inspector.targetCrashed": self._crashed,
        }.get(event.method)
        if handle is not None and self._tools is not None:
            handle(event)

    async def _open(self, tools: DevTools) -> None:
        """A context that writes nothing to disk and takes no downloads, and the page in it, every request held."""
        self.version = str((await tools.call("Browser.getVersion")).get("product", ""))[:80]
        await tools.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        self._context = str((await tools.call("Target.createBrowserContext"))["browserContextId"])
        await tools.call("Browser.setDownloadBehavior", behavior="deny", browserContextId=self._context)
        await tools.call("Target.setAutoAttach", **_ATTACH)
        await tools.call("Target.createTarget", url="about:blank", browserContextId=self._context)
        session, _ = await self._page
        for method, parameters in _WATCH.items():
            await tools.call(method, session, **parameters)  # one that is still under way may miss the page
        self.opened = True
        tools.send("Page.navigate", session, url=self._url)

    async def _watch(self, tools: DevTools) -> Failure | None:
        """Wait until nothing is left to see. Raises DevToolsError when Chromium ends before."""
        while not self._done():
            await asyncio.sleep(_LOOK)
            if tools.ended is not None:
                raise tools.ended
            if self._too_much is not None:
                return self._too_much
            if tools.memory() > self._limits.memory:
                return _spent(f"the page took more than {self._limits.memory // 1024 // 1024} MiB of memory")
        return None

    def _done(self) -> bool:
        if self._loaded is None:
            return False
        now = time.monotonic()
        silent = not self._answers and now - self._last >= self._limits.quiet
        return silent or now - self._loaded >= self._limits.linger

    def _attached(self, event: Event) -> None:
        """A page, frame or worker that waits for us: watch it, and let it run."""
        target = event.params.get("targetInfo", {})
        session = str(event.params.get("sessionId", ""))
        ours = target.get("browserContextId") == self._context
        self._sessions += 1
        if self._sessions > self._limits.workers:
            self._too_much = _spent(f"the page has more than {self._limits.workers} frames and workers")
            return
        if ours and target.get("type") == "page" and not self._page.done():
            self._page.set_result((session, str(target.get("targetId", ""))))  # its main frame has the same id
            return
        for method, parameters in _WATCH.items():
            self._send(method, session, **parameters)

    def _stopped_loading(self, event: Event) -> None:
        """The page with all its frames; `about:blank` before it was opened does not count."""
        main = self._page.done() and event.params.get("frameId") == self._page.result()[1]
        if main and self._requests and self._loaded is None:
            self._loaded = self._last = time.monotonic()

    def _dialog(self, event: Event) -> None:
        self._send("Page.handleJavaScriptDialog", event.session, accept=False)

    def _crashed(self, event: Event) -> None:
        self._too_much = _ENDED

    def _paused(self, event: Event) -> None:
        """A request that waits for us: ask its own host, or note whom it would ask."""
        self._last = time.monotonic()
        self._requests += 1
        if self._requests > self._limits.requests:
            self._too_much = _spent(f"the page asked for more than {self._limits.requests} files")
            return
        request = event.params.get("request", {})
        url, kind = str(request.get("url", "")), str(event.params.get("resourceType", "")).lower()
        id = str(event.params.get("requestId", ""))
        moves = kind == "document" and self._page.done() and event.params.get("frameId") == self._page.result()[1]
        self._navigations += moves
        if not self._is_own(url):
            self._note(url, "navigation" if moves else kind)
            if moves and not self.own_requests:  # the page itself, as the browser writes its URL
                self._too_much = _SILENT_PAGE
            # a navigation that is aborted leaves the page in place
            self._fail(id, event.session, "Aborted" if moves else "AddressUnreachable")
        elif kind == "image" or str(request.get("headers", {}).get("Accept", "")).startswith("image/"):
            self._fulfil_with_pixel(id, event.session)
        elif kind not in _OWN_KINDS or request.get("method") != "GET" or self._spent_on_own(moves):
            self._fail(id, event.session, "Aborted" if moves else "BlockedByClient")
        else:
            self.own_requests += 1
            answer = asyncio.get_running_loop().create_task(self._answer(id, event.session, url))
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)

    def _is_own(self, url: str) -> bool:
        """Whether it is the web of the page's own host: a page must not make us speak HTTP to its SSH or mail server.

        A URL that is too long is not; cut off it would lead elsewhere.
        """
        own = self._host is not None and web_host(url, url) == self._host
        return own and len(url) <= _URL_LENGTH and _port(url) in self._ports

    def _spent_on_own(self, moves: bool) -> bool:
        if moves and self._navigations > self._limits.navigations:
            self._too_much = _spent(f"the page leads to itself more than {self._limits.navigations} times")
        elif self.own_requests >= self._limits.own_requests:
            self._too_much = _spent(f"the page asked its own host for more than {self._limits.own_requests} files")
        elif self._own_bytes >= self._limits.own_bytes:
            self._too_much = _spent(f"the page loads more than {self._limits.own_bytes} octets from its own host")
        return self._too_much is not None

    async def _answer(self, id: str, session: str, url: str) -> None:
        """Fetch from the page's own host, and hand the response to the browser."""
        assert self._tools is not None
        hop = await self._load(url)
        self._own_bytes += len(hop.body)
        self._last = time.monotonic()
        if hop.failure is not None or hop.status is None or not _leads_to_web(url, hop):
            if self.own_requests == 1:
                self._too_much = hop.failure or _SILENT_PAGE
            self._fail(id, session, "ConnectionFailed")
            return
        headers = [{"name": name, "value": value} for name, value in hop.headers if name not in _NOT_PASSED_ON]
        body = base64.b64encode(hop.body).decode()
        try:
            await self._tools.call(
                "Fetch.fulfillRequest", session,
                requestId=id, responseCode=hop.status, responseHeaders=headers, body=body,
            )  # fmt: skip
        except DevToolsError:  # a header that it does not take
            self._fail(id, session, "BlockedByResponse")

    def _fulfil_with_pixel(self, id: str, session: str) -> None:
        """Images of the page's own need not be fetched: they load nothing."""
        headers = [{"name": "content-type", "value": "image/gif"}]
        self._send(
            "Fetch.fulfillRequest", session, requestId=id, responseCode=200, responseHeaders=headers, body=_PIXEL
        )

    def _fail(self, id: str, session: str, reason: str) -> None:
        self._send("Fetch.failRequest", session, requestId=id, errorReason=reason)

    def _note(self, url: str, kind: str) -> None:
        if len(self.asked) < self._limits.requests:
            self.asked.setdefault((url[:_URL_LENGTH], kind))

    def _send(self, method: str, session: str, **parameters: object) -> None:
        assert self._tools is not None
        self._tools.send(method, session, **parameters)


_ATTACH: Mapping[str, Any] = {
    "autoAttach": True,
    "waitForDebuggerOnStart": True,
    "flatten": True,
    "filter": [{"type": "browser_ui", "exclude": True}, {"type": "tab", "exclude": True}, {}],
}
_WATCH: Mapping[str, Mapping[str, Any]] = {
    "Network.enable": {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0, "maxPostDataSize": 0},
    "Page.enable": {},
    "Target.setAutoAttach": _ATTACH,
    "Runtime.runIfWaitingForDebugger": {},
}


def _port(url: str) -> int | None:
    """The port that a URL of the web leads to; None for any other."""
    try:
        parts = urlsplit(url)
        usual = _PORTS.get(parts.scheme)
        return usual if usual is None or parts.port is None else parts.port
    except ValueError:
        return None


def _leads_to_web(url: str, hop: HttpHop) -> bool:
    """Whether a response is no redirect to anything but the web, such as a file of this host."""
    location = next((value for name, value in hop.headers if name == "location"), "")
    if hop.status not in _REDIRECT or not location:
        return True
    try:
        return urlsplit(urljoin(url, location)).scheme in ("http", "https")
    except ValueError:
        return False


def _spent(detail: str) -> Failure:
    return Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail)
