"""Genuine documents of routing evidence for fuzzing, short: what real routers printed, cut to a few prefixes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from netaudit.lab.registries import rdap_json, route_objects_text
from netaudit.lab.sessions import sessions_json
from netaudit.lab.vrps import vrps_json
from netaudit.lab.worldfile import load_world
from tests.fuzz.documents import READERS
from tests.routing.test_ris_answers import FEEDS, RIS_WHOIS, glass, state

__all__ = ["DOCUMENTS"]

_TESTS = Path(__file__).parents[1]
_ROUTERS = _TESTS / "routing" / "recorded"
_TIME = 1_790_000_000
_V4, _V6 = "203.0.113.0/24", "2001:db8:113::/48"


def _printed_routes() -> list[bytes]:
    """Each with the number of its reader, and once more for whoever finds the reader by content."""
    bodies = (
        [
            _frr("ipv4"),
            _frr("ipv6"),
            _read("healthy/frr.ipv6-prefix.json")[:3000],
            _read("healthy/province-frr.ipv4.json"),
        ],
        [_gobgp("ipv4"), _gobgp("ipv6")],
        [_bird("bird.ipv4.txt"), _bird("province-bird.ipv6.txt")],
        [_exabgp()],
        [json.dumps(item).encode() for item in (glass(_V4, "64496 64501 64510"), state(_V6, [64496, 64510]), FEEDS)],
        [RIS_WHOIS.encode()],
    )
    found = [(number, body) for number, many in enumerate(bodies) for body in many]
    found += [(len(READERS) - 1, b"2026-11-26T10:30:00Z\n" + body) for _, body in found]
    return [bytes((number,)) + body for number, body in found]


def _sessions() -> list[bytes]:
    neighbours = json.loads(_read("uplink-cut/province-frr.neighbors.json"))
    gobgp = json.loads(_read("healthy/gobgp.neighbor.json"))
    text = _read("ipv6-in-ipv4-session/province-bird.protocols.txt")
    bird = text[:120] + text[text.index(b"up1_v4") :][:1800] + _read("uplink-cut/province-bird.bfd.txt")
    return [
        *(json.dumps({name: item}).encode() for name, item in list(neighbours.items())[:2]),
        json.dumps(gobgp[:1]).encode(),
        bird,
        sessions_json(load_world(_TESTS / "recorded" / "files.world.yaml"), _TIME)[:3500],
    ]


def _vrps() -> list[bytes]:
    return [vrps_json(load_world(_TESTS / "recorded" / "files.world.yaml"), _TIME), _ROUTINATOR]


def _registries() -> list[bytes]:
    world = load_world(_TESTS / "recorded" / "files.world.yaml")
    return [
        route_objects_text(world),
        rdap_json(world)[:3500],
        _DELEGATED,
        b'{"AS64510": [{"prefix": "%s"}]}' % _V4.encode(),
    ]


def _read(name: str) -> bytes:
    return (_ROUTERS / name).read_bytes()


def _few(table: dict[str, Any], prefix: str) -> dict[str, Any]:
    others = [name for name in table if name != prefix][:1]
    return {name: table[name][:2] for name in (prefix, *others)}


def _frr(family: str) -> bytes:
    table = json.loads(_read(f"healthy/frr.{family}.json"))
    return json.dumps(table | {"routes": _few(table["routes"], _V4 if family == "ipv4" else _V6)}).encode()


def _gobgp(family: str) -> bytes:
    return json.dumps(
        _few(json.loads(_read(f"healthy/gobgp.{family}.json")), _V4 if family == "ipv4" else _V6)
    ).encode()


def _bird(name: str) -> bytes:
    """The head, and the routes from ours on."""
    lines = _read(f"healthy/{name}").splitlines(keepends=True)
    ours = next(number for number, line in enumerate(lines) if line.startswith((_V4.encode(), _V6.encode())))
    return b"".join(lines[:10] + lines[ours : ours + 18])


def _exabgp() -> bytes:
    lines = _read("healthy/exabgp.jsonl").splitlines(keepends=True)
    wanted = (b'"up"', b'"eor"', _V4.encode(), _V6.encode())
    return b"".join(next(line for line in lines if word in line) for word in wanted)


_ROUTINATOR = json.dumps({
    "metadata": {"generated": _TIME, "generatedTime": "2026-09-21T14:13:20Z"},
    "roas": [{"asn": "AS64510", "prefix": _V4, "maxLength": 24, "ta": "apnic", "source": [
        {"type": "roa", "chainValidity": {"notBefore": "2026-09-21T14:13:20Z", "notAfter": "2026-09-21T15:13:20Z"}}]}],
    "aspas": [{"customer": "AS64510", "providers": ["AS64501", "AS64502(v4)"]}],
}).encode()  # fmt: skip

_DELEGATED = b"""2.3|apnic|20260921|3|19830613|20260920|+1000
apnic|*|ipv4|*|1|summary
apnic|VN|asn|64510|1|20200101|assigned|A91
apnic|VN|ipv4|203.0.113.0|256|20200101|assigned|A91
apnic|VN|ipv6|2001:db8:113::|48|20200101|assigned|A92
"""

DOCUMENTS: dict[str, Callable[[], list[bytes]]] = {
    "printed-routes": _printed_routes, "sessions": _sessions, "vrps": _vrps, "registries": _registries,
}  # fmt: skip
