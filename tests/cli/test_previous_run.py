"""`--previous`: an earlier run beside the new one, even where the new one takes its place."""

from pathlib import Path

from netaudit.cli.errors import USAGE
from netaudit.store.runfolder import read_run
from tests.cli.command import netaudit

CHECK = "dnssec.expiry_forecast"


def messages(run: Path) -> set[str]:
    return {r.verdict.outcome.message for r in read_run(run).results if r.verdict.check == CHECK}


def test_a_scan_tells_what_was_signed_since_the_run_that_it_replaces(province: Path) -> None:
    scan = ("scan", "--check", CHECK, "--target", "tinh.vn", "--lang", "en", "--fail-on", "never", "-q")
    assert netaudit(*scan, cwd=province).returncode == 0
    assert messages(province / "out" / "run.json") == {"ok"}
    done = netaudit(*scan, "--previous", "out", cwd=province)
    assert done.returncode == 0, done.stderr
    assert messages(province / "out" / "run.json") == {"renewed"}

    same = netaudit("judge", "out", "--previous", "out", "--lang", "en", cwd=province)
    assert same.returncode == USAGE
    assert "not earlier" in same.stderr
    no_run = netaudit("judge", "out", "--previous", "world.yaml", "--lang", "en", cwd=province)
    assert no_run.returncode == USAGE
    assert "--previous: " in no_run.stderr
