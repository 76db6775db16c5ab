"""`netaudit completion`: each shell accepts its script, and completes by it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from netaudit.cli.completing import complete_checks, complete_profiles
from netaudit.cli.main import main
from tests.cli.command import ROOT, netaudit
from tests.cli.conftest import Inside

CHECK = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


def installed(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    return found


@pytest.fixture
def path(tmp_path: Path) -> dict[str, str]:
    """An environment in which `netaudit` is this checkout's."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "netaudit"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m netaudit "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    keep = {name: value for name, value in os.environ.items() if not name.startswith("COMP_")}
    return {
        **keep, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path),
    }  # fmt: skip


@pytest.fixture
def scripts(tmp_path: Path, inside: Inside) -> Path:
    for shell in CHECK:
        done = inside("completion", shell, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        (tmp_path / f"c.{shell}").write_text(done.stdout, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("shell", CHECK)
def test_the_shell_accepts_its_script(scripts: Path, shell: str) -> None:
    installed(shell)
    done = subprocess.run([*CHECK[shell], f"c.{shell}"], cwd=scripts, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_bash_completes(scripts: Path, path: dict[str, str]) -> None:
    """As bash does on the tab key: the function that the script registered is called with the words so far."""
    asked = """
    source ./c.bash
    registered=$(complete -p netaudit)
    function=$(sed -E 's/.* -F ([^ ]+) netaudit/\\1/' <<< "$registered")
    ask() {
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        "$function" netaudit "${!#}"
        echo "${COMPREPLY[*]}"
    }
    ask netaudit ga
    ask netaudit gate --fail-on m
    ask netaudit scan --check dnssec.cds_v
    """
    bash = installed("bash")
    done = subprocess.run(
        [bash, "--norc", "-c", asked], cwd=scripts, capture_output=True, text=True, env=path, check=False
    )
    assert done.stdout.splitlines() == ["gate", "medium", "dnssec.cds_valid"], done.stderr


def test_fish_completes(scripts: Path, path: dict[str, str]) -> None:
    asked = "source c.fish; complete -C 'netaudit gate --base'"
    done = subprocess.run(
        [installed("fish"), "-N", "-c", asked], cwd=scripts, capture_output=True, text=True, env=path, check=False
    )
    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == ["--baseline"], done.stderr


def test_ids_of_profiles_and_families_of_checks_are_words() -> None:
    context, parameter = click.Context(main), click.Option(["--x"])
    assert complete_profiles(context, parameter, "vn-dns-s") == ["vn-dns-security"]
    assert complete_checks(context, parameter, "dnssec.*") == ["dnssec.*"]


def test_another_shell_is_wrong_usage(tmp_path: Path) -> None:
    done = netaudit("completion", "tcsh", cwd=tmp_path)
    assert done.returncode == 2
    assert "'bash', 'fish', 'zsh'" in done.stderr
