"""The page of a data centre: pictures side by side, operators by family, sources with their age, ways to reach it."""

from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from netaudit.model.common import Family
from netaudit.model.run import Run
from netaudit.writers.datacentres import DataCentrePage
from netaudit.writers.safe import page_name
from netaudit.writers.wording import Wording
from tests.writers.synthetic import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def page(report: Path, id: str = "ttth") -> Element:
    text = (report / "datacentre" / page_name(id)).read_text("utf-8")
    return html5lib.parse(text, namespaceHTMLElements=False)


def table(tree: Element, section: str) -> list[list[str]]:
    (found,) = tree.iterfind(f".//section[@aria-labelledby='{section}']")
    return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in found.iterfind(".//tbody/tr")]


def test_ipv4_stands_beside_ipv6_each_with_its_picture(province_report: Path) -> None:
    (pair,) = page(province_report).iterfind(".//div[@class='ways']")
    heads = [" ".join("".join(head.itertext()).split()) for head in pair.iterfind(".//h3")]
    assert heads == ["IPv4 203.0.113.0/24", "IPv6 2001:db8:113::/48"]
    pictures = [svg for svg in pair.iter(f"{SVG}svg")]
    assert len(pictures) == 2
    names = [name for svg in pictures for name in svg.get("aria-labelledby", "").split()]
    assert len(set(names)) == 4
    ids = [element.get("id") for element in page(province_report).iter() if element.get("id")]
    assert set(names) <= set(ids)
    assert len(ids) == len(set(ids))


def test_operators_are_compared_and_the_missing_one_is_marked(province_report: Path) -> None:
    first, second = table(page(province_report), "operators-title")
    assert first[0] == "Nhà mạng thứ nhất AS64501"
    assert (first[1][:2], first[2][:3]) == ("50", "100")
    assert second[0] == "Nhà mạng thứ hai AS64502"
    assert second[2] in ("declared, not observed", "đã khai báo, không quan sát thấy")


def test_sources_tell_their_age_and_why_one_was_not_used(province_report: Path) -> None:
    routes, vrps = table(page(province_report), "sources-title")
    assert routes[1] == "rib.mrt mrt"
    assert routes[3] in ("1 hour", "1 giờ")
    assert routes[4] in ("yes", "có")
    assert vrps[3] == "–"
    assert vrps[4].endswith("no such file")


@pytest.mark.parametrize("where", ["index.html", "unit/stttt.html"])
def test_the_page_is_linked(province_report: Path, where: str) -> None:
    tree = html5lib.parse((province_report / where).read_text("utf-8"), namespaceHTMLElements=False)
    links = {link.get("href") for link in tree.iter("a")}
    assert ("" if where == "index.html" else "../") + "datacentre/ttth.html" in links


def test_the_index_says_who_was_observed_in_which_family(province: Run) -> None:
    shown = DataCentrePage(province, "ttth", Wording("en"))
    assert shown.observed(Family.IPV4) == "Nhà mạng thứ nhất, Nhà mạng thứ hai"
    assert shown.observed(Family.IPV6) == "Nhà mạng thứ nhất"
    assert shown.results
    assert {result.verdict.target.name for result in shown.results} == {"ttth"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(hostile_report: Path, text: str) -> None:
    tree = page(hostile_report, text)
    assert [script.get("src") for script in tree.iter("script")] == [None]
    (main,) = tree.iter("main")
    assert not [e for e in main.iter() if any(name.lower().startswith("on") for name in e.attrib)]
    assert not list(main.iter("script"))
