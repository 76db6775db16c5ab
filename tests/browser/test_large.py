"""An index of 5,000 services in the browser: small, quickly there, quickly filtered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from netaudit.writers import html
from netaudit.writers.report import Report
from tests.browser.pages import measure, open_page
from tests.writers.crowd import crowded_run

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NOISE = 3  # times slower than alone: other tests have the processors too
_FILTER = """() => {
  const search = document.querySelector("[data-search]"), times = [];
  for (const typed of ["d", "dichvu42", "rule", "không có", ""]) {
    const start = performance.now();
    search.value = typed;
    search.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.getBoundingClientRect();  // what was hidden is laid out anew
    times.push(performance.now() - start);
  }
  return Math.max(...times);
}"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The index alone: pages of units and checks are tried elsewhere."""
    pages = html._pages

    def first(report: Report) -> Iterator[tuple[str, str, dict[str, Any]]]:
        return (page for page in pages(report) if page[0] == "index.html")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "_pages", first)
        (written,) = html.write_html(crowded_run(), tmp_path_factory.mktemp("large"), "vi")
    yield written


def test_it_is_small_and_quick(browser: Browser, index: Path) -> None:
    assert index.stat().st_size <= 2_000_000
    with browser.new_context() as context:
        heard = open_page(context, index)
        timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
        assert len(heard.page.query_selector_all("#findings-list > [data-item]")) > 150
        opened, filtered = heard.page.evaluate(timing), heard.page.evaluate(_FILTER)
        print(f"{index.stat().st_size} octets, opened in {opened:.0f} ms, filtered in {filtered:.0f} ms")
        assert 0 < opened < 1_000 * NOISE
        assert filtered < 1_000 * NOISE
        assert heard.quiet, (heard.console, heard.requests)


def test_it_fits_a_small_screen(browser: Browser, index: Path) -> None:
    with browser.new_context() as context:
        page = open_page(context, index).page
        assert measure(page, 320) == {}
