"""How a scan ends: each exit code, and what the last line and the run say of it."""

import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from netaudit.model.verdict import Status
from netaudit.store.facts import read_facts
from netaudit.store.runfolder import read_run
from tests.cli.command import ROOT, command, environment, netaudit, small_province
from tests.cli.conftest import Inside

EXPIRED = "{id: het-han, kind: expired_signature, zone: tinh.vn}"


def test_a_healthy_province_is_0(province: Path) -> None:
    done = netaudit("scan", "--lang", "en", cwd=province)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1].startswith("exit 0: 0 findings at or above “high”; ")
    assert done.stderr.splitlines()[-1].endswith(" 0 could not be tested; report: out/index.html")
    run = read_run(province / "out" / "run.json")
    assert run.complete
    assert {r.verdict.outcome.status for r in run.results} <= {Status.PASS, Status.NOT_APPLICABLE}
    assert {r.verdict.check for r in run.results} >= {"dnssec.chain_valid", "web.https", "mail.starttls"}
    assert (province / "out" / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_finding_is_1_and_counts_from_its_severity_up(tmp_path: Path, inside: Inside) -> None:
    small_province(tmp_path, EXPIRED)
    assert netaudit("scan", "-i", "inventory.yaml", "-o", "a", cwd=tmp_path).returncode == 1
    run = read_run(tmp_path / "a" / "run.json")
    failed = {r.verdict.check for r in run.results if r.verdict.outcome.status is Status.FAIL}
    assert {"dnssec.signature_validity", "dnssec.chain_valid"} <= failed
    facts = tmp_path / "a" / "facts.jsonl.zst"
    for threshold, code in (("critical", 1), ("medium", 1), ("never", 0)):
        done = inside("judge", str(facts), "-o", threshold, "--fail-on", threshold, cwd=tmp_path)
        assert done.returncode == code, threshold


def test_a_finding_below_the_threshold_is_0(tmp_path: Path) -> None:
    small_province(tmp_path, "{id: hsts, kind: no_hsts, host: tinh.vn}")
    assert netaudit("scan", "inventory.yaml", "--fail-on", "critical", cwd=tmp_path).returncode == 0
    run = read_run(tmp_path / "out" / "run.json")
    assert [r.verdict.check for r in run.results if r.verdict.outcome.status is Status.FAIL] == ["web.hsts"]
    assert netaudit("judge", "out", "--fail-on", "low", cwd=tmp_path).returncode == 1


def test_what_cannot_be_tested_is_3_unless_allowed(province: Path) -> None:
    done = netaudit("scan", "--no-ipv6", "--lang", "en", cwd=province)
    assert done.returncode == 3
    assert "exit 3: 0 findings" in done.stderr
    run = read_run(province / "out" / "run.json")
    blind = {r.verdict.check for r in run.results if r.verdict.outcome.status is Status.COULD_NOT_TEST}
    assert "ipv6.web_reachable" in blind
    done = netaudit("judge", "out", "--allow-incomplete", "--lang", "en", cwd=province)
    assert done.returncode == 0
    assert " 0 could not be tested" not in done.stderr


def test_a_target_that_does_not_answer_is_3(tmp_path: Path) -> None:
    small_province(tmp_path, "{id: im, kind: silent_zone, zone: tinh.vn}")
    done = netaudit("scan", "--timeout", "0.05", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    run = read_run(tmp_path / "out" / "run.json")
    chain = next(r.verdict.outcome for r in run.results if r.verdict.check == "dnssec.chain_valid")
    assert chain.status is Status.COULD_NOT_TEST
    assert run.complete


def test_a_finding_wins_over_what_cannot_be_tested(tmp_path: Path) -> None:
    small_province(tmp_path, EXPIRED)
    assert netaudit("scan", "--no-ipv6", cwd=tmp_path).returncode == 1


def test_a_deadline_leaves_an_incomplete_run(province: Path) -> None:
    done = netaudit("scan", "--delay", "400", "--deadline", "1", "--lang", "en", cwd=province)
    assert done.returncode == 3, done.stderr
    assert "the scan did not come to its end" in done.stderr
    run = read_run(province / "out" / "run.json")
    assert (run.complete, run.incomplete_reason) == (False, "deadline")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "--fail-on", "bad"], "bad"),
        (["scan", "--no-ipv4", "--no-ipv6"], "leave nothing to test"),
        (["scan", "--target", "khongco.*"], "nothing selected"),
        (["scan", "--profile", "vn-bas"], 'did you mean "vn-base"?'),
        (["scan", "--check", "dnsec.signed"], 'did you mean "dnssec.signed"?'),
        (["scan", "--check", "web.*", "--skip-check", "w*"], "every check is skipped"),
        (["scan", "--check", "certificates.*"], "nothing selected"),
        (["scan", "--unit", "ubdn"], 'did you mean "ubnd"?'),
        (["scan", "-f", "html,docx"], "docx: choose from html, json, text"),
        (["plan", "--unit", "so-y-te"], 'no unit "so-y-te" in the inventory'),
        (["scan", "none.yaml"], "none.yaml: no such inventory"),
        (["scan", "a.yaml", "-i", "b.yaml"], "name one"),
        (["scan", "-o", "inventory.yaml"], "must be a folder"),
        (["scan", "-o", "."], "holds no former run"),
        (["judge", "world.yaml"], "world.yaml"),
        (["sacn"], "'sacn'. (Did you mean scan?)"),
        (["notify", ".", "--file", "nobody.yaml"], "nobody.yaml: no such notify file"),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], said: str, province: Path, inside: Inside) -> None:
    done = inside(*arguments, cwd=province)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (province / "out").exists(), "it began before it looked at what was wanted"


