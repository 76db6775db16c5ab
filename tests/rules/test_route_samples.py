"""Which tables are one sample, and which are samples apart: by collector and by time."""

from msgspec.structs import replace

from netaudit.model.facts import RoutesFact
from netaudit.model.verdict import Outcome
from netaudit.rules.route_samples import samples_of
from netaudit.rules.routes import route_tables
from tests.checks.multihome.builders import PEERS, UP1, V4, V6, centre, table, through

HOUR = 3_600.0
OTHER = (65536, 65537, 65538)


def at(hours: float, source: str, peers: tuple[int, ...] = PEERS, format: str = "mrt") -> RoutesFact:
    return RoutesFact(id=source, datacentre="dc", source=source, format=format, data_time=hours * HOUR, peers=peers)


def sources(facts: list[RoutesFact], minutes: float = 30) -> list[list[str]]:
    return [[fact.source for fact in sample] for sample in samples_of(facts, minutes * 60)]


def test_tables_of_one_collector_apart_in_time_are_samples_the_newest_first() -> None:
    assert sources([at(1, "old"), at(9, "new"), at(5, "mid")]) == [["new"], ["mid"], ["old"]]


def test_files_of_one_time_are_one_sample() -> None:
    assert sources([at(9, "ipv4"), at(8.9, "ipv6"), at(1, "ipv4.old"), at(1.1, "ipv6.old")]) == [
        ["ipv4", "ipv6"], ["ipv6.old", "ipv4.old"]
    ]  # fmt: skip


def test_how_far_apart_samples_are_is_counted_from_the_newest_of_them() -> None:
    assert sources([at(9, "a"), at(8.6, "b"), at(8.2, "c")], minutes=30) == [["a", "b"], ["c"]]
    assert sources([at(9, "a"), at(8.5, "b")], minutes=30) == [["a"], ["b"]]


def test_another_collector_is_no_earlier_sample() -> None:
    assert sources([at(9, "rrc"), at(1, "other", OTHER)]) == [["rrc", "other"]]
    assert sources([at(9, "rrc"), at(1, "frr", format="frr")]) == [["rrc", "frr"]]


def test_a_collector_whose_peers_changed_a_little_is_the_same() -> None:
    assert sources([at(9, "new", PEERS[:3]), at(1, "old")]) == [["new"], ["old"]]
    assert sources([at(9, "new", (*PEERS[:1], *OTHER)), at(1, "old")]) == [["new", "old"]]


def test_a_collector_with_one_sample_is_in_each() -> None:
    assert sources([at(9, "new"), at(1, "old"), at(5, "other", OTHER)]) == [["new", "other"], ["old", "other"]]


def test_without_peers_the_name_decides() -> None:
    assert sources([at(9, "a", ()), at(1, "a", ()), at(1, "b", ())]) == [["a", "b"], ["a", "b"]]


def test_an_old_table_is_no_sample() -> None:
    tables = route_tables(centre(table(*through(V4, UP1)), table(*through(V6, UP1), age_days=40, source="b")), 30, 30)
    assert not isinstance(tables, Outcome)
    assert [found.sources for found in tables] == [("rib.mrt",)]


def test_the_tables_of_one_evidence_are_made_once() -> None:
    evidence = centre(table(*through(V4, UP1)))
    assert route_tables(evidence, 30, 30) is route_tables(evidence, 30, 30)
    assert route_tables(replace(evidence, now=evidence.now + 1), 30, 30) is not route_tables(evidence, 30, 30)
