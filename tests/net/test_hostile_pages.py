"""Hostile pages in the real Chromium: each is over in time, with what was seen before, and harms nobody."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from netaudit.model.common import Reason
from netaudit.model.facts import HttpHop
from netaudit.net.browser import Browser, BrowserLimits, find_browser
from tests.net.pages import OWN, Site, hosts

pytestmark = pytest.mark.browser

_LIMITS = BrowserLimits(load=5.0, quiet=0.3, linger=1.5, memory=700 * 1024 * 1024)
_SLACK = 6.0  # seconds, for a busy machine to start and end a browser
_SEEN = "<script>fetch('https://seen.example/').catch(() => 0)</script>"


def _to(location: str) -> HttpHop:
    return HttpHop(url="", address="", at=0.0, status=302, headers=(("location", location),))


def _with(*headers: tuple[str, str], body: bytes = b"x") -> HttpHop:
    return HttpHop(url="", address="", at=0.0, status=200, headers=headers, body=body)


@dataclass(frozen=True)
class Trick:
    """What a page does; `failure`: a reason why it is not seen whole, None: it is."""

    page: str
    files: dict[str, str | HttpHop | None] = field(default_factory=dict)
    failure: Reason | None = None
    others: frozenset[str] = frozenset({"seen.example"})  # whom it asked


TRICKS = {
    "dialogs": Trick(
        "<script>alert(1); confirm(2); prompt(3); print(); onbeforeunload = () => 'stay'</script>" + _SEEN
    ),
    "dialogs without end": Trick(_SEEN + "<script>for (;;) alert('again')</script>", failure=Reason.BUDGET),
    "a loop without end": Trick(_SEEN + "<script>onload = () => { for (;;); }</script>", failure=Reason.BUDGET),
    "a loop before anything": Trick("<script>for (;;);</script>", failure=Reason.BUDGET, others=frozenset()),
    "a loop in many workers": Trick(
        _SEEN + "<script>for (let i = 0; i < 20; i++) new Worker(URL.createObjectURL(new Blob(['for(;;);'])))</script>"
    ),
    "it is never silent": Trick(
        _SEEN + "<script>setInterval(() => fetch('https://seen.example/' + Math.random()).catch(() => 0), 50)</script>"
    ),
    "requests without end": Trick(
        _SEEN + "<script>for (let i = 0; i < 5000; i++) fetch('https://seen.example/' + i).catch(() => 0)</script>",
        failure=Reason.BUDGET,
    ),
    "own requests without end": Trick(
        _SEEN + "<script>for (let i = 0; i < 5000; i++) fetch('/x?' + i).catch(() => 0)</script>", failure=Reason.BUDGET
    ),
    "it leads to itself": Trick(_SEEN + "<script>location = '/?' + Math.random()</script>", failure=Reason.BUDGET),
    "redirects without end": Trick("<iframe src=/loop></iframe>" + _SEEN, {"/loop": _to(f"{OWN}/loop")}),
    "frames in frames": Trick(_SEEN + "<iframe src='/?1'></iframe><iframe src='/?2'></iframe>"),
    "a redirect to a file": Trick("<iframe src=/file></iframe>" + _SEEN, {"/file": _to("file:///etc/passwd")}),
    "a redirect to itself as a file": Trick(
        f"{_SEEN}<script>location = 'file:///etc/passwd'; location = 'chrome://settings'</script>"
    ),
    "a script from a file": Trick(f"<script src=file:///etc/passwd></script><img src=file:///x>{_SEEN}"),
    "a redirect to another scheme": Trick(
        _SEEN + "<iframe src=/mail></iframe><script>location = 'mailto:a@b.example'; location = 'tel:1'</script>",
        {"/mail": _to("mailto:someone@example.org")},
    ),
    "a download": Trick(
        "<iframe src=/load.bin></iframe><a id=a download href=/load.bin>x</a><script>a.click()</script>" + _SEEN,
        {"/load.bin": _with(("content-disposition", "attachment"), ("content-type", "application/octet-stream"))},
    ),
    "windows": Trick(
        _SEEN + "<script>for (let i = 0; i < 50; i++) open('https://window.example/' + i)</script>"
        "<a id=a target=_blank href=https://window.example/>x</a><script>a.click()</script>"
    ),
    "a log without end": Trick(
        _SEEN + "<script>setInterval(() => { for (let i = 0; i < 500; i++) console.log('x'.repeat(10000)) })</script>"
    ),
    "long addresses": Trick("<script>fetch('https://seen.example/' + 'a'.repeat(1900000)).catch(() => 0)</script>"),
    "a long body to send": Trick(
        _SEEN + "<script>for (let i = 0; i < 20; i++) fetch('https://seen.example/', {method: 'POST', mode: 'no-cors', "
        "body: 'x'.repeat(10000000)}).catch(() => 0)</script>",
        failure=Reason.BUDGET,
    ),
    "much memory": Trick(
        _SEEN + "<script>onload = () => { const kept = []; for (;;) kept.push(new Uint8Array(5e7).fill(1)) }</script>",
        failure=Reason.BUDGET,
    ),
    "many objects": Trick(
        _SEEN + "<script>onload = () => { const kept = []; for (;;) kept.push(new Array(1000).fill({})) }</script>",
        failure=Reason.BUDGET,
    ),
    "a service worker": Trick(
        _SEEN + "<script>navigator.serviceWorker.register('/s.js').then(() => location.reload())</script>",
        {"/s.js": "oninstall = () => skipWaiting(); onfetch = (e) => e.respondWith(fetch('https://worker.example/'))"},
        others=frozenset({"seen.example", "worker.example"}),
    ),
    "storage": Trick(
        _SEEN + "<script>navigator.storage.getDirectory().then(async (d) => { const f = await d.getFileHandle('x', "
        "{create: true}); const w = await f.createWritable(); for (;;) await w.write(new Uint8Array(1e7)); })</script>"
    ),
    "permissions": Trick(
        _SEEN + "<script>navigator.geolocation.getCurrentPosition(() => 0); Notification.requestPermission(); "
        "navigator.mediaDevices.getUserMedia({audio: true}).catch(() => 0)</script>"
    ),
    "headers that nobody takes": Trick(
        "<script src=/odd.js></script>" + _SEEN, {"/odd.js": _with(("bad name\n", "x"), ("x", "a\r\nb: c"))}
    ),
    "no HTML": Trick("\0" * 50_000 + _SEEN),
    "markup without end": Trick(_SEEN + "<div>" * 30_000),
}


@pytest.fixture(scope="module")
def browser() -> Browser:
    found = find_browser(os.environ.get("NETAUDIT_CHROMIUM"))
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: see tests/apt-packages.txt")
        pytest.skip("Chromium is missing")
    return found


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
async def test_a_hostile_page_is_over_in_time(browser: Browser, trick: Trick) -> None:
    site = Site(trick.page, trick.files)
    began = time.monotonic()
    visit = await site.open(browser, _LIMITS)
    took = time.monotonic() - began
    assert took < _LIMITS.load + _SLACK
    assert (visit.failure.reason if visit.failure else None) == trick.failure, visit.failure
    assert set(hosts(visit)) == trick.others
    assert len(visit.asked) <= _LIMITS.requests
    assert all(len(url) <= 2_048 for url, _ in visit.asked)
    assert visit.own_requests == len(site.asked) <= _LIMITS.own_requests
    assert not list(Path.cwd().glob("load.bin*")) and not list(Path.home().glob("Downloads/load*"))
