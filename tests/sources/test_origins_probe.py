"""Where servers' addresses are announced from: the probe in a scan, and the readers of what it is told."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.engine.scan import ScanOptions, collect
from netaudit.lab.mrt import mrt_bytes
from netaudit.lab.world import RouteEntry, World
from netaudit.model.book import FactBook
from netaudit.model.common import Reason, Side, Text
from netaudit.model.facts import Fact
from netaudit.model.inventory import (
    DataCentre,
    Inventory,
    NetworkKind,
    Province,
    Service,
    Source,
    SourceKind,
    Tier,
    Unit,
)  # fmt: skip
from netaudit.model.routing import AddressOrigin, Route
from netaudit.net.limits import Limits
from netaudit.routing.origins import (
    OriginsError,
    origins_of_routes,
    read_prefix_overview,
    read_ris_whois_origin,
)  # fmt: skip
from tests.sources import world
from tests.sources.servers import Reply, Site, envelope, listening, ripestat, whois

NAME = Text(vi="Tên", en="Name")
SERVERS = {"192.0.2.3", "2001:db8::4", "192.0.2.33"}  # the third is named by the zone alone
EXCHANGERS = {"192.0.2.25", "2001:db8::25", "192.0.2.26"}


ROUTE = RouteEntry(prefix="192.0.2.0/24", peer_asn=64496, peer_address="198.51.100.1", as_path=(64496, 64501, 64500))


def inventory(*sources: Source, tables: tuple[str, ...] = ()) -> Inventory:
    return Inventory(
        schema=1,
        network=NetworkKind.LAB,
        province=Province(id="p", name=NAME),
        tiers=(Tier(id="t", name=NAME),),
        units=(Unit(id="u", name=NAME, tier="t"),),
        services=(Service(id="mail", kind="mail", host="p.example", scheme="mail", units=("u",)),),
        zones=("p.example",),
        datacentres=(DataCentre(id="dc", name=NAME, asns=(64500,), prefixes=("192.0.2.0/24",), routes=tables),),
        sources=sources,
    )


async def scan(wanted: Inventory, script: Any, folder: Path) -> FactBook:
    facts: list[Fact] = []
    await collect(
        wanted,
        script,
        hints={"a.root": ("192.0.2.1",)},
        anchors=(". IN DS 1 8 2 00",),
        record=facts.append,
        options=ScanOptions(
            inventory_file="inventory.yaml",
            inventory_sha256="abc",
            limits=Limits(round_pause=0.0),
            folder=folder,
            source_cache=folder / "sources",
        ),
    )
    return FactBook(facts)


async def test_route_tables_are_read_for_the_addresses_of_servers_and_exchangers(tmp_path: Path, script: Any) -> None:
    routes = (
        RouteEntry(prefix="192.0.2.0/24", peer_asn=64496, peer_address="198.51.100.1", as_path=(64496, 64501, 64500)),
        RouteEntry(prefix="192.0.2.0/24", peer_asn=64497, peer_address="198.51.100.2", as_path=(64497, 64502, 64500)),
        RouteEntry(prefix="192.0.2.16/28", peer_asn=64497, peer_address="198.51.100.2", as_path=(64497, 64511)),
    )
    table = World(schema=1, name="w", machines=(), zones=(), routes=routes)
    (tmp_path / "rib.mrt").write_bytes(mrt_bytes(table, 1_000_000.0))
    book = await scan(inventory(tables=("rib.mrt",)), script, tmp_path)
    (fact,) = book.origins
    assert (fact.id, fact.failure, fact.data_time) == ("origins-rib.mrt", None, 1_000_000.0)
    origins = {origin.address: origin for origin in fact.origins}
    assert set(origins) == SERVERS | EXCHANGERS
    assert origins["192.0.2.3"] == AddressOrigin(
        address="192.0.2.3", prefix="192.0.2.0/24", asns=(64500,), peers=2, upstreams=(64501, 64502)
    )
    assert (origins["192.0.2.25"].prefix, origins["192.0.2.25"].asns) == ("192.0.2.16/28", (64511,))
    assert origins["2001:db8::4"] == AddressOrigin(address="2001:db8::4")


async def test_tables_of_one_name_are_told_apart(tmp_path: Path, script: Any) -> None:
    table = World(schema=1, name="w", machines=(), zones=(), routes=(ROUTE,))
    files = ("a/rib.mrt", "b/rib.mrt")
    for number, name in enumerate(files):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(mrt_bytes(table, 1_000_000.0 + number))
    book = await scan(inventory(tables=files), script, tmp_path)
    assert [(fact.id, fact.source, fact.data_time) for fact in book.origins] == [
        ("origins-rib.mrt", "rib.mrt", 1_000_000.0),
        ("origins-rib.mrt-2", "rib.mrt", 1_000_001.0),
    ]
    assert {fact.id for fact in book.routes["dc"]} == {"routes-dc-rib.mrt", "routes-dc-rib.mrt-2"}


async def test_what_is_too_many_is_told(tmp_path: Path, script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netaudit.probes.origins._MOST", 4)
    table = World(schema=1, name="w", machines=(), zones=(), routes=(ROUTE,))
    (tmp_path / "rib.mrt").write_bytes(mrt_bytes(table, 1_000_000.0))
    book = await scan(inventory(tables=("rib.mrt",)), script, tmp_path)
    (fact,) = book.origins
    assert len(fact.origins) == 4
    assert fact.messages == ("of 6 addresses 2 were not looked at",)


async def test_without_a_table_or_a_source_the_fact_says_so(tmp_path: Path, script: Any) -> None:
    book = await scan(inventory(), script, tmp_path)
    (fact,) = book.origins
    assert fact.failure is not None
    assert (fact.failure.reason, fact.failure.side) == (Reason.NO_DATA, Side.OURS)


async def test_sources_are_asked_for_each_address(tmp_path: Path, script: Any) -> None:
    known = sorted(SERVERS | EXCHANGERS)[:-1]
    api = Site(ripestat(world.known_addresses(known), world.AT))
    text = "route: 192.0.2.0/24\norigin: AS64500\nlastupd-last: 2026-11-26 08:00Z  rrc01\nnum-rispeers: 300\n\n"
    async with listening(api) as port, listening(whois({"-L 192.0.2.3": text})) as other:
        sources = (
            Source(kind=SourceKind.RIPESTAT, url=f"http://127.0.0.1:{port}"),
            Source(kind=SourceKind.RIS_WHOIS, host="127.0.0.1", port=other),
        )
        book = await scan(inventory(*sources), script, tmp_path)
    stat, ris = sorted(book.origins, key=lambda fact: fact.format)
    ris, stat = (stat, ris) if stat.format == "ris_whois" else (ris, stat)
    assert stat.id == f"origins-ripestat:127.0.0.1:{port}"
    assert stat.failure is None
    assert {origin.address: origin.asns for origin in stat.origins} == {
        address: (64510 + number,) for number, address in enumerate(known)
    }, "what was not answered is left out"
    assert {origin.address: (origin.prefix, origin.peers) for origin in ris.origins if origin.asns} == {
        "192.0.2.3": ("192.0.2.0/24", 300)
    }
    assert ris.data_time == ris.retrieved_at


def test_the_longest_prefix_counts_and_a_default_route_says_nothing() -> None:
    def route(prefix: str, *path: int) -> Route:
        return Route(prefix=prefix, peer_asn=path[0], peer_address="192.0.2.9", as_path=path)

    routes = [
        route("0.0.0.0/0", 1, 2),
        route("203.0.113.0/24", 64496, 64501, 64510, 64510),
        route("203.0.0.0/16", 64496, 64499),
        Route(prefix="203.0.113.0/24", peer_asn=64497, peer_address="", as_path=(64497, 64498), as_set=True),
    ]
    inside, outside = origins_of_routes(["203.0.113.9", "198.51.100.1"], routes)
    assert inside == AddressOrigin(
        address="203.0.113.9", prefix="203.0.113.0/24", asns=(64510,), peers=2, upstreams=(64501,)
    )
    assert outside == AddressOrigin(address="198.51.100.1")


def ris(*routes: tuple[str, str, int]) -> str:
    head = "% This is RIPE NCC's Routing Information Service\n\n"
    return head + "\n".join(f"route: {p}\norigin: {asn}\nnum-rispeers: {n}\nsource: RISWHOIS\n" for p, asn, n in routes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ris(("203.0.0.0/16", "AS1", 300), ("203.0.113.0/24", "AS64510", 299)), ("203.0.113.0/24", (64510,), 299)),
        (ris(("203.0.113.0/24", "AS64510", 299), ("203.0.113.0/25", "AS666", 9)), ("203.0.113.0/24", (64510,), 299)),
        (ris(("203.0.113.0/24", "AS64510", 299), ("203.0.113.0/24", "AS7", 40)), ("203.0.113.0/24", (7, 64510), 299)),
        (ris(("0.0.0.0/0", "AS1", 300), ("198.51.100.0/24", "AS2", 300)), ("", (), 0)),
        ("%  No entries found\n", ("", (), 0)),
    ],
    ids=["longest", "noise", "two origins", "elsewhere", "none"],
)
def test_ris_whois(tmp_path: Path, text: str, expected: tuple[str, tuple[int, ...], int]) -> None:
    path = tmp_path / "ris"
    path.write_text(text)
    origin = read_ris_whois_origin(path, "203.0.113.9").origin
    assert (origin.prefix, origin.asns, origin.peers) == expected


@pytest.mark.parametrize(
    "text",
    ["", "<html><body>not found</body></html>", "route: 203.0.113.0/24\norigin: AS1\n",
     "route: x\norigin: AS1\nnum-rispeers: 9\n", "route: 203.0.113.0/24\norigin: ASX\nnum-rispeers: 90\n",
     "%ERROR:201:access denied\n"],
)  # fmt: skip
def test_what_is_no_answer_of_ris_whois(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ris"
    path.write_text(text)
    with pytest.raises(OriginsError):
        read_ris_whois_origin(path, "203.0.113.9")


GOOD = {"announced": True, "asns": [{"asn": 64510}], "resource": "203.0.113.0/24", "query_time": world.AT}


@pytest.mark.parametrize(
    "data",
    [
        {}, [], None, {**GOOD, "asns": [{}]}, {**GOOD, "asns": "x"}, {**GOOD, "resource": "198.51.100.0/24"},
        {**GOOD, "resource": "AS1"}, {**GOOD, "asns": [{"asn": n} for n in range(100)]},
    ],
)  # fmt: skip
def test_what_is_no_prefix_overview(tmp_path: Path, data: object) -> None:
    path = tmp_path / "overview"
    path.write_bytes(envelope("prefix-overview", data, at=world.AT))
    with pytest.raises(OriginsError):
        read_prefix_overview(path, "203.0.113.9")


def test_a_prefix_overview_has_a_time_in_utc_and_may_say_that_nobody_announces(tmp_path: Path) -> None:
    path = tmp_path / "overview"
    aligned = (
        "Given resource is not announced but result has been aligned to first-level less-specific (203.0.113.0/24)."
    )
    told = (("warning", aligned), ("info", "fine"), ("warning", "data are old"))
    path.write_bytes(envelope("prefix-overview", GOOD, messages=told, at=world.AT))
    found = read_prefix_overview(path, "203.0.113.9")
    assert found.origin == AddressOrigin(address="203.0.113.9", prefix="203.0.113.0/24", asns=(64510,))
    assert found.data_time == 1795680000.0
    assert found.messages == ("data are old",)
    path.write_bytes(envelope("prefix-overview", {**GOOD, "announced": False, "asns": []}, at=world.AT))
    assert read_prefix_overview(path, "203.0.113.9").origin == AddressOrigin(address="203.0.113.9")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_the_bytes_an_answer_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "answer"
    seeds = (envelope("prefix-overview", GOOD, at=world.AT), ris(("203.0.113.0/24", "AS64510", 299)).encode())
    for seed, read in zip(seeds, (read_prefix_overview, read_ris_whois_origin), strict=True):
        content = bytearray(seed)
        for _ in range(data.draw(st.integers(1, 6))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
        try:
            origin = read(path, "203.0.113.9").origin
        except OriginsError:
            continue
        assert origin.address == "203.0.113.9"
        assert all(0 <= asn < 1 << 32 for asn in origin.asns)


async def test_hostile_json_is_no_prefix_overview(tmp_path: Path) -> None:
    path = tmp_path / "overview"
    for content in (b"[" * 100_000, b'{"status": 1e999}', b"\xff\xfe", Reply().body):
        path.write_bytes(content)
        with pytest.raises(OriginsError):
            read_prefix_overview(path, "203.0.113.9")
