"""The executive summary: every number on it is the run's, lists say what they leave out, texts stay texts."""

import re
from collections import Counter
from html import unescape

import html5lib
import msgspec
import pytest

from netaudit.model.run import Timeliness, UnitStatus
from netaudit.model.verdict import Status
from netaudit.writers.executive import opening
from netaudit.writers.html import summary_html
from netaudit.writers.wording import Wording
from tests.writers.summaries import RUNS, crowded_run, hostile_summary, one_unit_run
from tests.writers.synthetic import province_run
from tests.writers.whole import whole_run

LANGUAGES = ("vi", "en")


def figures(page: str, attribute: str) -> dict[str, str]:
    """The text of what carries `attribute`, by its value."""
    found = re.findall(rf'<(\w+)[^>]*? {attribute}="([^"]*)"[^>]*>(.*?)</\1>', page, re.DOTALL)
    return {name: re.sub(r"[ \n]+", " ", unescape(re.sub(r"<[^>]*>", "", text))).strip() for _, name, text in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_the_runs(language: str) -> None:
    run, say = whole_run(), Wording(language)
    page = summary_html(run, language)
    shown = figures(page, "data-figure")
    statuses = Counter(result.status for result in run.unit_results)
    passed, totals = run.totals.counts[Status.PASS], run.totals
    assert shown == {
        "units-pass": say.number(statuses[UnitStatus.PASS]),
        "units-fail": say.number(statuses[UnitStatus.FAIL]),
        "units-partly": say.number(statuses[UnitStatus.PARTLY]),
        "compliance": say.percent(passed, totals.evaluated),
        "measured": say.percent(totals.evaluated, totals.applicable),
    }
    rows = re.findall(r'<tr data-pillar="(\w+)">(.*?)</tr>', page, re.DOTALL)
    counts = {summary.pillar: summary.counts for summary in run.pillars}
    assert [pillar for pillar, _ in rows] == ["dnssec", "ipv6", "dual_stack", "multihome"]
    for pillar, row in rows:
        expected = {s.value: say.number(counts[pillar].get(s, 0)) for s in
                    (Status.PASS, Status.WARN, Status.FAIL, Status.COULD_NOT_TEST)}  # fmt: skip
        assert figures(row, "data-status") == expected
    for attribute, coverages in (("data-coverage", run.coverage), ("data-pillar-coverage", run.pillar_coverage)):
        expected = {f"{c.tier}/{c.kind}": f"{say.number(c.working)}/{say.number(c.expected)}" for c in coverages}
        cells = figures(page, attribute)
        assert {key: text.split()[1] for key, text in cells.items()} == expected
    assert f"<b>{say.number(1688)}</b> = {say.number(855)} " in page
    changes = Counter(change.difference.value for change in run.comparison.changes) if run.comparison else {}
    assert figures(page, "data-change") == {difference: say.number(count) for difference, count in changes.items()}


def test_the_plan_is_counted_by_profile_and_time() -> None:
    run = crowded_run()
    page = summary_html(run, "en")
    rows = re.findall(r'<tr data-profile="([^"]+)">(.*?)</tr>', page, re.DOTALL)
    assert [profile for profile, _ in rows] == [profile.id for profile in run.profiles][: len(rows)]
    assert figures(rows[0][1], "data-timeliness") == {
        state: "✗ 123" if state is Timeliness.LATE else "123" for state in Timeliness
    }
    assert f"{12 - len(rows)} more in the full report" in page


def test_changing_one_unit_changes_the_answer() -> None:
    run = province_run()
    passing = next(result for result in run.unit_results if result.status is UnitStatus.PASS)
    fewer = tuple(
        msgspec.structs.replace(result, status=UnitStatus.FAIL) if result is passing else result
        for result in run.unit_results
    )
    before, after = (figures(summary_html(each, "en"), "data-figure") for each in
                     (run, msgspec.structs.replace(run, unit_results=fewer)))  # fmt: skip
    assert int(after["units-pass"]) == int(before["units-pass"]) - 1
    assert int(after["units-fail"]) == int(before["units-fail"]) + 1


def test_a_run_that_has_little_to_say_says_so() -> None:
    page = summary_html(one_unit_run(), "vi")
    for sentence in ("Mọi nội dung đã kiểm tra đều đạt.", "Chưa có lần quét trước để so sánh.",
                     "Theo lần quét này, không có gì hết hạn trong 90 ngày tới.",
                     "Mọi nội dung áp dụng đều kiểm tra được.", "<b>TLP:AMBER</b>"):  # fmt: skip
        assert sentence in page
    assert 'class="blank"' not in page
    assert 'class="blank"' in summary_html(province_run(), "vi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_method_names_place_time_versions_and_inventory(language: str) -> None:
    run = province_run()
    page = summary_html(run, language)
    for part in ("Đà Lạt", Wording(language).moment(run.started), run.tool, run.catalogue_sha256[:16],
                 *(f"{profile.id}@{profile.version}" for profile in run.profiles), run.inventory_sha256):  # fmt: skip
        assert part in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RUNS)
def test_the_page_is_well_formed_and_asks_nothing(name: str, language: str) -> None:
    page = summary_html(RUNS[name](), language)
    tree = html5lib.HTMLParser(strict=True).parse(page)
    assert tree.get("lang") == language
    names = [element.tag.rpartition("}")[2] for element in tree.iter() if isinstance(element.tag, str)]
    assert not {"script", "img", "link", "iframe", "object", "image", "use"} & set(names)
    assert [e.get("href") for e in tree.iter() if e.get("href")] == ["index.html"]
    assert not re.search(r"url\((?!#hatch-)|@import", page)


def test_attacks_stay_text_and_short() -> None:
    page = summary_html(hostile_summary(), "vi")
    assert "<svg/onload" not in page and "<script" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b\u202e\u2066\ufeff]", page)
    assert "a" * 601 not in page
    assert len(page) < 60_000


@pytest.mark.parametrize(
    ("text", "room", "kept"),
    [
        ("Sign again. Then wait.", 80, "Sign again. Then wait."),
        ("Sign again. Then wait.", 15, "Sign again."),
        ("Ask ns1.example.vn again; then wait.", 30, "Ask ns1.example.vn again;"),
        ("Sign the zone again", 15, "Sign the zone…"),
        ("a" * 99, 10, "a" * 10 + "…"),
        ("", 10, ""),
    ],
)  # fmt: skip
def test_an_opening_is_whole_sentences_where_it_can(text: str, room: int, kept: str) -> None:
    assert opening(text, room) == kept
