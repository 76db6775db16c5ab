"""Tests with real daemons run where they can; elsewhere they are skipped and counted, and fail with CI=true."""

import pytest

from tests.lab.requirements import missing_requirements, unavailable


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip or fail a test whose daemons are not here."""
    missing = missing_requirements() if item.get_closest_marker("daemons") else ()
    if missing:
        unavailable(f"needs {', '.join(missing)}: see tests/apt-packages.txt")
