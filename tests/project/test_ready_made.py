"""What others take as it is: the GitHub action, the GitLab job, the hooks: by schema, and the action's step run."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from netaudit.cli.main import run
from netaudit.writers.forms import FORMS
from tests.cli.command import ROOT, netaudit, small_province
from tests.writers.schema_checks import faults, store_faults

EXPIRED = "{id: het-han, kind: expired_signature, zone: tinh.vn}"


def document(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("path", "schema"), [("action.yml", "vendor.github-actions"), ("ci/gitlab-ci.yml", "vendor.gitlab-ci")]
)
def test_they_fit_the_schemas(path: str, schema: str) -> None:
    assert faults(get_builtin_schema(schema), document(path)) == []
    assert faults(get_builtin_schema(schema), {"runs": {"using": "nothing"}, "job": {"script": 1}}) != []


def test_the_hooks_fit_their_schema_and_name_commands_that_are_there() -> None:
    hooks = document(".pre-commit-hooks.yaml")
    assert store_faults("https://json.schemastore.org/pre-commit-hooks.json", hooks) == []
    for hook in hooks:
        program, *words = hook["entry"].split()
        assert program == "netaudit" and run([*words, "--help"]) == 0
    inventory, zone = (re.compile(hook["files"]) for hook in hooks)
    assert [bool(inventory.search(p)) for p in ("inventory.yaml", "a/inventory.yml", "my-inventory.yaml")] == [1, 1, 0]
    names = ("z/lam.vn.zone", "z/lam.vn.zone.signed", "z/db.lam.vn", "z/zone.txt")
    assert [bool(zone.search(name)) for name in names] == [True, True, True, False]


def test_the_hooks_take_several_files(tmp_path: Path) -> None:
    small_province(tmp_path)
    (tmp_path / "bad.yaml").write_text("schema: 9\n", encoding="utf-8")
    done = netaudit("inventory", "validate", "bad.yaml", "inventory.yaml", "--lang", "en", cwd=tmp_path)
    assert done.returncode == 2
    assert "bad.yaml:1" in done.stderr and "inventory.yaml: valid" in done.stdout
    good = "$TTL 300\n@ SOA ns1 host 1 7200 3600 1209600 300\n@ NS ns1\nns1 A 203.0.113.53\nns1 AAAA 2001:db8::53\n"
    (tmp_path / "mot.vn.zone").write_text(good, encoding="utf-8")
    (tmp_path / "db.hai.vn").write_text(good + "ns1 CNAME x\n", encoding="utf-8")
    done = netaudit("zone", "lint", "mot.vn.zone", "db.hai.vn", "--lang", "en", cwd=tmp_path)
    assert done.returncode == 1
    assert "mot.vn.zone: mot.vn," in done.stderr and "db.hai.vn" in done.stdout
    (tmp_path / "zone.txt").write_text(good, encoding="utf-8")
    assert "Name it with --origin" in netaudit("zone", "lint", "zone.txt", cwd=tmp_path).stderr


def test_no_input_is_a_part_of_a_command() -> None:
    """`${{ … }}` within `run` would make a command of whatever a pull request calls its branch or file."""
    action = document("action.yml")
    steps = action["runs"]["steps"]
    assert [step["run"] for step in steps if "${{" in step["run"]] == []
    taken = re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", json.dumps(steps))
    assert sorted(taken) == sorted(action["inputs"])
    read = set(re.findall(r"\$\{?([A-Z_]+)", (ROOT / "ci" / "action.sh").read_text(encoding="utf-8")))
    assert read == {*steps[1]["env"], "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"}
    forms = action["inputs"]["formats"]["description"].partition("(")[2].partition(")")[0].split(", ")
    assert set(forms) <= set(FORMS)


def test_the_script_is_clean() -> None:
    checker = shutil.which("shellcheck")
    if checker is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run([checker, "ci/action.sh"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def step(folder: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run the action's own step with its defaults, and return what it said and its outputs."""
    action = document("action.yml")
    given = {name: known["default"] for name, known in action["inputs"].items()} | inputs
    variables = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: given[match[1]], value)
        for name, value in action["runs"]["steps"][1]["env"].items()
    }
    program = folder / "netaudit-program"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m netaudit "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (folder / "output.txt").write_text("")
    environment = {
        **os.environ, **variables, "NETAUDIT": str(program), "PYTHONPATH": str(ROOT),
        "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(folder / "output.txt"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", action["runs"]["steps"][1]["run"]],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    lines = (folder / "output.txt").read_text().splitlines()
    return done, dict(line.partition("=")[::2] for line in lines)


def test_the_action_scans_and_then_gates_by_what_is_new(tmp_path: Path) -> None:
    """As on two days: first all that fails counts, then only what the first day had not."""
    small_province(tmp_path, EXPIRED)
    done, outputs = step(tmp_path, output="first", lang="en")
    assert done.returncode == 1, done.stderr
    assert outputs == {
        "exit-code": "1", "report": "first/index.html", "run": "first/run.json", "sarif": "first/run.sarif"
    }  # fmt: skip
    assert all((tmp_path / outputs[name]).is_file() for name in ("report", "run", "sarif"))
    assert "::error file=inventory.yaml,line=" in done.stdout
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("# ") and len(summary.encode()) < 1024 * 1024
    done, outputs = step(tmp_path, output="second", baseline="first", lang="en", formats="")
    assert (done.returncode, outputs["exit-code"]) == (0, "0"), done.stdout + done.stderr
    assert "::error" not in done.stdout and "sarif" not in outputs


def test_what_it_is_given_is_no_command(tmp_path: Path) -> None:
    done, outputs = step(tmp_path, inventory='$(touch made); "`touch made`".yaml', baseline="first")
    assert (done.returncode, outputs["exit-code"]) == (2, "2")
    assert not (tmp_path / "made").exists()
