"""The executive summary in Chromium: two sheets of paper whatever the run, nothing cut off, nothing asked for."""

from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser
from pypdf import PdfReader

from netaudit.writers.html import summary_html
from tests.browser.pages import LANGUAGES, axe, measure, open_page
from tests.writers.summaries import RUNS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

A4 = (595, 842)  # points
# Of each sheet: where its text ends, where its foot begins, how many boxes are wider than they may be.
_ROOM = """() => [...document.querySelectorAll('.sheet')].map((sheet) => {
  const foot = sheet.querySelector(':scope > .end, :scope > .foot');
  const rest = [...sheet.children].filter((e) => e !== foot);
  const right = sheet.getBoundingClientRect().right + 1;
  return [Math.max(...rest.map((e) => e.getBoundingClientRect().bottom)) <= foot.getBoundingClientRect().top,
          [...sheet.querySelectorAll('td, th, p, li')].filter((e) => e.getBoundingClientRect().right > right).length];
})"""


@pytest.mark.parametrize(
    ("name", "language"),
    [("one unit", "en"), ("whole", "vi"), ("whole", "en"), ("proposed", "vi"), ("crowded", "vi"), ("hostile", "vi")],
)
def test_it_is_two_sheets_with_room_for_all(browser: Browser, tmp_path: Path, name: str, language: str) -> None:
    path = tmp_path / "summary.html"
    path.write_text(summary_html(RUNS[name](), language), encoding="utf-8")
    with browser.new_context(viewport={"width": 695, "height": 1040}) as context:  # 184 mm: the sheet's own width
        heard = open_page(context, path)
        heard.page.emulate_media(media="print")
        assert heard.page.evaluate(_ROOM) == [[True, 0], [True, 0]]
        pages = PdfReader(BytesIO(heard.page.pdf(prefer_css_page_size=True))).pages
        assert [(round(page.mediabox.width), round(page.mediabox.height)) for page in pages] == [A4, A4]
        assert heard.quiet, (heard.console, heard.requests)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_accessible_and_fits_every_screen(browser: Browser, tmp_path: Path, language: str) -> None:
    path = tmp_path / "summary.html"
    path.write_text(summary_html(RUNS["whole"](), language), encoding="utf-8")
    with browser.new_context(color_scheme="dark", bypass_csp=True) as context:
        page = open_page(context, path).page
        assert {width: measure(page, width) for width in (1280, 390, 320)} == {1280: {}, 390: {}, 320: {}}
        assert axe(page) == []


def test_a_line_to_fill_in_by_hand_fits_a_small_screen(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "summary.html"
    path.write_text(summary_html(replace(RUNS["whole"](), classification=""), "vi"), encoding="utf-8")
    with browser.new_context() as context:
        assert measure(open_page(context, path).page, 320) == {}
