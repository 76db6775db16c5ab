"""Any table, printed as each maker prints it, is read as the same routes; so are sessions."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.lab.sessions import sessions_json
from netaudit.lab.world import SessionEntry, World
from netaudit.model.common import Family
from netaudit.routing.sessions import read_sessions
from netaudit.routing.tables import read_table
from tests.routing.mrt_files import peer_index, rib_record

OURS = ("203.0.113.0/24", "2001:db8:113::/48")
PREFIXES = (
    *OURS, "203.0.113.128/25", "203.0.0.0/16", "0.0.0.0/0", "2001:db8::/32", "2001:db8:113:8000::/49", "::/0",
    "198.51.100.0/24", "2001:db8:51::/48", "203.0.112.0/24",
)  # fmt: skip
PEERS = ((64501, "192.0.2.1"), (4200000001, "192.0.2.2"), (64502, "2001:db8::2"), (64502, "2001:db8::3"))


class Path_(NamedTuple):
    """What a peer announced: the ASes after its own, and those of a set at the end."""

    asns: tuple[int, ...]
    as_set: tuple[int, ...] = ()


Table = Mapping[str, Mapping[tuple[int, str], Path_]]

ASN = st.integers(1, 2**32 - 1)
PATH = st.builds(Path_, st.lists(ASN, max_size=6).map(tuple), st.just(()) | st.tuples(ASN, ASN))
TABLES = st.dictionaries(
    st.sampled_from(PREFIXES), st.dictionaries(st.sampled_from(PEERS), PATH, min_size=1), min_size=1
)


def mrt(table: Table) -> bytes:
    body = peer_index(PEERS)
    for prefix, routes in table.items():
        entries = [
            (PEERS.index(peer), 0, [(2, (peer[0], *path.asns)), *([(1, path.as_set)] if path.as_set else [])])
            for peer, path in routes.items()
        ]
        body += rib_record(prefix, entries)
    return body


def text(peer: tuple[int, str], path: Path_, separator: str) -> str:
    end = " {" + separator.join(map(str, path.as_set)) + "}" if path.as_set else ""
    return " ".join(map(str, (peer[0], *path.asns))) + end


def frr(table: Table) -> bytes:
    routes = {
        prefix: [{"valid": True, "peerId": peer[1], "path": text(peer, path, ",")} for peer, path in found.items()]
        for prefix, found in table.items()
    }
    return json.dumps({"vrfId": 0, "localAS": 64999, "routes": routes}).encode()


def gobgp(table: Table) -> bytes:
    def attributes(peer: tuple[int, str], path: Path_) -> list[dict[str, Any]]:
        segments = [{"segment_type": 2, "asns": [peer[0], *path.asns]}]
        segments += [{"segment_type": 1, "asns": list(path.as_set)}] if path.as_set else []
        return [{"type": 1, "value": 0}, {"type": 2, "as_paths": segments}]

    routes = {
        prefix: [{"attrs": attributes(peer, path), "neighbor-ip": peer[1]} for peer, path in found.items()]
        for prefix, found in table.items()
    }
    return json.dumps(routes).encode()


def bird(table: Table) -> bytes:
    lines = ["BIRD 2.0.12 ready.", "Table master:"]
    for prefix, found in table.items():
        for number, (peer, path) in enumerate(found.items()):
            head = prefix if number == 0 else ""
            lines += [
                f"{head:20} unicast [p{number} 2026-11-20 from {peer[1]}] (100) [AS1i]",
                "\tvia 198.18.0.1 on eth0", "\tType: BGP univ", f"\tBGP.as_path: {text(peer, path, ' ')}",
            ]  # fmt: skip
    return "\n".join([*lines, ""]).encode()


def exabgp(table: Table) -> bytes:
    lines = []
    for prefix, found in table.items():
        for (asn, address), path in found.items():
            attribute = {"as-path": [asn, *path.asns]} | ({"as-set": path.as_set} if path.as_set else {})
            family = "ipv6 unicast" if ":" in prefix else "ipv4 unicast"
            update = {"attribute": attribute, "announce": {family: {address: [{"nlri": prefix}]}}}
            neighbor = {"address": {"peer": address}, "asn": {"peer": asn}, "message": {"update": update}}
            lines.append(json.dumps({"exabgp": "4.0.1", "time": 1.0, "type": "update", "neighbor": neighbor}))
    return "\n".join([*lines, ""]).encode()


@pytest.mark.parametrize("printed", [frr, gobgp, bird, exabgp])
@given(table=TABLES)
@settings(max_examples=60, deadline=None)
def test_every_format_is_read_as_the_mrt_of_the_same_table(
    tmp_path_factory: pytest.TempPathFactory, printed: Callable[[Table], bytes], table: Table
) -> None:
    folder = tmp_path_factory.mktemp("table")
    collected, other = _read(folder / "mrt", mrt(table)), _read(folder / "printed", printed(table))
    assert collected == other
    ours = {prefix for prefix in table if prefix not in ("198.51.100.0/24", "2001:db8:51::/48", "203.0.112.0/24")}
    assert set(collected) == ours


def _read(path: Path, content: bytes) -> dict[str, set[tuple[int, str, tuple[int, ...], bool]]]:
    path.write_bytes(content)
    found = defaultdict(set)
    for route in read_table(path, OURS).routes:
        found[route.prefix].add((route.peer_asn, route.peer_address, route.as_path, route.as_set))
    return dict(found)


ENTRY = st.builds(
    SessionEntry,
    local_asn=ASN, peer_asn=ASN, peer_address=st.ip_addresses().map(str),
    families=st.lists(st.sampled_from([Family.IPV4, Family.IPV6]), min_size=1, unique=True).map(sorted).map(tuple),
    hold_time_s=st.integers(0, 65_535), bfd=st.booleans(), up=st.booleans(),
)  # fmt: skip


@given(st.lists(ENTRY, min_size=1, max_size=6, unique_by=lambda entry: entry.peer_address))
@settings(max_examples=60, deadline=None)
def test_the_labs_sessions_are_read_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, entries: list[SessionEntry]
) -> None:
    path = tmp_path_factory.mktemp("sessions") / "sessions.json"
    path.write_bytes(
        sessions_json(World(schema=1, name="w", sessions=tuple(entries), machines=(), zones=()), 1_790_000_000)
    )
    found = read_sessions(path)
    assert [
        (s.local_asn, s.peer_asn, s.peer_address, s.families, s.state == "Established", s.bfd) for s in found.sessions
    ] == [(e.local_asn, e.peer_asn, e.peer_address, e.families, e.up, e.bfd and e.up) for e in entries]
    assert [s.hold_time_s for s in found.sessions] == [e.hold_time_s if e.up else None for e in entries]
    assert found.data_time == (1_790_000_000 if any(e.up for e in entries) else None)
