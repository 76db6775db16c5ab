"""The course from scan to scan: what is joined, what stands alone, and the same numbers in a table."""

import re
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from netaudit.judge.trends import trend_point, with_trend
from netaudit.model.run import Run, TrendPoint
from netaudit.model.verdict import Status
from netaudit.writers.html import write_html
from netaudit.writers.trend import Trend
from netaudit.writers.wording import Wording

DAY = 86_400.0


def earlier(run: Run, weeks: int, **changes: object) -> TrendPoint:
    point = trend_point(run)
    return msgspec.structs.replace(point, run=f"week-{weeks}", started=run.started - weeks * 7 * DAY, **changes)


@pytest.fixture(scope="module")
def course(province: Run) -> Run:
    """Five scans: the first by other criteria, the third cut off, then one with less that passes, then today's."""
    now = trend_point(province)
    fewer = msgspec.structs.replace(now.totals, counts={Status.PASS: 10, Status.FAIL: 30}, evaluated=40, applicable=50)
    return with_trend(
        province,
        [
            earlier(province, 4, profiles=("old@2020-01-01",)),
            earlier(province, 3),
            earlier(province, 2, complete=False),
            earlier(province, 1, totals=fewer),
        ],
    )


def drawn(run: Run, number: int) -> ElementTree.Element:
    return ElementTree.fromstring(str(Trend(run, Wording("en")).charts[number].picture))


def test_lines_break_where_criteria_changed_and_at_a_scan_that_was_cut_off(course: Run) -> None:
    picture = drawn(course, 0)
    compliance = [line for line in picture.findall("polyline") if line.get("class") == "series s-pass"]
    places = [len(str(line.get("points")).split()) for line in compliance]
    assert places == [2]  # last week and today; the old criteria, the one after them and the cut-off one stand alone
    assert len(picture.findall("line[@class='changed']")) == 1
    marks = [group[1].get("class") for group in picture.findall("g[@class='series s-pass']")]
    assert marks == ["full", "full", "hollow", "full", "full"]


def test_the_scale_begins_at_zero_and_shows_the_numbers_of_the_run(course: Run) -> None:
    picture = drawn(course, 0)
    ticks = [element.text for element in picture.findall("text[@class='tick']")][:6]
    assert ticks == ["0", "20", "40", "60", "80", "100"]
    titles = [str(group.findtext("title")) for group in picture.findall("g[@class='series s-pass']")]
    totals = course.totals
    now = Wording("en").percent(totals.counts[Status.PASS], totals.evaluated)
    assert titles[-2:] == ["17 Nov 2026: compliance 25%", f"24 Nov 2026: compliance {now}"]
    heights = [float(str(group[1].get("cy"))) for group in picture.findall("g[@class='series s-pass']")]
    bottom = float(str(next(iter(picture.findall("line[@class='axis']"))).get("y1")))
    top = float(str(picture.findall("line[@class='grid']")[-1].get("y1")))
    assert (bottom - heights[-2]) / (bottom - top) == pytest.approx(0.25, abs=0.002)


def test_a_day_stands_where_it_begins_in_viet_nam(course: Run) -> None:
    picture = drawn(course, 0)
    days = {element.text: float(str(element.get("x"))) for element in picture.findall("text[@class='tick']")[6:]}
    marks = [float(str(group[1].get("cx"))) for group in picture.findall("g[@class='series s-pass']")]
    first = course.trend[0].started
    per_second = (marks[-1] - marks[0]) / (course.started - first)
    for day, x in days.items():
        began = datetime.strptime(f"{day} +0700", "%d %b %Y %z").timestamp()
        assert x == pytest.approx(marks[0] + max(0, began - first) * per_second, abs=0.2)
    assert len(days) >= 2


def test_four_pillars_and_the_units_have_a_picture_each(course: Run) -> None:
    charts = Trend(course, Wording("vi")).charts
    assert [chart.title for chart in charts[2:]] == ["DNSSEC", "IPv6", "Song song IPv4/IPv6", "Kết nối đa hướng"]
    assert [name for _, name, _ in charts[2].keys] == ["đạt", "không đạt", "không kiểm tra được"]
    passed = sum(unit.status.value == "pass" for unit in course.unit_results)
    assert f"mọi đơn vị: {len(course.unit_results)} → {len(course.unit_results)}" in str(charts[1].picture)
    assert f"đạt tất cả: {passed} → {passed}" in str(charts[1].picture)


def test_the_page_has_the_same_numbers_in_a_table(course: Run, tmp_path: Path) -> None:
    page = write_html(msgspec.structs.replace(course, units=(), checks={}), tmp_path, "en")[-1].read_text("utf-8")
    table = page.partition('<table class="trend-rows">')[2].partition("</table>")[0]
    rows = re.findall(r'<tr data-run="([^"]*)">(.*?)</tr>', table, re.DOTALL)
    assert [run for run, _ in rows] == [course.id, "week-1", "week-2", "week-3", "week-4"]
    assert "<b>25%</b>" in rows[1][1]
    assert "10/40" in rows[1][1]
    assert ["not complete" in row for _, row in rows] == [False, False, True, False, False]
    assert ["other criteria" in row for _, row in rows] == [False, False, False, True, False]


def test_one_scan_is_no_course(province: Run) -> None:
    trend = Trend(msgspec.structs.replace(province, trend=(trend_point(province),)), Wording("en"))
    assert (trend.rows, trend.charts) == ([], [])


def test_years_of_daily_scans_stay_small(province: Run) -> None:
    now = trend_point(province)
    points = [
        msgspec.structs.replace(now, run=f"day-{day}", started=now.started - day * DAY) for day in range(1, 1_500)
    ]
    trend = Trend(with_trend(province, points), Wording("en"))
    assert max(len(chart.picture) for chart in trend.charts) < 30_000
    assert len(trend.rows) == 1_500
