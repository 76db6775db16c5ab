"""`netaudit check`: single names, without an inventory."""

import json
import re
from pathlib import Path
from subprocess import CompletedProcess

import msgspec
import pytest

from netaudit.model.run import Run
from netaudit.model.verdict import Status
from tests.cli.command import netaudit, small_province
from tests.cli.conftest import Inside

pytestmark = pytest.mark.xdist_group("check")

WORLD = ("--world", "world.yaml", "--lang", "en")
ROW = re.compile(r"^      ✓ ns1\.tinh\.vn 2001:db8:113::53: ", re.MULTILINE)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> CompletedProcess[str]:
    """Everything about a healthy name, and about a name inside its zone, in one go."""
    folder = small_province(tmp_path_factory.mktemp("healthy"))
    done = netaudit("check", *WORLD, "-v", "tinh.vn", "MAIL.Tinh.vn.", "thu.tinh.vn", cwd=folder)
    assert {path.name for path in folder.iterdir()} == {"world.yaml", "inventory.yaml"}, "it wrote something"
    return done


def test_what_belongs_to_each_name_is_found(healthy: CompletedProcess[str]) -> None:
    assert healthy.stdout.splitlines()[:3] == [
        "tinh.vn: zone tinh.vn, web service tinh.vn, web service www.tinh.vn, mail domain tinh.vn",
        "mail.tinh.vn: zone tinh.vn, web service mail.tinh.vn",
        "thu.tinh.vn: zone tinh.vn",
    ]


def test_a_healthy_name_is_0(province: Path) -> None:
    done = netaudit("check", *WORLD, "tinh.vn", cwd=province)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"exit 0: 0 findings at or above “high”; (\d+) of \1 results evaluated, 0 could .*", last)
    assert not ROW.search(done.stdout)


def test_verbose_shows_every_result_and_what_was_observed_where(healthy: CompletedProcess[str]) -> None:
    assert re.search(r"^  ✓ dnssec\.chain_valid tinh\.vn: ", healthy.stdout, re.MULTILINE)
    assert re.search(r"^  ✓ web\.https https://www\.tinh\.vn:443: ", healthy.stdout, re.MULTILINE)
    assert re.search(r"^  ✓ mail\.starttls tinh\.vn: ", healthy.stdout, re.MULTILINE)
    assert ROW.search(healthy.stdout)


@pytest.mark.parametrize(("name", "zone"), [("khongco.tinh.vn", "tinh.vn"), ("khongco.vn", "vn")])
def test_a_name_that_does_not_exist_is_said_first_and_is_a_finding(name: str, zone: str, province: Path) -> None:
    done = netaudit("check", *WORLD, name, cwd=province)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0] == f"{name}: the name does not exist, says the zone {zone}"
    assert lines[2:4] == ["✗ [high] dns.name_resolves", f"    {name}: The name does not exist."]
    assert f"https://{name}" not in done.stdout, "there is no site to speak of"
    done = netaudit("check", "--world", "world.yaml", "-f", "json", name, cwd=province)
    run = msgspec.json.decode(done.stdout, type=Run)
    found = next(r.verdict.outcome for r in run.results if r.verdict.check == "dns.name_resolves")
    assert (run.exit_code, found.status, found.message) == (1, Status.FAIL, "no_such_name")


def test_findings_come_first_then_gaps_then_the_summary(tmp_path: Path) -> None:
    small_province(tmp_path, "{id: het-han, kind: expired_signature, zone: tinh.vn}")
    done = netaudit("check", *WORLD, "--no-ipv6", "tinh.vn", cwd=tmp_path)
    assert done.returncode == 1
    order = [done.stdout.index(part) for part in ("dnssec.signature_validity", "Could not be tested", "exit 1: ")]
    assert order == sorted(order)
    assert netaudit("check", *WORLD, "--fail-on", "never", "-q", "tinh.vn", cwd=tmp_path).returncode == 0


def test_what_cannot_be_tested_is_3_unless_allowed(province: Path) -> None:
    arguments = ("check", *WORLD, "--no-ipv6", "-q", "tinh.vn")
    assert netaudit(*arguments, cwd=province).returncode == 3
    assert netaudit(*arguments, "--allow-incomplete", cwd=province).returncode == 0


def test_a_zone_whose_servers_are_silent_is_3(tmp_path: Path) -> None:
    small_province(tmp_path, "{id: im, kind: silent_zone, zone: tinh.vn}")
    done = netaudit("check", *WORLD, "--timeout", "0.05", "www.tinh.vn", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stdout.startswith("www.tinh.vn: zone tinh.vn, web service www.tinh.vn\n")
    assert " × no answer in time (Whose side: the path between)" in done.stdout
    assert "dnssec.chain_valid" in done.stdout


def test_json_is_the_run_and_nothing_else(province: Path) -> None:
    done = netaudit("check", *WORLD, "-f", "json", "tinh.vn", "alias.tinh.vn", cwd=province)
    run = msgspec.json.decode(done.stdout, type=Run)
    assert run.exit_code == done.returncode
    assert run.zones == ("tinh.vn",)
    assert [service.host for service in run.services] == ["tinh.vn", "www.tinh.vn", "alias.tinh.vn", "tinh.vn"]
    assert done.stderr.startswith("exit ")


def test_an_international_name_is_shown_both_ways_and_vietnamese_is_the_language(province: Path) -> None:
    done = netaudit("check", "--world", "world.yaml", "lâm-đông.vn", cwd=province)
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "xn--lm-ng-3qa2kyj.vn (lâm-đông.vn): vùng xn--lm-ng-3qa2kyj.vn, dịch vụ web xn--lm-ng-3qa2kyj.vn"
    )
    assert lines[-1].startswith("mã thoát 0: ")
    assert done.returncode == 0, done.stdout


def test_the_sample_world_needs_no_file(tmp_path: Path) -> None:
    done = netaudit("check", "--lab", "-q", "-f", "json", "dilinh.lamdong.gov.vn", cwd=tmp_path)
    assert done.returncode == 1
    results = json.loads(done.stdout)["results"]
    failed = {r["verdict"]["check"] for r in results if r["verdict"]["outcome"]["status"] == Status.FAIL}
    assert "dnssec.signature_validity" in failed


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["https://tinh.vn/"], '"https://tinh.vn/": a URL, not a name (write host: tinh.vn'),
        (["ubnd@tinh.vn"], "(write only tinh.vn)"),
        (["tinh..vn"], "empty label"),
        (["tinh.vn", "192.0.2.1"], '"192.0.2.1": an address, not a name'),
        (["2001:db8::1"], "an address, not a name"),
        (["xn--a.vn"], "not an internationalised name"),
        (["a" * 64 + ".vn"], "not a zone name"),
        (["\x1b[31m.vn"], "not a zone name"),
        ([""], "empty"),
        ([], "Missing argument"),
        (["tinh.vn", "--profile", "khong"], '"khong" is not known'),
    ],
)
def test_what_is_no_name_is_2(names: list[str], said: str, province: Path, inside: Inside) -> None:
    done = inside("check", *WORLD, *names, cwd=province)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not CONTROL.search(done.stderr)


def test_root_servers_that_are_silent_leave_the_name_untested(tmp_path: Path) -> None:
    small_province(tmp_path, "{id: im, kind: silent_server, machine: root}")
    done = netaudit("check", *WORLD, "--timeout", "0.05", "www.tinh.vn", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stdout.startswith("www.tinh.vn: zone www.tinh.vn, web service www.tinh.vn\n")
    assert done.stdout.splitlines()[-1].startswith("exit 3: 0 findings at or above “high”; 0 of ")
