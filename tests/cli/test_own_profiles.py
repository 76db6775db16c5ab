"""A profile of the inventory's own, from its file to the run, and to facts that are judged where that file is not."""

import shutil
from pathlib import Path

from netaudit.cli.errors import USAGE
from netaudit.model.run import ClauseStatus
from netaudit.store.runfolder import read_run
from tests.cli.command import small_province
from tests.cli.conftest import Inside

OWN = """id: tinh-minh
version: 2026-02-01
name: {vi: Của tỉnh, en: Our own}
legal: []
effective: 2020-02-01
inherits: [vn-dns-security]
without: [VN-DNS-01]
clauses:
  - id: TINH-01
    text: {vi: Mọi máy chủ tên miền trả lời qua TCP., en: Every name server answers over TCP.}
    measure: {kind: scan, checks: [dns.tcp], kinds: [zone]}
    severity: critical
    basis: policy
    source: Kế hoạch 02/KH-UBND
    confidence: verified
"""


def province(folder: Path, named: str = "tinh-minh", own: str = OWN) -> Path:
    small_province(folder, "{id: no-tcp, kind: tcp_refused, machine: ns-1}")
    (folder / "plans").mkdir()
    (folder / "plans" / "own.yaml").write_text(own, encoding="utf-8")
    path = folder / "inventory.yaml"
    text = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("profiles:"))
    path.write_text(f"{text}\nprofiles: [{named}]\nprofile_files: [plans/own.yaml]\n", encoding="utf-8")
    return folder


def test_facts_are_judged_by_it_where_its_file_is_not(tmp_path: Path, inside: Inside) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    province(here)
    scanned = inside("scan", "--kind", "zone", "--check", "dns.tcp", "-q", cwd=here)
    assert scanned.returncode == 1, scanned.stdout + scanned.stderr
    run = read_run(here / "out" / "run.json")
    assert [profile.id for profile in run.profiles] == ["tinh-minh"]
    clauses = {clause.clause: clause for clause in run.clauses}
    assert clauses["TINH-01"].status is ClauseStatus.UNMET
    assert "VN-DNS-04" in clauses
    assert "VN-DNS-01" not in clauses

    there.mkdir()
    shutil.copy(here / "out" / "facts.jsonl.zst", there)
    judged = inside("judge", "facts.jsonl.zst", "-o", "again", "--check", "dns.tcp", cwd=there)
    assert judged.returncode == 1, judged.stderr
    assert {c.clause: c.status for c in read_run(there / "again" / "run.json").clauses} == {
        c.clause: c.status for c in run.clauses
    }
    named = inside("judge", "facts.jsonl.zst", "-o", "named", "--profile", "tinh-minh", cwd=there)
    assert named.returncode == 1, named.stderr
    unknown = inside("judge", "facts.jsonl.zst", "-o", "x", "--profile", "tinh-mnh", cwd=there)
    assert (unknown.returncode, 'did you mean "tinh-minh"?' in unknown.stderr) == (USAGE, True), unknown.stderr


def test_it_is_listed_and_shown_beside_the_others(tmp_path: Path, inside: Inside) -> None:
    province(tmp_path)
    listed = inside("profiles", "list", "--inventory", "inventory.yaml", "--lang", "en", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert "tinh-minh" in listed.stdout
    assert "vn-base" in listed.stdout
    shown = inside("profiles", "show", "tinh-minh", "-i", "inventory.yaml", "--lang", "en", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "TINH-01" in shown.stdout
    assert "VN-DNS-04" in shown.stdout
    assert "VN-DNS-01" not in shown.stdout
    alone = inside("profiles", "show", "tinh-minh", cwd=tmp_path)
    assert alone.returncode == USAGE


def test_mistakes_are_named_before_anything_is_sent(tmp_path: Path, inside: Inside) -> None:
    province(tmp_path, own=OWN.replace("dns.tcp", "dns.tpc"))
    for arguments in (("inventory", "validate"), ("scan", "-q"), ("collect", "-q"), ("plan",)):
        said = inside(*arguments, cwd=tmp_path)
        assert said.returncode == USAGE, arguments
        assert 'plans/own.yaml:11: unknown check "dns.tpc"  (did you mean "dns.tcp"?)' in said.stderr
    assert not (tmp_path / "out").exists()


def test_a_profile_that_nobody_has_is_named_with_its_line(tmp_path: Path, inside: Inside) -> None:
    province(tmp_path, named="tinh-mnh")
    said = inside("inventory", "validate", cwd=tmp_path)
    assert said.returncode == USAGE
    line = (tmp_path / "inventory.yaml").read_text(encoding="utf-8").splitlines().index("profiles: [tinh-mnh]") + 1
    assert f'inventory.yaml:{line}: no profile "tinh-mnh"  (did you mean "tinh-minh"?)' in said.stderr
    scan = inside("scan", "-q", "--profile", "tinh", cwd=tmp_path)
    assert scan.returncode == USAGE
    assert not (tmp_path / "out").exists()


def test_a_file_outside_the_folder_is_refused(tmp_path: Path, inside: Inside) -> None:
    province(tmp_path)
    path = tmp_path / "inventory.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("plans/own.yaml", "../own.yaml"), encoding="utf-8")
    said = inside("inventory", "validate", cwd=tmp_path)
    assert (said.returncode, "not in the inventory's folder" in said.stderr) == (USAGE, True)
