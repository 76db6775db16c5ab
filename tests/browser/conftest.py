"""One browser, and the reports that it opens. Without Chromium a skip that is counted; `CI=true` makes it a failure."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, sync_playwright

from netaudit.writers.html import write_html
from netaudit.writers.provinces import write_provinces
from tests.browser.pages import LANGUAGES, page_types
from tests.writers.test_numbers import small
from tests.writers.whole import provinces, whole_run

EVERY = 3  # of the units every third, still enough for a map of tiles: the pages of more would say the same
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of this machine; NETAUDIT_CHROMIUM names another one.

    It ends with its module: Playwright's loop must not run on beside tests that have loops of their own.
    """
    program = os.environ.get("NETAUDIT_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: see tests/apt-packages.txt")
        pytest.skip("Chromium is missing")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[Path]]]:
    """By language: the pages of a report in which every section shows, by the template that made them."""
    written: dict[str, dict[str, list[Path]]] = {}
    for language in LANGUAGES:
        out = tmp_path_factory.mktemp(f"whole-{language}")
        whole = whole_run()
        run = small(msgspec.structs.replace(whole, units=whole.units[::EVERY]), len(whole.units))
        write_html(run, out, language)
        write_provinces(provinces(), out / "provinces.html", language)
        written[language] = {**page_types(run, out, language), "provinces.html": [out / "provinces.html"]}
    return written
