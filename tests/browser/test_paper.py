"""Each type of page on paper: its head and number on every sheet, no sheet empty, everything unfolded."""

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.browser.pages import open_page, richest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TEMPLATES = ("check.html", "datacentre.html", "index.html", "service.html", "unit.html", "zone.html")


@pytest.mark.parametrize("template", TEMPLATES)
def test_sheets_have_heads_and_numbers(
    browser: Browser, reports: dict[str, dict[str, list[Path]]], template: str
) -> None:
    with browser.new_context(color_scheme="dark", java_script_enabled=False) as context:
        page = open_page(context, richest(reports["en"][template])).page
        sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages]
    for number, text in enumerate(sheets, 1):
        assert "Lâm Đồng province · run 20261124T140000Z-lam-dong" in text
        assert f"{number} / {len(sheets)}" in text
        assert len(text) > 250, f"sheet {number} of {len(sheets)} is nearly empty: {text}"


def test_what_is_folded_on_the_screen_is_on_paper(browser: Browser, reports: dict[str, dict[str, list[Path]]]) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = open_page(context, richest(reports["en"]["unit.html"])).page
        folded = page.locator("details:not([open]) .plain li").first
        assert not folded.is_visible()
        text = "".join(s.extract_text() for s in PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages)
        words = (folded.text_content() or "").split()
    assert " ".join(words[:4]) in " ".join(text.split())
