"""What tests with real daemons need of the machine, and what becomes of them where it is missing."""

import os
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from tests.lab.daemons import find_program

__all__ = ["missing_requirements", "unavailable"]

_PACKAGES = Path(__file__).parents[1] / "apt-packages.txt"
_ELSEWHERE = ("chromium", "python3")  # other tests need these


def unavailable(reason: str) -> NoReturn:
    """Skip the test; fail it with CI=true, where everything must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI=true", pytrace=False)
    pytest.skip(reason)


@cache
def missing_requirements() -> tuple[str, ...]:
    """What this machine lacks: root, its right to make network namespaces, or commands of tests/apt-packages.txt."""
    lacking = [] if os.geteuid() == 0 else ["root"]
    if not lacking and subprocess.run(["unshare", "--net", "--mount", "true"], check=False).returncode != 0:
        lacking = ["the right to make network namespaces"]
    return (*lacking, *(command for command in _commands() if find_program(command) is None))


def _commands() -> Iterable[str]:
    for line in _PACKAGES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            command = line.split()[1]
            if command not in _ELSEWHERE:
                yield command
