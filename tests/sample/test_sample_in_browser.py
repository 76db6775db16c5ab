"""The sample with `--browser`: one page has a script that loads from a host with IPv4 alone, and only that is new."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from netaudit.content import content_path
from netaudit.model.common import Reason
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.net.browser import find_browser
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.sample.planted import FOUND, UNTESTED, seen

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SCRIPTED, PLAIN = "https://motcua.lamdong.gov.vn:443", "https://truc.lamdong.gov.vn:443"
NEEDING = ("ipv6.page_resources", "ipv6.usable_alone")


def test_a_script_from_ipv4_is_found_with_a_browser_alone(tmp_path: Path) -> None:
    if find_browser() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: see tests/apt-packages.txt")
        pytest.skip("Chromium is missing")
    without, opened = _scan(tmp_path / "without"), _scan(tmp_path / "opened", "--browser")
    assert seen(opened, FOUND) - seen(without, FOUND) == {f"{check} endpoint:{SCRIPTED}" for check in NEEDING}
    assert seen(without, FOUND) <= seen(opened, FOUND)
    assert seen(opened, UNTESTED) == seen(without, UNTESTED)
    found = next(r.verdict for r in opened.results if _is(r.verdict.check, str(r.verdict.target), NEEDING[0], SCRIPTED))
    assert found.outcome.message == "browser_ipv4_only"
    assert found.outcome.args["hosts"] == ("thongke.luutru-mau.vn",)
    assert "seen in a browser: script" in found.outcome.observed[-1].saw


def test_without_a_browser_nothing_is_claimed(tmp_path: Path) -> None:
    run = _scan(tmp_path / "out", "--browser", PATH=str(tmp_path))
    outcomes = {
        (result.verdict.check, str(result.verdict.target)): result.verdict.outcome
        for result in run.results
        if result.verdict.check in NEEDING
    }
    for check in NEEDING:
        for endpoint in (SCRIPTED, PLAIN):
            outcome = outcomes[check, f"endpoint:{endpoint}"]
            assert outcome.status is Status.COULD_NOT_TEST, (check, endpoint)
            assert outcome.failure is not None and outcome.failure.reason is Reason.NO_BROWSER


def test_a_single_name_is_opened_too() -> None:
    if find_browser() is None:
        pytest.skip("Chromium is missing")
    arguments = ["check", "--lab", "motcua.lamdong.gov.vn", "--browser", "--check", NEEDING[0], "--lang", "en", "-q"]
    done = _run([sys.executable, "-m", "netaudit", *arguments])
    assert done.returncode == 0, done.stderr
    assert "thongke.luutru-mau.vn: IPv4 alone; seen in a browser: script" in done.stdout


def test_a_bad_path_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    done = _netaudit(tmp_path / "out", "--browser-path", str(tmp_path / "missing"))
    assert done.returncode == 2
    assert "no such program" in done.stderr
    assert not (tmp_path / "out").exists()


def _is(check: str, target: str, wanted: str, endpoint: str) -> bool:
    return (check, target) == (wanted, f"endpoint:{endpoint}")


def _scan(out: Path, *arguments: str, **environment: str) -> Run:
    done = _netaudit(out, *arguments, **environment)
    assert (out / RUN_FILE).exists(), done.stderr
    return read_run(out / RUN_FILE)


def _netaudit(out: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    inventory = str(content_path("inventory.yaml"))
    wanted = ["--target", "motcua.lamdong.gov.vn", "--target", "truc.lamdong.gov.vn", "--fail-on", "never", "-q"]
    command = [sys.executable, "-m", "netaudit", "scan", inventory, *wanted, "-o", str(out), *arguments]
    return _run(command, **environment)


def _run(command: list[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, capture_output=True, text=True, timeout=150, check=False, cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
    )  # fmt: skip
