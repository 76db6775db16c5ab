"""The small province in a folder of its own, and commands run inside the test's process where that is enough."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from netaudit.cli.main import run
from tests.cli.command import small_province

Inside = Callable[..., CompletedProcess[str]]


@pytest.fixture
def province(tmp_path: Path) -> Path:
    return small_province(tmp_path)


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    """Run a command without a process of its own: for the many ways of wrong usage."""

    def ran(*arguments: str, cwd: Path) -> CompletedProcess[str]:
        monkeypatch.chdir(cwd)
        capsys.readouterr()
        code = run(arguments)
        said = capsys.readouterr()
        return CompletedProcess(arguments, code, said.out, said.err)

    return ran
