"""The report by keyboard alone: everything is reached, seen where it is, and works."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import open_page, richest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Reports = dict[str, dict[str, list[Path]]]
MOST = 1_500  # stops of a page; more would be a trap

# Where the focus is, whether it can be seen there (WCAG 2.2, 2.4.7 and 2.4.11), and whether it was here before.
_STOP = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  if (here === document.body) return null;
  const again = here.dataset.stopped === "yes";
  here.dataset.stopped = "yes";
  const middle = (start, length, most) => Math.min(Math.max(start + length / 2, 0), most - 1);
  const over = document.elementFromPoint(middle(box.x, box.width, innerWidth), middle(box.y, box.height, innerHeight));
  const kind = ["skip", "scroll", "tile"].find((name) => here.classList.contains(name));
  return {
    what: kind ?? (here.closest(".jump") ? "section" : here.matches("th button") ? "sort" : here.tagName.toLowerCase()),
    outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, again,
    seen: box.bottom > 0 && box.top < innerHeight && (here.contains(over) || over === null || over.contains(here)),
    html: here.outerHTML.slice(0, 120),
  };
}"""


def stops(page: Page) -> list[dict[str, Any]]:
    """Go through the page with Tab, from its beginning to its end."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None or stop["again"]:
            return found
        found.append(stop)
    raise AssertionError(f"more than {MOST} stops, the last at {found[-1]}")


def test_everything_on_the_index_is_reached_and_seen(browser: Browser, reports: Reports) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = open_page(context, reports["vi"]["index.html"][0]).page
        found = stops(page)
    kinds = [stop["what"] for stop in found]
    assert kinds[0] == "skip"
    assert {"skip", "section", "a", "tile", "summary", "input", "select", "sort", "scroll"} <= set(kinds)
    assert [stop for stop in found if not stop["outline"]] == []
    assert [stop for stop in found if not stop["seen"]] == []


@pytest.mark.parametrize("template", ["unit.html", "check.html", "zone.html", "service.html", "datacentre.html"])
def test_the_other_pages_too(browser: Browser, reports: Reports, template: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 700}) as context:
        found = stops(open_page(context, richest(reports["en"][template])).page)
    assert found[0]["what"] == "skip" and len(found) > 3
    assert [stop for stop in found if not (stop["outline"] and stop["seen"])] == []


def test_the_skip_link_leads_to_the_content(browser: Browser, reports: Reports) -> None:
    with browser.new_context() as context:
        page = open_page(context, reports["vi"]["index.html"][0]).page
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize(("language", "typed"), [("vi", "chuỗi tin cậy"), ("en", "CHAIN of trust")])
def test_typing_filters_and_the_number_is_announced(
    browser: Browser, reports: Reports, language: str, typed: str
) -> None:
    with browser.new_context() as context:
        heard = open_page(context, reports[language]["index.html"][0])
        page = heard.page
        groups = page.locator("#findings-list > [data-item]")
        every = groups.count()
        page.focus("[data-search]")
        page.keyboard.type(typed)
        shown = groups.locator("visible=true").count()
        assert 0 < shown < every
        for group in groups.locator("visible=true").all():
            assert re.search(
                "chuỗi tin cậy" if language == "vi" else "chain of trust", group.inner_text(), re.IGNORECASE
            )
        status = page.get_by_role("status")
        expect(status).to_have_text(re.compile(rf"\b{shown} / {every}$"))
        page.keyboard.press("Enter")  # sends nothing
        page.keyboard.press("Control+A")
        page.keyboard.type("no such finding")
        expect(status).to_have_text(re.compile(rf"\b0 / {every}$"))
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        assert groups.locator("visible=true").count() == every
        assert heard.quiet, (heard.console, heard.requests)


def test_a_filter_is_a_link(browser: Browser, reports: Reports) -> None:
    index = reports["vi"]["index.html"][0]
    with browser.new_context() as context:
        heard = open_page(context, index)
        page = heard.page
        groups = page.locator("#findings-list > [data-item]")
        page.focus("#severity-critical a")
        page.keyboard.press("Enter")
        expect(page.locator("[data-choice=severity]")).to_have_value("critical")
        critical = groups.and_(page.locator("[data-severity=critical]"))
        assert groups.locator("visible=true").count() == critical.count() > 0
        page.focus(".pillar[data-pillar=ipv6] .s-fail a")
        page.keyboard.press("Enter")
        expect(page.locator("[data-choice=severity]")).to_have_value("")
        ipv6 = groups.and_(page.locator("[data-pillar=ipv6]"))
        assert groups.locator("visible=true").count() == ipv6.count() > 0
        expect(page.locator("form.filter")).to_be_in_viewport()
        assert heard.console == []
        # the link works from elsewhere too
        again = context.new_page()
        again.goto(index.resolve().as_uri() + "#severity-high")
        shown = again.locator("#findings-list > [data-item]").locator("visible=true")
        assert {group.get_attribute("data-severity") for group in shown.all()} == {"high"}


def test_a_column_is_sorted_with_enter(browser: Browser, reports: Reports) -> None:
    with browser.new_context() as context:
        page = open_page(context, reports["vi"]["provinces.html"][0]).page
        head = page.locator("table[data-sortable] thead th").first
        names = page.locator("table[data-sortable] tbody tr > :first-child")
        first = names.all_inner_texts()
        assert len(first) > 2
        head.locator("button").focus()
        page.keyboard.press("Enter")
        expect(head).to_have_attribute("aria-sort", "ascending")
        page.keyboard.press("Enter")
        expect(head).to_have_attribute("aria-sort", "descending")
        assert names.all_inner_texts() == first[::-1]
        assert page.evaluate("document.activeElement.textContent") == head.inner_text()


def test_enter_and_space_unfold(browser: Browser, reports: Reports) -> None:
    with browser.new_context() as context:
        page = open_page(context, reports["vi"]["index.html"][0]).page
        part = page.locator("details.others")
        part.locator("summary").first.focus()
        for key in ("Enter", "Space"):
            was = part.evaluate("part => part.open")
            page.keyboard.press(key)
            assert part.evaluate("part => part.open") is not was
