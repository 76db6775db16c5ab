"""`netaudit compare`: several provinces on one profile, alphabetical, every number with its denominator."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netaudit.cli.errors import USAGE
from netaudit.model.common import Text
from netaudit.model.inventory import Province
from netaudit.model.run import ClauseStatus, Run
from netaudit.store.runfolder import RunFolder
from tests.cli.conftest import Inside
from tests.writers.synthetic import province_run

PROFILE = "vn-dns-security"


def saved(folder: Path, id: str, vi: str, en: str, run: Run) -> Path:
    path = folder / id
    path.mkdir()
    RunFolder(path).write_run(msgspec.structs.replace(run, province=Province(id=id, name=Text(vi, en))))
    return path


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    run = province_run()
    saved(tmp_path, "dien-bien", "Tỉnh Điện Biên", "Điện Biên province", run)
    better = tuple(
        msgspec.structs.replace(clause, status=ClauseStatus.MET, passed=clause.total, measurable=clause.total, failed=0)
        for clause in run.clauses
    )
    saved(tmp_path, "da-nang", "Thành phố Đà Nẵng", "Đà Nẵng city", msgspec.structs.replace(run, clauses=better))
    hostile = '=cmd|"<script>alert(1)</script>\x1b[2J'
    saved(tmp_path, "zz", hostile, hostile, msgspec.structs.replace(run, complete=False))
    return tmp_path


def test_provinces_stand_side_by_side_with_their_arithmetic(runs: Path, inside: Inside) -> None:
    done = inside("compare", "zz", "dien-bien", "da-nang", "--profile", PROFILE, "--lang", "en", cwd=runs)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    order = [line.split("  ")[0] for line in lines[2:5]]
    assert order[0].startswith("=cmd|")
    assert order[1:] == ["Đà Nẵng city", "Điện Biên province"]
    assert "no ranking" in done.stdout
    assert "did not come to its end" in done.stdout
    assert "\x1b" not in done.stdout
    found = {row["id"]: row for row in _json(runs, inside)["rows"]}
    met = [clause["status"] for clause in found["da-nang"]["clauses"].values()]
    assert set(met) == {"met"}
    count = len(met)
    assert f"{count}/{count}" in next(line for line in lines if line.startswith("Đà Nẵng"))


def test_the_page_is_one_file_that_runs_nothing_of_a_name(runs: Path, inside: Inside) -> None:
    done = inside("compare", "zz", "da-nang", "--profile", PROFILE, "-o", "page.html", cwd=runs)
    assert done.returncode == 0, done.stderr
    page = (runs / "page.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "default-src &#39;none&#39;" in page
    assert "Thành phố Đà Nẵng" in page
    assert (runs / "page.html").stat().st_mode & 0o077 == 0


def test_what_can_not_be_compared_is_refused_with_a_way_out(runs: Path, inside: Inside) -> None:
    other = inside("compare", "zz", "--profile", "cz-2024", cwd=runs)
    assert (other.returncode, "netaudit judge RUN --profile cz-2024" in other.stderr) == (USAGE, True)
    twice = inside("compare", "zz", "zz", "--profile", PROFILE, cwd=runs)
    assert (twice.returncode, "one run a province" in twice.stderr) == (USAGE, True)


def _json(runs: Path, inside: Inside) -> Any:
    done = inside("compare", "zz", "dien-bien", "da-nang", "--profile", PROFILE, "--format", "json", cwd=runs)
    return json.loads(done.stdout)
