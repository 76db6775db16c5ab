"""A page in the real Chromium: every way to ask another host is seen, and nobody but the page's own host is asked."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from netaudit.model.common import Reason, Side
from netaudit.model.facts import HttpHop
from netaudit.net.browser import Browser, BrowserLimits, find_browser
from netaudit.net.devtools import DevToolsError
from tests.net.pages import OWN, Site, hosts

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Browser:
    found = find_browser(os.environ.get("NETAUDIT_CHROMIUM"))
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: see tests/apt-packages.txt")
        pytest.skip("Chromium is missing")
    return found


async def test_every_way_to_ask_another_host_is_seen(browser: Browser) -> None:
    page = """<!doctype html><link rel=stylesheet href=/own.css><script src=/own.js></script>
      <script src=https://script.example/a.js></script><img src=https://image.example/i.png>
      <iframe src=https://frame.example/></iframe><iframe sandbox=allow-scripts src=/frame.html></iframe>
      <p class=styled>text</p><script>
      fetch("https://fetch.example/").catch(() => 0);
      const old = new XMLHttpRequest(); old.open("POST", "https://xhr.example/"); old.send("x");
      new WebSocket("wss://socket.example/"); new EventSource("https://events.example/");
      navigator.sendBeacon("https://beacon.example/", "x");
      import("https://module.example/m.js").catch(() => 0);
      new Worker("/worker.js"); new SharedWorker("/shared.js");
      navigator.serviceWorker.register("/service.js").catch(() => 0);
      fetch("/away").catch(() => 0);
      try { new WebTransport("https://transport.example:443/") } catch (error) {}
      document.write("<scr" + "ipt src=https://written.example/w.js></scr" + "ipt>");
      const made = document.createElement("script"); made.src = "https://made.example/d.js";
      made.onerror = () => fetch("https://fallback.example/").catch(() => 0); document.body.append(made);
      </script>"""
    away = HttpHop(url="", address="", at=0.0, status=302, headers=(("location", "https://redirected.example/"),))
    files: dict[str, str | HttpHop | None] = {
        "/own.css": "@import 'https://import.example/i.css'; @font-face {font-family: F; src: url(https://font.example/f)}"
        " .styled {font-family: F; background: url(https://background.example/b.png)}",
        "/own.js": "fetch('https://from-script.example/').catch(() => 0)",
        "/frame.html": "<script>fetch('https://from-frame.example/').catch(() => 0)</script>",
        "/worker.js": "fetch('https://from-worker.example/').catch(() => 0)",
        "/shared.js": "fetch('https://from-shared.example/').catch(() => 0)",
        "/service.js": "importScripts('https://from-service.example/s.js')",
        "/away": away,
    }
    visit = await Site(page, files).open(browser)
    assert visit.failure is None
    assert visit.version.startswith(("Chrome/", "Chromium/", "HeadlessChrome/"))
    assert hosts(visit) == {
        "script.example": {"script"}, "image.example": {"image"}, "frame.example": {"document"},
        "fetch.example": {"xhr"}, "xhr.example": {"xhr"}, "socket.example": {"websocket"}, "events.example": {"xhr"},
        "beacon.example": {"ping"}, "module.example": {"script"}, "redirected.example": {"xhr"},
        "transport.example": {"webtransport"}, "written.example": {"script"}, "made.example": {"script"},
        "fallback.example": {"xhr"}, "import.example": {"stylesheet"}, "font.example": {"font"},
        "background.example": {"image"}, "from-script.example": {"xhr"}, "from-frame.example": {"xhr"},
        "from-worker.example": {"xhr"}, "from-shared.example": {"xhr"}, "from-service.example": {"script"},
    }  # fmt: skip


async def test_a_page_without_others_asks_its_own_host_once_for_each_file(browser: Browser) -> None:
    site = Site("<script src=/a.js></script><img src=/i.png><link rel=icon href=/icon.png>", {"/a.js": "1"})
    visit = await site.open(browser)
    assert (visit.asked, visit.failure, visit.own_requests) == ((), None, 2)
    assert site.asked == ["/", "/a.js"]  # images are not fetched: they load nothing


async def test_what_is_no_get_is_not_sent(browser: Browser) -> None:
    site = Site(
        "<script>fetch('/form', {method: 'POST', body: 'x'}).catch(() => fetch('https://after.example/'))</script>"
    )
    visit = await site.open(browser)
    assert site.asked == ["/"]
    assert hosts(visit) == {"after.example": {"xhr"}}


async def test_of_its_own_host_only_the_ports_of_the_web_and_of_the_page_are_asked(browser: Browser) -> None:
    own = "http://own.example:8080"
    asked = ["http://own.example/a", "https://own.example/b", "https://own.example:80/c", f"{own}/d"]
    barred = [f"http://own.example:{port}/" for port in (3306, 5432, 9100)] + ["https://own.example:8443/"]
    urls = [*barred, f"{own}/to-another-port", *asked]
    page = f"""<script>(async () => {{
      for (const url of {urls}) await fetch(url, {{mode: "no-cors"}}).catch(() => 0);
      for (const url of {barred}) {{
        const frame = document.createElement("iframe"); frame.src = url; document.body.append(frame);
        new Image().src = url + "image"; location = url + "move"; }}}})()</script>"""
    site = Asked(page, {f"{own}/to-another-port": "http://own.example:6379/"})
    visit = await Browser(browser.program).visit(f"{own}/", site.load)
    assert visit.failure is None
    assert site.urls == [f"{own}/", f"{own}/to-another-port", *asked]
    assert {url for url, _ in visit.asked} >= {*barred, "http://own.example:6379/", "https://own.example:8443/image"}


async def test_a_url_that_is_too_long_is_not_cut_and_asked(browser: Browser) -> None:
    long = f"/{'x' * 3_000}?away"
    site = Site(
        f"<script src={long}></script><script>fetch('{long}').catch(() => fetch('https://failed.example'))</script>"
    )
    visit = await site.open(browser)
    assert (site.asked, visit.own_requests, visit.failure) == (["/"], 1, None)
    assert "failed.example" in hosts(visit)
    visit = await browser.visit(f"{OWN}{long}", site.load)
    assert site.asked == ["/"]
    assert visit.failure is not None and visit.failure.reason is Reason.PROTOCOL


async def test_a_script_that_leads_elsewhere_is_told_and_the_page_stays(browser: Browser) -> None:
    site = Site(
        "<script>location = 'https://elsewhere.example/'; "
        "setTimeout(() => fetch('https://later.example/').catch(() => 0), 300)</script>"
    )
    visit = await site.open(browser)
    assert hosts(visit) == {"elsewhere.example": {"navigation"}, "later.example": {"xhr"}}


async def test_a_page_that_can_not_be_fetched_is_not_whole(browser: Browser) -> None:
    visit = await Site(None).open(browser)
    assert visit.failure is not None and visit.failure.reason is Reason.RESET


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders are made; that of all is used by other tests at the same time.

    Its name is short: the browser makes a socket in it, whose path has a limit.
    """
    with tempfile.TemporaryDirectory() as own:
        monkeypatch.setattr(tempfile, "tempdir", own)
        yield Path(own)


