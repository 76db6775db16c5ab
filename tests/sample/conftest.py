"""The sample, scanned once for all tests that look at its report."""

import subprocess
import sys
from pathlib import Path

import pytest

from netaudit.content import content_path
from netaudit.model.run import Run
from netaudit.store.runfolder import RUN_FILE, read_run


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a scan of the sample in the lab on loopback."""
    out = tmp_path_factory.mktemp("sample") / "out"
    command = [sys.executable, "-m", "netaudit", "scan", str(content_path("inventory.yaml")), "-q", "-o", str(out)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=150, check=False, cwd=Path(__file__).parents[2]
    )
    assert (out / RUN_FILE).exists(), done.stderr
    assert done.returncode == 1, done.stderr
    return out


@pytest.fixture(scope="session")
def run(sample_folder: Path) -> Run:
    """The run that the scan wrote."""
    return read_run(sample_folder / RUN_FILE)
