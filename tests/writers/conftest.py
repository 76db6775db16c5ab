"""Reports of the synthetic runs, written once a session."""

from pathlib import Path

import pytest

from netaudit.model.run import Run
from netaudit.writers.html import write_html
from tests.writers.synthetic import hostile_run, province_run


@pytest.fixture(scope="session")
def province() -> Run:
    return province_run()


@pytest.fixture(scope="session", params=["vi", "en"])
def province_report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, province: Run) -> Path:
    out = tmp_path_factory.mktemp(f"province-{request.param}")
    write_html(province, out, request.param)
    return out


@pytest.fixture(scope="session")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hostile")
    write_html(hostile_run(), out, "vi")
    return out
