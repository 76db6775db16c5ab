"""Attacks in every text of a run, in the browser: nothing runs, nothing is fetched, nothing breaks out of its place."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from netaudit.writers.html import write_html
from tests.browser.pages import measure, open_page, page_types, richest
from tests.writers.hostile import ATTACKS, poisoned
from tests.writers.test_numbers import small
from tests.writers.whole import whole_run

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


# What a page could take for its own, what turns and hides text, and what is too long; test_hostile.py reads the others.
@pytest.mark.parametrize("attack", ["markup", "unseen", "long"])
def test_nothing_runs_and_everything_fits(browser: Browser, tmp_path: Path, attack: str) -> None:
    run = poisoned(small(whole_run(), 1), ATTACKS[attack])
    write_html(run, tmp_path, "en")
    with browser.new_context() as context:
        for template, paths in page_types(run, tmp_path, "en").items():
            heard = open_page(context, richest(paths))
            assert heard.page.title() not in ("owned", "")
            assert heard.page.evaluate("[typeof window.owned, document.images.length]") == ["undefined", 0], template
            assert (template, measure(heard.page, 320).get("wide", [])) == (template, [])
            assert heard.quiet, (template, heard.console, heard.requests)
            heard.page.close()
