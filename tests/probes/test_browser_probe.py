"""The browser's probe: which page it opens and at which address, what is out of scope, and what it says without one."""

import os
from collections.abc import Callable, Mapping
from typing import cast

import pytest

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import BrowserFact, HttpHop, Lookup
from netaudit.model.inventory import Scope
from netaudit.net.browser import Browser, BrowserLimits, PageVisit, find_browser
from netaudit.probes.browser import BrowserProbe
from netaudit.probes.context import ProbeContext

HOST, URL = "www.own.example", "https://www.own.example/"
V6, V4, ELSEWHERE = "2001:db8::1", "192.0.2.1", "192.0.2.9"
RESET = Failure(reason=Reason.RESET, side=Side.TARGET)
CUT = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="given up")


class _Network:
    """Answers by URL and address; `asked` keeps both."""

    def __init__(self, answers: dict[tuple[str, str], HttpHop]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, str]] = []

    async def http(self, url: str, address: str) -> HttpHop:
        return self._answer("http", url, address)

    async def load(self, url: str, address: str) -> HttpHop:
        return self._answer("load", url, address)

    def _answer(self, call: str, url: str, address: str) -> HttpHop:
        self.asked.append((call, url, address))
        missing = HttpHop(url=url, address=address, at=1.0, status=404)
        return self.answers.get((url, address), missing)

    def now(self) -> float:
        return 1.0


class _Context:
    def __init__(self, network: _Network, scope: Scope, found: Mapping[str, tuple[str, ...]]) -> None:
        self.network = network
        self.scope = scope
        self.looked_up: list[str] = []
        self._found = {HOST: (V4, V6), **found}

    async def addresses(self, host: str, family: Family) -> Lookup:
        self.looked_up.append(host)
        rdtype = "AAAA" if family is Family.IPV6 else "A"
        found = tuple(a for a in self._found.get(host, ()) if (":" in a) is (family is Family.IPV6))
        return Lookup(name=host, rdtype=rdtype, addresses=found)

    def excluded(self, host: str) -> bool:
        return host in self.scope.exclude

    def outside(self, host: str) -> bool:
        return not host.endswith("own.example")


class _Scripted(Browser):
    """A browser that asks for what it is told to; the real one is in tests/net."""

    def __init__(self, asked: tuple[tuple[str, str], ...] = (), failure: Failure | None = None) -> None:
        super().__init__("nothing")
        self._asked, self._failure = asked, failure
        self.opened: list[str] = []

    async def visit(self, url: str, load: Callable[..., object]) -> PageVisit:
        self.opened.append(url)
        await load(url)  # type: ignore[misc]
        return PageVisit(version="Chrome/1", asked=self._asked, own_requests=1, elapsed_s=1.5, failure=self._failure)


def page(url: str = URL, address: str = V6, body: bytes = b"<p>hi", **more: object) -> tuple[tuple[str, str], HttpHop]:
    given = {"status": 200, "headers": (("content-type", "text/html"),), "body": body, **more}
    return (url, address), HttpHop(url=url, address=address, at=1.0, **given)  # type: ignore[arg-type]


