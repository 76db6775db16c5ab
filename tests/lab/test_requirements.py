"""A test whose daemons are missing is skipped, and fails where everything must run."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.lab import requirements
from tests.lab.requirements import missing_requirements, unavailable


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    missing_requirements.cache_clear()
    yield
    missing_requirements.cache_clear()


def test_missing_daemons_skip_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs knotd"):
        unavailable("needs knotd")


def test_missing_daemons_fail_a_test_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="needs knotd, and CI=true"):
        unavailable("needs knotd")


def test_every_missing_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(requirements, "find_program", lambda name: None if name in ("nsd", "bird") else f"/{name}")
    assert missing_requirements() == ("root", "nsd", "bird")


def test_root_without_the_right_to_make_namespaces_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(requirements, "find_program", lambda name: f"/{name}")
    refused: subprocess.CompletedProcess[bytes] = subprocess.CompletedProcess(["unshare"], 1)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: refused)
    assert missing_requirements() == ("the right to make network namespaces",)
