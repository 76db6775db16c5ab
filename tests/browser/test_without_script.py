"""What a page is without JavaScript, and on paper."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import open_page, richest
from tests.browser.test_every_page import TEMPLATES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Reports = dict[str, dict[str, list[Path]]]

# The text that is seen when every part is unfolded, without what only the script can offer.
_TEXT = """() => {
  for (const part of document.querySelectorAll("details")) part.open = true;
  for (const form of document.querySelectorAll("form.filter")) form.hidden = true;
  return document.body.innerText;
}"""
_FOLDED = """() => [...document.querySelectorAll("details > :not(summary, .more)")]
  .filter((part) => part.textContent.trim() && part.getBoundingClientRect().height === 0)
  .map((part) => part.outerHTML.slice(0, 160))"""


def text(page: Page) -> str:
    unfolded: str = page.evaluate(_TEXT)
    return " ".join(unfolded.split())


@pytest.mark.parametrize("template", TEMPLATES)
def test_all_content_is_there_without_script(browser: Browser, reports: Reports, template: str) -> None:
    path = richest(reports["vi"][template])
    with browser.new_context(java_script_enabled=False) as context:
        heard = open_page(context, path)
        assert heard.page.locator("form.filter, th button").locator("visible=true").count() == 0
        folded = heard.page.locator("details:not([open])").locator("visible=true")
        count = folded.count()
        if count:
            folded.first.locator("summary").first.click()  # folding is the browser's own
            assert folded.count() != count
        plain = text(heard.page)
        assert heard.quiet, (heard.console, heard.requests)
    with browser.new_context() as context:
        assert text(open_page(context, path).page) == plain
    assert len(plain) > 300


@pytest.mark.parametrize("template", TEMPLATES)
def test_paper_is_light_and_unfolded(browser: Browser, reports: Reports, template: str) -> None:
    with browser.new_context(color_scheme="dark", java_script_enabled=False) as context:
        page = open_page(context, richest(reports["en"][template])).page
        page.emulate_media(media="print")
        style = "getComputedStyle(document.body)"
        assert page.evaluate(f"[{style}.backgroundColor, {style}.color]") == ["rgb(255, 255, 255)", "rgb(22, 33, 28)"]
        assert page.evaluate(_FOLDED) == []
        assert page.locator(".jump, form.filter, .skip").locator("visible=true").count() == 0
        assert page.pdf(format="A4").startswith(b"%PDF-")
