"""Tables of routes in every format: the same routes of the same world, and one clear error for what is damaged."""

import gzip
from pathlib import Path

import pytest
import zstandard

from netaudit.model.common import Family, Text
from netaudit.model.inventory import DataCentre, Uplink
from netaudit.model.routing import RoutesFact
from netaudit.probes.evidence_files import evidence_probe
from netaudit.routing.dump import RoutingError, TableDump
from netaudit.routing.tables import read_table

RECORDED = Path(__file__).parent / "recorded"
WORLDS = sorted(folder.name for folder in RECORDED.iterdir() if folder.is_dir())
OURS = ("203.0.113.0/24", "2001:db8:113::/48")
FAMILIES = {"ipv4": Family.IPV4, "ipv6": Family.IPV6}
ALL_PEERS = (64500, 64501, 64502, 64503, 64505)

Told = set[tuple[str, int, tuple[int, ...], bool]]


def told(*dumps: TableDump) -> Told:
    """What does not depend on which of a peer's addresses a collector has its session with."""
    return {(r.prefix, r.peer_asn, r.as_path, r.as_set) for dump in dumps for r in dump.routes}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("name", "form"), [("frr.{}.json", "frr"), ("gobgp.{}.json", "gobgp"), ("bird.{}.txt", "bird")]
)
def test_every_maker_tells_the_routes_of_the_same_worlds_mrt(world: str, family: str, name: str, form: str) -> None:
    collected = read_table(RECORDED / world / f"{family}.mrt", OURS)
    printed = read_table(RECORDED / world / name.format(family), OURS)
    assert collected.routes and told(printed) == told(collected)
    assert len(printed.routes) == len(collected.routes)
    assert printed.feeds == collected.feeds == {FAMILIES[family]: ALL_PEERS}
    assert set(printed.peers) == set(collected.peers)
    assert printed.format == form and collected.format == "mrt"
    assert not printed.updates_only and not printed.originates
    assert all(route.peer_address for route in printed.routes)


@pytest.mark.parametrize("world", WORLDS)
def test_exabgps_stream_played_to_its_end_is_the_same_table(world: str) -> None:
    collected = [read_table(RECORDED / world / f"{family}.mrt", OURS) for family in FAMILIES]
    played = read_table(RECORDED / world / "exabgp.jsonl", OURS)
    assert told(played) == told(*collected)
    assert played.feeds == {Family.IPV4: ALL_PEERS, Family.IPV6: ALL_PEERS}
    assert played.format == "exabgp" and not played.updates_only


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ["province-bird.{}.txt", "province-frr.{}.json", "province-frr.{}-prefix.json"])
def test_the_provinces_own_table_proves_nothing(world: str, family: str, name: str) -> None:
    """Our routes never come back to the router that originates them: it would seem that nobody announces them."""
    path = RECORDED / world / name.format(family)
    dump = read_table(path, OURS)
    assert dump.originates and not dump.routes
    fact = fact_of(path)
    assert fact.failure is not None and "the router that originates the prefixes" in fact.failure.detail


def test_our_own_collector_without_the_prefixes_proves_nothing(tmp_path: Path) -> None:
    """FRR names its AS, and throws away paths with it: their absence says nothing, even when it originates none."""
    path = tmp_path / "rib.json"
    path.write_text((RECORDED / "healthy/province-frr.ipv4.json").read_text().replace("203.0.113.", "192.0.2."))
    dump = read_table(path, OURS)
    assert (dump.local_asn, dump.originates, dump.routes) == (64510, False, ())
    assert fact_of(path).failure is not None


def test_the_answer_about_one_prefix_tells_no_full_feeds() -> None:
    one = read_table(RECORDED / "healthy/frr.ipv6-prefix.json", OURS)
    assert told(one) == told(read_table(RECORDED / "healthy/frr.ipv6.json", OURS))
    assert one.feeds == {}
    assert one.data_time == 1795688894  # its newest `lastUpdate`


@pytest.mark.parametrize("name", ["frr.ipv4.json", "gobgp.ipv4.json", "bird.ipv4.txt", "exabgp.jsonl"])
@pytest.mark.parametrize("packed", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_first_line_with_the_time_dates_it_packed_or_not(tmp_path: Path, name: str, packed: object) -> None:
    assert callable(packed)
    path = tmp_path / "anything"
    plain = read_table(RECORDED / "healthy" / name, OURS)
    path.write_bytes(packed(b"2026-11-26T10:30:00Z\n" + (RECORDED / "healthy" / name).read_bytes()))
    assert read_table(path, OURS) == plain._replace(data_time=1795689000)


@pytest.mark.parametrize("name", ["frr.{}.json", "gobgp.{}.json", "bird.{}.txt"])
def test_both_families_may_follow_one_another_in_a_file(tmp_path: Path, name: str) -> None:
    files = [RECORDED / "healthy" / name.format(family) for family in FAMILIES]
    path = tmp_path / "both"
    path.write_bytes(b"".join(file.read_bytes() for file in files))
    both = read_table(path, OURS)
    assert told(both) == told(*(read_table(file, OURS) for file in files))
    assert both.feeds == {Family.IPV4: ALL_PEERS, Family.IPV6: ALL_PEERS}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("frr.ipv4-summary.json", "there are neither routes nor paths: this is no table of FRR"),
        ("frr.neighbors.json", "there are neither routes nor paths: this is no table of FRR"),
        ("bird.protocols.txt", "this is no output of BIRD's `show route all`"),
        ("gobgp.neighbor.json", "this is no MRT file, and nothing that FRR, GoBGP, BIRD, ExaBGP, RIPEstat or RISwhois"),
    ],
)
def test_what_is_no_table_is_told(name: str, problem: str) -> None:
    with pytest.raises(RoutingError, match=problem):
        read_table(RECORDED / "healthy" / name, OURS)


@pytest.mark.parametrize(
    "name", ["frr.ipv4.json", "gobgp.ipv4.json", "bird.ipv4.txt", "exabgp.jsonl", "frr.ipv4-prefix.json"]
)
def test_a_truncated_file_keeps_what_came_before_and_is_marked(tmp_path: Path, name: str) -> None:
    whole = (RECORDED / "healthy" / name).read_bytes().rstrip()
    routes = set(read_table(RECORDED / "healthy" / name, OURS).routes)
    path = tmp_path / name
    for share in range(1, 20):
        cut = whole[: len(whole) * share // 20].rstrip(b"\n")  # BIRD's text has no end: whole lines can't be missed
        path.write_bytes(cut)
        with pytest.raises(RoutingError, match=f"{name}: at byte ") as caught:
            read_table(path, OURS)
        partial = caught.value.partial
        assert partial is not None
        if name != "exabgp.jsonl":  # where paths were still to be replaced
            assert routes.issuperset(partial.routes)
        fact = fact_of(path)
        assert fact.failure is not None and fact.routes == partial.routes


def fact_of(path: Path) -> RoutesFact:
    centre = DataCentre(
        id="dc", name=Text("Trung tâm", "Centre"), asns=(64510,), prefixes=OURS,
        uplinks=(Uplink(operator="A", asn=64501), Uplink(operator="B", asn=64502)),
    )  # fmt: skip
    fact = evidence_probe("routes", centre, [path])._fact(path)
    assert isinstance(fact, RoutesFact)
    return fact