async def test_each_page_starts_with_nothing_and_leaves_nothing(browser: Browser, folder: Path) -> None:
    page = """<script>
      const seen = localStorage.getItem("seen") || document.cookie;
      localStorage.setItem("seen", "yes"); document.cookie = "seen=yes; max-age=9999";
      if (seen) fetch("https://remembered.example/").catch(() => 0);</script>"""
    for _ in range(2):
        visit = await Site(page).open(browser)
        assert (visit.asked, visit.failure) == ((), None)
    assert os.listdir(folder) == []
    assert _chromiums(folder) == []


async def test_a_program_that_is_no_browser_is_our_lack(tmp_path: Path) -> None:
    for program in ("true", "cat", "yes"):
        found = shutil.which(program)
        assert found is not None
        visit = await Site("").open(Browser(found), BrowserLimits(load=1.5))
        assert visit.failure is not None and visit.version == "", program
        assert visit.failure.side in (Side.OURS, Side.BUDGET), program
        with pytest.raises(DevToolsError):
            await Browser(found, BrowserLimits(load=1.0)).version()
    assert find_browser(str(tmp_path / "missing")) is None


async def test_a_proxy_of_the_environment_is_not_used(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.9:3128")
    visit = await Site("<script>fetch('https://fetch.example/').catch(() => 0)</script>").open(browser)
    assert (hosts(visit), visit.failure) == ({"fetch.example": {"xhr"}}, None)


class Asked:
    """One page at every URL, but for those that lead elsewhere; `urls` keeps what was fetched, in order."""

    def __init__(self, page: str, moved: Mapping[str, str]) -> None:
        self._page = page
        self._moved = moved
        self.urls: list[str] = []

    async def load(self, url: str) -> HttpHop:
        self.urls.append(url)
        if url in self._moved:
            return HttpHop(url=url, address="192.0.2.1", at=0.0, status=302, headers=(("location", self._moved[url]),))
        headers = (("content-type", "text/html"),)
        return HttpHop(url=url, address="192.0.2.1", at=0.0, status=200, headers=headers, body=self._page.encode())


def _chromiums(folder: Path) -> list[str]:
    """Processes whose command line names a profile in `folder`, after those that were killed had time to go."""
    profile = str(folder / "netaudit-browser-").encode()
    for _ in range(20):
        found = [str(process) for process in Path("/proc").glob("[0-9]*") if profile in _command(process)]
        if not found:
            return []
        time.sleep(0.1)
    return found


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