async def opened(
    browser: Browser | None,
    *answers: tuple[tuple[str, str], HttpHop],
    scope: Scope | None = None,
    found: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[BrowserFact, _Context]:
    context = _Context(_Network(dict(answers)), scope or Scope(), found or {})
    probe = BrowserProbe(cast("ProbeContext", context), browser, "https://www.own.example:443", HOST)
    await probe.run()
    (fact,) = probe.facts(None)
    return cast("BrowserFact", fact), context


async def test_the_page_is_opened_over_ipv6_and_other_hosts_are_looked_up_alone() -> None:
    asked = (
        ("https://v4.example/a.js", "script"),
        ("https://v4.example/b", "xhr"),
        ("https://www.own.example/x", "xhr"),
    )
    browser = _Scripted((*asked, ("https://192.0.2.77/", "image"), ("wss://both.example/", "websocket")))
    fact, context = await opened(browser, page(), found={"v4.example": (V4,), "both.example": (V4, V6)})
    assert (fact.url, fact.address, fact.browser, fact.failure) == (URL, V6, "Chrome/1", None)
    assert [(a.host, a.kinds, a.url, a.count) for a in fact.asked] == [
        ("v4.example", ("script", "xhr"), "https://v4.example/a.js", 2),
        ("both.example", ("websocket",), "wss://both.example/", 1),
    ]
    assert fact.addresses("v4.example")["AAAA"].addresses == ()
    assert fact.addresses("both.example")["AAAA"].addresses == (V6,)
    assert {address for _, _, address in context.network.asked} == {V6}
    assert {url for _, url, _ in context.network.asked} == {URL}


async def test_where_ipv6_fails_the_page_is_opened_over_ipv4() -> None:
    fact, context = await opened(_Scripted(), page(status=None, failure=RESET), page(address=V4))
    assert (fact.address, fact.failure) == (V4, None)
    assert context.network.asked[-1] == ("load", URL, V4)


async def test_a_page_that_no_address_serves_is_not_opened() -> None:
    browser = _Scripted()
    fact, _ = await opened(browser, page(status=None, failure=RESET), page(address=V4, status=429))
    assert (fact.failure, browser.opened) == (RESET, [])


async def test_a_redirect_to_an_outside_host_is_not_opened_unless_allowed() -> None:
    away = page(status=302, headers=(("location", "https://other.example/"),))
    there = page("https://other.example/", V6)
    found = {"other.example": (V6,)}
    browser = _Scripted()
    fact, _ = await opened(browser, away, there, found=found)
    assert fact.failure is not None and fact.failure.reason is Reason.OUT_OF_SCOPE and browser.opened == []
    fact, _ = await opened(browser, away, there, found=found, scope=Scope(outside_hosts=True))
    assert (fact.failure, fact.url, browser.opened) == (None, "https://other.example/", ["https://other.example/"])


async def test_an_excluded_host_is_named_and_not_looked_up() -> None:
    browser = _Scripted((("https://secret.example/", "script"),))
    fact, context = await opened(browser, page(), scope=Scope(exclude=("secret.example",)))
    assert [asked.host for asked in fact.asked] == ["secret.example"]
    assert fact.lookups == () and "secret.example" not in context.looked_up


async def test_too_many_hosts_are_not_all_seen() -> None:
    fact, _ = await opened(_Scripted(tuple((f"https://h{n}.example/", "image") for n in range(60))), page())
    assert len(fact.asked) == 40
    assert fact.failure is not None and fact.failure.reason is Reason.BUDGET


async def test_without_a_browser_nothing_is_fetched_and_the_fact_says_so() -> None:
    fact, context = await opened(None, page())
    assert fact.failure is not None and (fact.failure.reason, fact.failure.side) == (Reason.NO_BROWSER, Side.OURS)
    assert context.network.asked == []


async def test_what_cut_a_probe_short_is_told() -> None:
    context = _Context(_Network({}), Scope(), {})
    probe = BrowserProbe(cast("ProbeContext", context), _Scripted(), "https://www.own.example:443", HOST)
    (fact,) = probe.facts(CUT)
    assert cast("BrowserFact", fact).failure == CUT


@pytest.mark.browser
async def test_a_script_in_the_real_browser() -> None:
    browser = find_browser(os.environ.get("NETAUDIT_CHROMIUM"))
    if browser is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: see tests/apt-packages.txt")
        pytest.skip("Chromium is missing")
    browser = Browser(browser.program, BrowserLimits(quiet=0.3))
    script = page(f"{URL}own.js", body=b"fetch('https://v4.example/')", headers=(("content-type", "text/javascript"),))
    fact, context = await opened(
        browser, page(body=b"<script src=/own.js></script>"), script, found={"v4.example": (V4,)}
    )
    assert fact.failure is None
    assert [(asked.host, asked.kinds) for asked in fact.asked] == [("v4.example", ("xhr",))]
    assert [url for call, url, _ in context.network.asked if call == "load"] == [URL, f"{URL}own.js"]
