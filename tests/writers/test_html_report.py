"""The HTML report: complete, well formed, true to the run, silent on the network, and safe with hostile text."""

import base64
import hashlib
import re
import stat
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import html5lib
import msgspec
import pytest

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import FamilyCheck
from netaudit.model.profile import Severity
from netaudit.model.reliance import Reliance
from netaudit.model.run import Run, Timeliness
from netaudit.model.verdict import Status
from netaudit.rules.gaps import could_not_see
from netaudit.writers import html
from netaudit.writers.html import write_html
from netaudit.writers.report import Report
from netaudit.writers.wording import Wording
from tests.writers.synthetic import CHECKS, large_run, province_run

LOADING = {
    "script": "src", "img": "src", "link": "href", "iframe": "src", "object": "data", "embed": "src", "source": "src",
    "audio": "src", "video": "src", "use": "href", "image": "href", "form": "action", "base": "href",
}  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def tags(path: Path) -> list[tuple[str, dict[str, str]]]:
    parser = _Tags()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.tags


def pages(report: Path) -> list[Path]:
    return sorted(report.rglob("*.html"))


def figures(path: Path) -> dict[str, str]:
    return dict(re.findall(r'data-figure="([^"]+)">([^<]*)<', path.read_text(encoding="utf-8")))


def test_every_unit_and_every_check_has_its_page(province_report: Path, province: Run) -> None:
    units = {path.name for path in (province_report / "unit").iterdir()}
    checks = {path.name for path in (province_report / "checks").iterdir()}
    assert units == {f"{unit.id}.html" for unit in province.units}
    assert checks == {f"{check}.html" for check in CHECKS}


def test_every_audited_zone_has_a_page_that_others_lead_to(province_report: Path, province: Run) -> None:
    expected = {f"{zone}.html" for zone in province.zone_summaries}
    assert {path.name for path in (province_report / "zone").iterdir()} == expected
    linked = {
        attributes["href"].rpartition("/")[2]
        for path in pages(province_report)
        if path.parent.name in ("unit", "checks")
        for tag, attributes in tags(path)
        if tag == "a" and "/zone/" in attributes.get("href", "")
    }
    assert linked == expected


def test_a_zone_page_says_in_a_table_what_the_picture_shows(province_report: Path, province: Run) -> None:
    for zone in province.zone_summaries:
        tree = html5lib.parse(
            (province_report / "zone" / f"{zone}.html").read_text("utf-8"), namespaceHTMLElements=False
        )
        (table,) = tree.iterfind(".//table[@class='links']")
        told = " ".join(table.itertext())
        drawn = {"".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")}
        records = {text for text in drawn if text.startswith(("KSK", "ZSK", "DS 1", "DS 3", "DS 4", "RRSIG"))}
        assert len(records) >= 6
        assert {text for text in records if text not in told} == set()


def test_files_are_for_their_owner_only(province_report: Path) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in pages(province_report)} == {0o600}
    assert not list(province_report.rglob(".netaudit-*"))


def test_pages_are_well_formed(province_report: Path, hostile_report: Path) -> None:
    for path in [*pages(province_report)[::12], province_report / "index.html", *pages(hostile_report)]:
        html5lib.HTMLParser(strict=True).parse(path.read_text(encoding="utf-8"))


def test_nothing_is_loaded_from_anywhere(province_report: Path, hostile_report: Path) -> None:
    for path in [*pages(province_report), *pages(hostile_report)]:
        for tag, attributes in tags(path):
            address = attributes.get(LOADING.get(tag, ""), "")
            assert address.startswith("#") or not address, (path, tag, address)
            assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcset")]
        text = path.read_text(encoding="utf-8")
        style = text[text.index("<style>") : text.index("</style>")]
        assert "@import" not in style
        assert not re.findall(r"url\((?!#)", style)


def test_links_inside_the_report_lead_somewhere(province_report: Path) -> None:
    ids = {path: {a["id"] for _, a in tags(path) if "id" in a} for path in pages(province_report)}
    for path in pages(province_report):
        for tag, attributes in tags(path):
            target = attributes.get("href", "")
            if tag != "a" or target.startswith("https://"):
                continue
            name, _, fragment = target.partition("#")
            other = (path.parent / name).resolve() if name else path
            assert other in ids, (path, target)
            assert not fragment or fragment in ids[other], (path, target)


