"""What a manager sees first: every unit as a cell, what changed, where to begin."""

import html
import re
from collections import Counter
from pathlib import Path

import msgspec

from netaudit.judge.compare import compare
from netaudit.judge.trends import trend_point, with_trend
from netaudit.model.common import Text
from netaudit.model.inventory import Unit
from netaudit.model.run import Run, Timeliness, UnitStatus
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.writers.html import write_html
from netaudit.writers.markdown import run_markdown
from netaudit.writers.report import Report
from netaudit.writers.units import unit_map
from netaudit.writers.wording import Wording

WEEK = 7 * 86_400.0


def index(report: Path) -> str:
    return (report / "index.html").read_text(encoding="utf-8")


def test_every_unit_is_a_cell_that_leads_to_its_page_and_says_where_it_stands(
    province_report: Path, province: Run
) -> None:
    wording = Wording("vi" if "-vi" in province_report.name else "en")
    report = Report(province, wording)
    cells = re.findall(r'<a class="cell s-(\w+)" href="unit/([^"]*)" title="([^"]*)"><svg', index(province_report))
    assert len({page for _, page, _ in cells}) == len(cells) == len(province.units)
    words = {"pass": "all met", "fail": "not met", "partly": "met in part", "gap": "could not test",
             "na": "nothing to test"}  # fmt: skip
    assert all(wording.gettext(words[shape]) in html.unescape(title) for shape, _, title in cells)
    partly = sum(report.unit_status(unit.id) is UnitStatus.PARTLY for unit in province.units)
    assert [shape for shape, _, _ in cells].count("partly") == partly > 0


def test_a_tier_says_how_many_of_its_units_meet_all(province_report: Path, province: Run) -> None:
    shown = dict(re.findall(r'<b data-map="([^"]*)">([^<]*)</b>', index(province_report)))
    report = Report(province, Wording("en"))
    assert {tier: shown[tier] for tier in ("department", "district", "commune")} == {
        tier: f"{sum(report.unit_status(u.id) is UnitStatus.PASS for u in units)}/{len(units)}"
        for tier, units in report.units_of_tier.items()
        if tier in ("department", "district", "commune")
    }


def test_a_tier_of_thousands_shows_the_worst_and_counts_the_rest(province: Run) -> None:
    units = tuple(Unit(id=f"u{n}", name=Text(f"Đơn vị {n}", f"Unit {n}"), tier="commune") for n in range(4_000))
    failed = msgspec.structs.replace(province.unit_results[0], status=UnitStatus.FAIL)
    passed = msgspec.structs.replace(province.unit_results[0], status=UnitStatus.PASS)
    results = tuple(msgspec.structs.replace(failed if n % 40 == 0 else passed, unit=f"u{n}") for n in range(4_000))
    (row,) = unit_map(
        Report(msgspec.structs.replace(province, units=units, unit_results=results), Wording("en")), most=400
    )
    assert [cell.status for cell in row.cells[:101]] == [UnitStatus.FAIL] * 100 + [UnitStatus.PASS]
    assert (len(row.cells), row.left_out) == (400, 3_600)
    assert row.counts == {UnitStatus.FAIL: 100, UnitStatus.PASS: 3_900}


def test_it_tells_what_changed_and_begins_with_the_worst(province: Run, tmp_path: Path) -> None:
    fail = next(result for result in province.results if result.verdict.outcome.status is Status.FAIL)
    mended = msgspec.structs.replace(
        fail, verdict=msgspec.structs.replace(
            fail.verdict, outcome=msgspec.structs.replace(fail.verdict.outcome, status=Status.PASS)
        ),
    )  # fmt: skip
    former = msgspec.structs.replace(
        province, id="former", started=province.started - WEEK,
        results=tuple(mended if result is fail else result for result in province.results),
    )  # fmt: skip
    fewer = msgspec.structs.replace(province.totals, counts={Status.PASS: 1}, evaluated=4)
    point = msgspec.structs.replace(trend_point(former), totals=fewer)
    comparison = msgspec.structs.replace(compare(former, province), since=former.started)
    run = with_trend(msgspec.structs.replace(province, comparison=comparison, checks={}, units=()), [point])
    write_html(run, tmp_path, "en")
    news = index(tmp_path).partition('class="card news"')[2].partition('class="figures"')[0]
    assert re.findall(r'data-change="(\w+)">(\d+)<', news) == [("broken", "1")]
    assert "</a>: 25% → <b>" in news
    first = Report(run, Wording("en")).actions[0]
    assert re.findall(r'class="severity v-(\w+)"', news)[0] == first.severity


def test_it_counts_what_is_late_and_what_is_ahead(province_report: Path, province: Run) -> None:
    shown = re.findall(r'data-clauses="(\w+)">(\d+)<', index(province_report))
    counted = Counter(clause.timeliness for clause in province.clauses)
    assert shown == [("late", str(counted[Timeliness.LATE])), ("on_track", str(counted[Timeliness.ON_TRACK]))]


def test_of_several_registers_each_is_named_and_none_that_is_unread_is_left_out(tmp_path: Path, province: Run) -> None:
    pattern = next(result for result in province.results if result.verdict.outcome.status is Status.COULD_NOT_TEST)
    verdict = msgspec.structs.replace(
        pattern.verdict, check="certificates.readable", target=Target(kind=TargetKind.REGISTER, name="so-thu-hai")
    )
    unread = msgspec.structs.replace(pattern, id="unread", verdict=verdict)
    write_html(msgspec.structs.replace(province, results=(*province.results, unread)), tmp_path, "en")
    cards = re.findall(r"<h3>Digital certificates <span[^>]*>([^<]*)<", index(tmp_path))
    assert cards == [*(register.register for register in province.registers), "so-thu-hai"]


def test_a_scan_of_a_part_says_so_before_any_number(tmp_path: Path, province: Run) -> None:
    run = msgspec.structs.replace(province, scope={"units": "so-y-te"})
    write_html(run, tmp_path, "en")
    said = "Only a part was asked for; nothing is said of the rest:"
    head, _, _ = index(tmp_path).partition('id="answer"')
    assert f"<b>{said}</b> units: so-y-te<" in head
    assert f"{said} units: so-y-te" in (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert f"**{said}** units: so-y-te" in run_markdown(run, "en")


def test_without_an_earlier_scan_it_says_so(province_report: Path) -> None:
    wording = Wording("vi" if "-vi" in province_report.name else "en")
    assert wording.gettext("There is no earlier scan to compare with.") in index(province_report)
