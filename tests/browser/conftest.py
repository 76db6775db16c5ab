"""The browser, or a skip that is counted; `CI=true` makes that skip a failure."""

import os

import pytest

from tests.browser.chromium import Browser, find_browser


@pytest.fixture(scope="session")
def browser() -> Browser:
    found = find_browser()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: see tests/apt-packages.txt")
        pytest.skip("Chromium is missing")
    return found