def test_no_id_is_given_twice(province_report: Path) -> None:
    for path in pages(province_report):
        ids = [a["id"] for _, a in tags(path) if "id" in a]
        assert len(ids) == len(set(ids)), path


def test_outside_links_are_references_over_http(province_report: Path, hostile_report: Path) -> None:
    outside = set()
    for path in [*pages(province_report), *pages(hostile_report)]:
        for tag, attributes in tags(path):
            target = attributes.get("href", "")
            if tag == "a" and ":" in target.partition("#")[0]:
                outside.add(target)
                assert attributes["rel"] == "noreferrer noopener"
    assert outside == {
        "https://www.rfc-editor.org/rfc/rfc4035.html#section-5.3.1",
        "https://www.rfc-editor.org/rfc/rfc7766.html#section-5",
        "https://www.vnnic.vn/",
    }


def test_the_policy_names_the_hashes_of_what_is_inline(province_report: Path) -> None:
    text = (province_report / "index.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    for tag in ("style", "script"):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy[1]
    assert policy[1].startswith("default-src &#39;none&#39;;")


def test_numbers_on_the_index_are_the_numbers_of_the_run(province_report: Path, province: Run) -> None:
    wording = Wording("vi" if "-vi" in province_report.name else "en")
    shown = figures(province_report / "index.html")
    counts = province.totals.counts
    assert shown["fails"] == wording.number(counts[Status.FAIL])
    assert shown["could-not-test"] == wording.number(counts[Status.COULD_NOT_TEST])
    for severity in Severity:
        assert shown[f"severity-{severity}"] == wording.number(province.totals.findings.get(severity, 0))
    statuses = [result.status for result in province.unit_results]
    assert shown["units-pass"] == wording.number(statuses.count(statuses[0].PASS))
    text = (province_report / "index.html").read_text(encoding="utf-8")
    assert province.algorithm_registry is not None
    assert wording.day(province.algorithm_registry) in text[text.index('id="method"') :]
    assert wording.percent(counts[Status.PASS], province.totals.evaluated) in text
    assert wording.percent(province.totals.evaluated, province.totals.applicable) in text
    for pillar in province.pillars:
        part = text[text.index(f'data-pillar="{pillar.pillar}"') :]
        numbers = re.findall(r"<b>([^<]*)</b>", part[: part.index("</ul>")])
        for count in pillar.counts.values():
            assert wording.number(count) in numbers, pillar


def test_coverage_and_register_print_their_figures(province_report: Path, province: Run) -> None:
    wording = Wording("vi" if "-vi" in province_report.name else "en")
    text = (province_report / "index.html").read_text(encoding="utf-8")
    shown = {
        key: re.sub(r"<svg.*?</svg>|<[^>]*>", "", rest)
        for key, rest in re.findall(r'data-coverage="([^"]+)">(.*?)</span>', text)
    }
    for row in province.coverage:
        assert shown[f"{row.tier}/{row.kind}"] == f"{wording.number(row.working)}/{wording.number(row.expected)}"
    pillars = dict(re.findall(r'data-pillar-coverage="([^"]+)">.*?<b>([^<]*)</b>', text))
    assert pillars == {
        f"{row.tier}/{row.kind}": f"{wording.number(row.working)}/{wording.number(row.expected)}"
        for row in province.pillar_coverage
    }
    assert {row.kind for row in province.pillar_coverage} == {"dnssec", "ipv6", "dual_stack"}
    head = text[text.index('<table class="coverage">') :].partition("</thead>")[0]
    dated = [tier for tier in province.tiers if tier.as_of is not None]
    assert dated
    assert all(head.count(wording.day(tier.as_of)) for tier in dated if tier.as_of is not None)
    for register in province.registers:
        assert f"<b>{wording.number(sum(register.counted.values()))}</b>" in text


def test_a_clause_never_passes_for_the_law_and_an_ended_programme_says_so(province_report: Path, province: Run) -> None:
    wording = Wording("vi" if "-vi" in province_report.name else "en")
    text = (province_report / "index.html").read_text(encoding="utf-8")
    agenda, _, clauses = text.partition('<details class="card plan"')
    bases = re.findall(r'class="basis b-([a-z]+)" title="[^"]*">([^<]*)<', clauses)
    assert len(bases) == len(province.clauses)
    bases += re.findall(r'class="basis b-([a-z]+)" title="[^"]*">([^<]*)<', agenda)
    assert {basis for basis, label in bases if label == wording.gettext("legal text")} == {"legal"}
    badges = Counter(re.findall(r'<span class="badge[^>]*><svg.*?</svg>([^<]*)</span>', clauses))
    late = [clause for clause in province.clauses if clause.overdue]
    closed = [clause for clause in province.clauses if clause.timeliness is Timeliness.CLOSED]
    assert badges[wording.gettext("late")] == len(late) == 1
    assert badges[wording.gettext("closed")] == len(closed) == 2
    assert all(clause.ended is not None and not clause.overdue for clause in closed)


def test_what_follows_from_another_fault_is_no_action_of_its_own(province_report: Path) -> None:
    text = (province_report / "index.html").read_text(encoding="utf-8")
    actions = text.partition('<ol class="actions">')[2].partition("</ol>")[0]
    linked = re.findall(r'href="checks/([a-z0-9_.]+)\.html"', actions)
    assert "dnssec.signature_validity" in linked
    assert "dnssec.chain_valid" not in linked
    assert "ipv6.web_reachable" not in linked


def test_headlines_of_actions_are_the_check_and_say_nothing_of_one_target(province_report: Path) -> None:
    wording = Wording("vi" if "-vi" in province_report.name else "en")
    text = (province_report / "index.html").read_text(encoding="utf-8")
    heads = [re.sub(r"<[^>]*>", "", head) for head in re.findall(r"<h3>(.*?)</h3>", text[text.index('id="first"') :])]
    first = f"{wording.gettext('Not met:')} {CHECKS['dnssec.signature_validity'].title.in_language(wording.language)}"
    assert heads[0] == first
    begin = text.partition('<ol class="begin">')[2].partition("</ol>")[0]
    assert first in re.sub(r"<[^>]*>", "", begin)
    actions = text.partition('<ol class="actions">')[2].partition("</ol>")[0]
    assert "(+" not in actions
    assert "<code>dilinh.lamdong.gov.vn</code>: " in actions
    rest = wording.gettext("%(listed)s and %(number)s more") % {"listed": "", "number": 3}
    assert f"ns1.lamdong.gov.vn (2001:db8:113::1){rest}." in actions


def test_closed_networks_leave_no_question_mark_in_the_matrix(province_report: Path, province: Run) -> None:
    text = (province_report / "index.html").read_text(encoding="utf-8")
    closed = [r for r in province.results if "qlvb." in r.verdict.target.name]
    assert {r.verdict.outcome.failure.reason for r in closed if r.verdict.outcome.failure} == {Reason.NOT_FROM_INTERNET}
    assert len({unit for result in closed for unit in result.units}) > 100
    seen = {
        (unit, result.verdict.check.partition(".")[0])
        for result in province.results
        if could_not_see(result)
        for unit in result.units
    }
    assert 0 < text.count('class="also s-gap"') <= len(seen) < 5


def test_long_evidence_shows_what_is_wrong_first_and_folds_the_rest(province_report: Path) -> None:
    text = (province_report / "checks" / "dnssec.signature_validity.html").read_text(encoding="utf-8")
    finding = text[text.index("<article") : text.index("</article>")]
    shown, _, folded = finding.partition("<details")
    assert shown.count("<tr><td") == 8
    assert "NOERROR, AA" not in shown
    assert folded.count("<tr><td") == 6
    assert "NOERROR, AA" in folded


def test_a_unit_page_keeps_consequences_apart_from_their_cause(province_report: Path) -> None:
    text = (province_report / "unit" / "di-linh.html").read_text(encoding="utf-8")
    cause, _, following = text[text.index('id="findings"') : text.index('id="rest-title"')].partition(
        'class="card group following"'
    )
    assert "checks/dnssec.signature_validity.html" in cause
    assert "checks/dnssec.chain_valid.html" not in cause
    assert following.count("checks/dnssec.chain_valid.html") == 1
    assert not following.startswith(" open")


def test_an_incomplete_and_half_blind_scan_says_so(tmp_path: Path, province: Run) -> None:
    failure = Failure(reason=Reason.NO_ROUTE, side=Side.OURS, detail="no default route")
    blind = FamilyCheck(family=Family.IPV6, available=False, udp=False, tcp=False, failure=failure)
    run = msgspec.structs.replace(
        province, complete=False, incomplete_reason="interrupted", families=(province.families[0], blind)
    )
    write_html(run, tmp_path, "en")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "The scan did not come to its end." in text
    assert "The scanner itself had no IPv6" in text
    assert "IPv6 does not work" in text


def test_a_run_without_results_gives_a_report(tmp_path: Path, province: Run) -> None:
    empty = msgspec.structs.replace(
        province, results=(), clauses=(), unit_results=(), coverage=(), registers=(), pillars=(), checks={}, units=(),
        services=(), profiles=(), contact=None, authorisation=None, zone_summaries={}, parity={}, datacentres={},
        totals=msgspec.structs.replace(province.totals, counts={}, findings={}, evaluated=0, applicable=0),
    )  # fmt: skip
    for language in ("vi", "en"):
        for page in write_html(empty, tmp_path, language):
            html5lib.HTMLParser(strict=True).parse(page.read_text(encoding="utf-8"))


def test_another_language_is_refused(tmp_path: Path, province: Run) -> None:
    with pytest.raises(ValueError, match="fr"):
        write_html(province, tmp_path, "fr")


def test_hostile_text_is_shown_as_text(hostile_report: Path) -> None:
    for path in pages(hostile_report):
        text = path.read_text(encoding="utf-8")
        assert [tag for tag, _ in tags(path)].count("script") == (path.name != "summary.html")
        assert not {"img", "iframe", "object"} & {tag for tag, _ in tags(path)}
        assert not re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", text), path
        assert "a" * 1000 not in text
        assert path.stat().st_size < 1_000_000
    index = (hostile_report / "index.html").read_text(encoding="utf-8")
    assert "⟨U+202E⟩" in index
    assert "␛[2J" in index
    assert "{{ 7*7 }}" in index


@pytest.mark.slow
def test_five_thousand_services_stay_below_two_megabytes_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the units, which have one service each, every hundredth."""
    run = large_run(5_000)
    every = list(html._pages(Report(run, Wording("vi"))))
    assert len(every) == 5_000 + len(CHECKS) + len(("summary", "index"))
    units = [page for page in every if page[1] == "unit.html"]
    others = [page for page in every if page[1] != "unit.html"]
    monkeypatch.setattr(html, "_pages", lambda report: [*units[::100], *others])
    paths = write_html(run, tmp_path, "vi")
    assert max(path.stat().st_size for path in paths) < 2_000_000
    assert len(paths) == 50 + len(others)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", ("2 điểm lỗi đơn", "9 trên 11 vùng", "9 vùng, 9 dịch vụ", "Các vùng chờ lẫn nhau")),
        ("en", ("2 single points of failure", "9 of 11 zones", "zones: 9, services: 9", "Zones that wait for each")),
    ],
)
def test_the_index_tells_what_everything_rests_on(tmp_path: Path, language: str, said: tuple[str, ...]) -> None:
    run = province_run()
    write_html(run, tmp_path, language)
    text = (tmp_path / "index.html").read_text("utf-8")
    section = text[text.index('<section id="reliance"') :].partition("</section>")[0]
    assert all(words in section for words in said), section
    assert section.index("dns-mau.vn") < section.index("luutru-mau.vn")
    write_html(msgspec.structs.replace(run, reliance=Reliance()), tmp_path, language)
    assert '"reliance"' not in (tmp_path / "index.html").read_text("utf-8")
