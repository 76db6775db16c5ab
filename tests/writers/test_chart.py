"""What the charts are made of."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from netaudit.writers.chart import Scale, circle, day_ticks, line, path, rect, svg, text, ticks, titled


def test_a_scale_is_straight_from_end_to_end() -> None:
    up = Scale(0, 200, 150, 10)
    assert [up(value) for value in (0, 50, 200)] == [150, 115, 10]
    assert Scale(7, 7, 0, 100)(7) == 50  # a single value has the middle


@pytest.mark.parametrize(
    ("high", "expected"),
    [(0, [0]), (1.2, [0, 1]), (8, list(range(9))), (9, [0, 2, 4, 6, 8]), (147, [0, 20, 40, 60, 80, 100, 120, 140]),
     (4_000, [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000])],
)  # fmt: skip
def test_ticks_are_round_and_few(high: float, expected: list[int]) -> None:
    assert ticks(high) == expected


@pytest.mark.parametrize("days", [0, 1, 6, 20, 45, 100, 364, 900, 4_000, 7_300, 36_500])
def test_ticks_of_time_are_within_and_few(days: int) -> None:
    first = date(2026, 11, 24)
    last = first + timedelta(days)
    found = day_ticks(first, last, 6)
    assert 1 <= len(found) <= 7
    assert first <= found[0] <= found[-1] <= last
    assert found == sorted(set(found))
    if days > 400:
        assert {day.day for day in found} == {1}


def test_the_plan_s_scale_shows_beginnings_of_years() -> None:
    assert day_ticks(date(2011, 1, 1), date(2031, 1, 1), 14)[:3] == [
        date(2012, 1, 1),
        date(2014, 1, 1),
        date(2016, 1, 1),
    ]


def test_hostile_words_stay_words() -> None:
    evil = '<script>alert("1")</script>&'
    parts = [text("name", 1, 2, evil, after=("rest", evil)), titled("g", evil, [circle("c", 1, 2, 3)])]
    root = ElementTree.fromstring(str(svg("kind", "id", (10, 20), evil, evil, parts)))
    assert {element.tag for element in root.iter()} == {"svg", "title", "desc", "text", "tspan", "g", "circle"}
    assert [root.findtext("title"), root.findtext("desc"), root.findtext("text")] == [evil] * 3
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"


def test_numbers_are_short() -> None:
    assert line("axis", 1.0, 2.5, 3, 4) == '<line class="axis" x1="1" y1="2.5" x2="3" y2="4"/>'
    assert rect("bar", 0, 0, 10, 5, 2) == '<rect class="bar" x="0" y="0" width="10" height="5" rx="2"/>'
    assert path("way", [(0, 1), (2.5, 3)]) == '<polyline class="way" points="0,1 2.5,3"/>'
    assert path("way", [(0, 1)]) == ""
