"""The report in a real browser: nothing sticks out, nothing is blocked by its own policy, nothing runs."""

from pathlib import Path

import pytest

from netaudit.writers.html import write_html
from tests.browser.chromium import Browser
from tests.writers.synthetic import hostile_run, province_run

pytestmark = pytest.mark.browser

WIDTHS = (1280, 768, 390, 320)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_zones_and_services_fit_every_screen(browser: Browser, tmp_path: Path, dark: bool) -> None:
    write_html(province_run(), tmp_path, "vi")
    pages = [*sorted((tmp_path / "zone").iterdir()), *sorted((tmp_path / "service").iterdir())]
    measured, console = browser.measure([(page, width) for page in pages for width in (1280, 390, 320)], dark=dark)
    assert len(measured) == 24
    for page in measured:
        assert page.scroll <= page.client == page.width, page
        assert not page.wide, page
        assert not page.small, page
        assert not page.broken, page
    assert console == ""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_fit_every_screen(browser: Browser, tmp_path: Path, language: str) -> None:
    write_html(province_run(), tmp_path, language)
    pages = [
        tmp_path / name for name in ("index.html", "unit/di-linh.html", "unit/skhdt.html", "checks/ipv6.aaaa.html")
    ]
    measured, console = browser.measure([(page, width) for page in pages for width in WIDTHS])
    assert len(measured) == len(pages) * len(WIDTHS)
    for page in measured:
        assert page.text > 500, page
        assert page.scroll <= page.client == page.width, page
        assert not page.wide, page
        assert not page.small, page
        assert not page.broken, page
    assert console == ""


def test_style_and_script_pass_their_own_policy(browser: Browser, tmp_path: Path) -> None:
    write_html(province_run(), tmp_path, "vi")
    (light,), console = browser.measure([(tmp_path / "index.html", 1280)])
    (dark,), dark_console = browser.measure([(tmp_path / "index.html", 1280)], dark=True)
    assert light.background == "rgb(243, 245, 242)"
    assert dark.background == "rgb(14, 20, 18)"
    assert light.filter and light.buttons > 0
    assert console == dark_console == ""


def test_hostile_text_stays_text_and_fits(browser: Browser, tmp_path: Path) -> None:
    paths = write_html(hostile_run(), tmp_path, "en")
    pages = [path for path in paths if path.parent.name != "checks" or "dns.tcp" in path.name]
    measured, console = browser.measure([(page, width) for page in pages for width in (1280, 390)])
    for page in measured:
        assert page.title != "owned"
        assert page.scroll <= page.client, page
        assert not page.wide, page
    assert console == ""
