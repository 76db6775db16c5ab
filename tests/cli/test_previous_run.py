"""`--previous`: an earlier run beside the new one, even where the new one takes its place."""

from pathlib import Path

from netaudit.cli.errors import USAGE
from netaudit.judge.trends import trend_point
from netaudit.store.facts import FactWriter
from netaudit.store.runfolder import read_run
from netaudit.writers.parity import service_page
from tests.cli.command import netaudit, small_province
from tests.judge.test_history import NO_AAAA, book, outcome

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


def test_any_number_of_earlier_runs_tells_how_the_label_stands(tmp_path: Path) -> None:
    for week in range(6):
        with FactWriter(tmp_path / f"week-{week}.jsonl.zst") as writer:
            for fact in book(5 - week).facts:
                writer.write(fact)
    earlier = [word for week in (3, 0, 4, 1, 2) for word in ("--previous", f"week-{week}.jsonl.zst")]
    done = netaudit("judge", "week-5.jsonl.zst", "-o", "out", *earlier, "--lang", "en", "--fail-on", "never",
                    cwd=tmp_path)  # fmt: skip
    assert done.returncode == 3, done.stderr
    run = read_run(tmp_path / "out" / "run.json")
    assert outcome(run, "web.ipv6_label", NO_AAAA).message == "lost"
    page = (tmp_path / "out" / "service" / service_page(NO_AAAA)).read_text("utf-8")
    assert "met 0, not met 6, not known 0" in page


def test_the_report_says_what_has_changed_since(province: Path) -> None:
    checks = ("--check", "dns.tcp", "--check", "dns.serial_consistent")
    scan = ("scan", *checks, "--target", "tinh.vn", "--lang", "en", "-q")
    assert netaudit(*scan, "-o", "monday", cwd=province).returncode == 0
    small_province(province, "{id: no-tcp, kind: tcp_refused, machine: ns-1}")
    done = netaudit(*scan, "-o", "tuesday", "--previous", "monday", "--fail-on", "never", cwd=province)
    assert done.returncode == 0, done.stderr
    run = read_run(province / "tuesday" / "run.json")
    assert run.comparison is not None
    assert [(change.difference.value, change.check) for change in run.comparison.changes] == [("broken", "dns.tcp")]
    monday = read_run(province / "monday" / "run.json")
    assert run.comparison.since == monday.started
    assert [point.run for point in run.trend] == [monday.id, run.id]
    assert run.trend[0] == trend_point(monday)
    (province / "monday" / "facts.jsonl.zst").unlink()  # the numbers alone are enough for the course
    again = netaudit("judge", "tuesday", "-o", "wednesday", "--previous", "monday", "--lang", "en", cwd=province)
    assert again.returncode in (0, 1, 3), again.stderr
    assert read_run(province / "wednesday" / "run.json").comparison is None
    assert "From scan to scan" in (province / "wednesday" / "index.html").read_text(encoding="utf-8")
    (province / "monday" / "run.json").write_text("{}")
    broken = netaudit("judge", "tuesday", "--previous", "monday", "--lang", "en", cwd=province)
    assert broken.returncode == USAGE
    assert "this is no run of netaudit" in broken.stderr
    page = (province / "tuesday" / "index.html").read_text(encoding="utf-8")
    assert "What has changed since the last scan" in page
    assert "Fails now, and did not before" in page
    assert "Would fail" not in page
