"""Each type of page in both themes and languages: silent, accessible, fit for every screen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from netaudit.content import content_path
from tests.browser.pages import LANGUAGES, axe, measure, open_page, richest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TEMPLATES = sorted(
    path.name
    for path in (content_path("reports") / "templates").iterdir()
    if re.search(r"^{% extends \"base.html\" %}", path.read_text(encoding="utf-8"), re.MULTILINE)
)
GROUND = {"light": "rgb(243, 245, 242)", "dark": "rgb(14, 20, 18)"}
WIDTHS = (1280, 768, 390, 320)

Reports = dict[str, dict[str, list[Path]]]


def test_every_template_of_a_page_is_tried(reports: Reports) -> None:
    """Here or, for the summary, which is black on white in both themes, in test_summary_on_paper.py."""
    for language in LANGUAGES:
        assert sorted(reports[language]) == sorted([*TEMPLATES, "summary.html"])


def test_every_section_shows(reports: Reports) -> None:
    """What no page shows, no test here can try."""
    for language in LANGUAGES:
        shown = {
            section
            for paths in reports[language].values()
            for section in re.findall(r'<section id="([a-z-]+)"', richest(paths).read_text(encoding="utf-8"))
        }
        written = {
            section
            for path in (content_path("reports") / "templates").iterdir()
            for section in re.findall(r'<section id="([a-z-]+)"', path.read_text(encoding="utf-8"))
        }
        assert shown == written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", GROUND)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_is_accessible(browser: Browser, reports: Reports, template: str, theme: str, language: str) -> None:
    """Colours are all that a theme changes."""
    with browser.new_context(color_scheme=theme, bypass_csp=True) as context:  # type: ignore[arg-type]
        page = open_page(context, richest(reports[language][template])).page
        assert page.evaluate("document.documentElement.lang") == language
        assert axe(page, contrast_only=theme == "dark") == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", GROUND)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_is_silent_and_fits_every_screen(
    browser: Browser, reports: Reports, template: str, theme: str, language: str
) -> None:
    """Of zones, services and data centres each page, of units and checks that with most and that with least to show.

    In Vietnamese; in English, which has the shorter words, that with most and that with least of every type.
    """
    paths = reports[language][template]
    each = len(paths) < 10 and language == "vi"
    tried = paths if each else sorted({richest(paths), min(paths, key=lambda path: path.stat().st_size)})
    with browser.new_context(color_scheme=theme) as context:  # type: ignore[arg-type]
        for path in tried if theme == "light" else [richest(paths)]:
            heard = open_page(context, path)
            assert heard.page.evaluate("getComputedStyle(document.body).backgroundColor") == GROUND[theme]
            assert len(heard.page.inner_text("body")) > 300
            widths = WIDTHS if theme == "light" else WIDTHS[-1:]
            assert [found for width in widths if (found := (width, measure(heard.page, width)))[1]] == []
            assert heard.quiet, (heard.console, heard.requests)
            heard.page.close()