def test_chosen_checks_alone_are_observed_and_counted(tmp_path: Path, inside: Inside) -> None:
    small_province(tmp_path, "{id: hsts, kind: no_hsts, host: tinh.vn}, " + EXPIRED)
    done = netaudit("scan", "--check", "web.*", "--check", "mail.*", "--skip-check", "web.tls*", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = read_run(tmp_path / "out" / "run.json")
    ran = {result.verdict.check for result in run.results}
    assert {"web.hsts", "mail.starttls"} <= ran == run.checks.keys()
    assert {check.partition(".")[0] for check in ran} == {"web", "mail"}
    assert "web.tls_version" not in ran
    book = read_facts(tmp_path / "out" / "facts.jsonl.zst")
    assert "zone:tinh.vn" not in book.jobs
    assert inside("judge", "out", "--check", "web.hsts", "--fail-on", "low", cwd=tmp_path).returncode == 1
    assert inside("judge", "out", "--check", "web.https", "--fail-on", "low", cwd=tmp_path).returncode == 0


def test_the_forms_of_a_report_are_chosen_and_the_run_is_always_there(province: Path) -> None:
    done = netaudit("scan", "--unit", "ubnd", "-f", "text", "--lang", "en", cwd=province)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith("results pass")
    assert "report:" not in done.stderr
    assert {path.name for path in (province / "out").iterdir()} >= {"run.json", "facts.jsonl.zst"}
    assert not (province / "out" / "index.html").exists()
    assert netaudit("judge", "out", "-f", "html,text", cwd=province).returncode == 0
    assert (province / "out" / "index.html").exists()


def test_an_output_that_cannot_be_made_is_4(province: Path) -> None:
    done = netaudit("scan", "-o", "inventory.yaml/out", cwd=province)
    assert done.returncode == 4
    assert done.stderr.startswith("exit 4: Not a directory: ")


def test_a_disk_that_is_full_is_4_and_keeps_what_was_written(province: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192))

    done = netaudit("collect", "inventory.yaml", "--delay", "150", cwd=province, preexec_fn=small_files)
    assert done.returncode == 4, done.stderr
    assert done.stderr.splitlines()[-1].startswith("exit 4: File too large")
    assert read_facts(province / "out" / "facts.jsonl.zst").scan.inventory_file == "inventory.yaml"


def test_a_bug_is_4_and_says_how_to_see_it(province: Path) -> None:
    for name in ("checks", "reports", "sample", "pyproject.toml"):
        (province / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "netaudit", province / "netaudit", ignore=shutil.ignore_patterns("__pycache__"))
    with (province / "netaudit" / "engine" / "plan.py").open("a", encoding="utf-8") as file:
        file.write("\nraise LookupError('half a thought')\n")
    done = netaudit("check", "--lab", "tinh.vn", cwd=province)
    assert done.returncode == 4
    assert done.stderr.startswith("exit 4: internal error: LookupError: half a thought\n")
    assert done.stderr.endswith("NETAUDIT_DEBUG=1 shows the traceback.\n")


def test_a_reader_that_goes_away_is_no_bug(province: Path) -> None:
    netaudit("collect", cwd=province)
    lister = subprocess.Popen(
        command("facts", "list"),
        cwd=province,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(province),
    )
    with lister:
        assert lister.stdout is not None and lister.stderr is not None
        lister.stdout.close()
        assert b"bug" not in lister.stderr.read()
