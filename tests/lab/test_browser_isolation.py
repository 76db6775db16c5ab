"""A browser that opens a page sends no packet: whatever the page asks for, netaudit fetches, and nobody else does."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netaudit.net.browser import find_browser
from tests.lab.namespaces import Namespaces
from tests.lab.requirements import unavailable

pytestmark = [pytest.mark.daemons, pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("isolation")]

HOST = "host"
PACKAGES = Path(__file__).parents[2]

# All that processes send, before ARP or neighbour discovery have a say; the kernel's own ICMPv6 is let pass.
COUNTER = """table inet leak {
  counter left { }
  chain output {
    type filter hook output priority 0;
    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, mld2-listener-report } accept
    counter name left
  }
}
"""

PAGE = """<link rel=dns-prefetch href=//prefetch.example><link rel=preconnect href=https://preconnect.example>
<link rel=preconnect href=https://192.0.2.7><img src=https://192.0.2.8/i.png>
<a ping=https://192.0.2.9/ href=#x id=a>x</a>
<script type=speculationrules>{"prefetch": [{"urls": ["https://192.0.2.10/", "/next"]}]}</script><script>
for (const host of ["192.0.2.1", "[2001:db8:2::1]", "name.example", "127.0.0.1", "localhost"]) {
  fetch(`https://${host}/`).catch(() => 0);
  fetch(`http://${host}:8080/`, {mode: "no-cors"}).catch(() => 0);
  new WebSocket(`wss://${host}/`);
  navigator.sendBeacon(`https://${host}/beacon`, "x");
  try { new WebTransport(`https://${host}:443/`) } catch (error) {}
  const peer = new RTCPeerConnection({iceServers: [
    {urls: [`stun:${host}:3478`, `stun:${host}:3478?transport=tcp`].slice(0, 1)},
    {urls: [`turn:${host}:3478?transport=udp`, `turns:${host}:443?transport=tcp`], username: "u", credential: "c"}]});
  peer.createDataChannel("x"); peer.createOffer().then((offer) => peer.setLocalDescription(offer));
}
new Worker("/worker.js"); navigator.serviceWorker.register("/worker.js");
document.getElementById("a").click(); open("https://192.0.2.11/");
</script>"""

OPEN = """
import asyncio, sys
from netaudit.net import devtools
from netaudit.net.browser import BrowserLimits, find_browser
from tests.net.pages import Site

if sys.argv[2] == "open":  # what the test must notice
    devtools._SWITCHES = tuple(s for s in devtools._SWITCHES if "host-resolver" not in s and "webrtc" not in s)
worker = "for (const h of ['192.0.2.1', 'name.example']) { fetch(`https://${h}/`); new WebSocket(`wss://${h}/`) }"
visit = asyncio.run(Site(sys.argv[1], {"/worker.js": worker}).open(find_browser(), BrowserLimits(quiet=3.0)))
print(visit.failure, len(visit.asked))
"""


@pytest.fixture
def namespaces() -> Iterator[Namespaces]:
    """A host with a default route of each family to where nobody is."""
    if find_browser() is None:
        unavailable("Chromium is missing: see tests/apt-packages.txt")
    with Namespaces() as made:
        made.add(HOST, ["192.0.2.250", "2001:db8:ffff::250"])
        subprocess.run(
            made.command(HOST, ["nft", "-f", "-"]), input=COUNTER, check=True, capture_output=True, text=True
        )
        yield made


def test_no_packet_leaves_whatever_a_page_asks_for(namespaces: Namespaces) -> None:
    said = _open(namespaces, "closed")
    assert said.startswith("None "), said
    assert int(said.split()[1]) >= 10, said
    assert _left(namespaces) == 0


def test_without_its_switches_packets_would_leave(namespaces: Namespaces) -> None:
    _open(namespaces, "open")
    assert _left(namespaces) > 0


def _open(namespaces: Namespaces, walls: str) -> str:
    done = subprocess.run(
        namespaces.command(HOST, [sys.executable, "-c", OPEN, PAGE, walls]),
        capture_output=True, text=True, timeout=90, check=False, cwd=PACKAGES,
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _left(namespaces: Namespaces) -> int:
    """How many packets processes of the host sent, on loopback too."""
    listed = json.loads(namespaces.run(HOST, ["nft", "-j", "list", "counter", "inet", "leak", "left"]))
    return int(next(item["counter"]["packets"] for item in listed["nftables"] if "counter" in item))
