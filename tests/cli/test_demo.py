"""`netaudit demo` and the help: what a newcomer types first."""

from pathlib import Path

import pytest

from netaudit.cli.main import _COMMANDS
from netaudit.store.runfolder import read_run
from tests.cli.command import netaudit
from tests.cli.conftest import Inside


@pytest.mark.slow
def test_the_demo_exits_0_and_says_what_a_scan_would_have_given(tmp_path: Path) -> None:
    done = netaudit("demo", "--delay", "0", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = read_run(tmp_path / "out" / "run.json")
    assert run.complete
    assert done.stdout.splitlines() == [
        f"nếu là lần quét thật, mã thoát sẽ là {run.exit_code}",
        f"báo cáo: {tmp_path / 'out' / 'index.html'}",
    ]
    assert run.exit_code == 1
    assert (tmp_path / "out" / "index.html").is_file()


def test_a_demo_that_cannot_write_is_not_0(tmp_path: Path, inside: Inside) -> None:
    (tmp_path / "file").touch()
    assert inside("demo", "-o", "file", cwd=tmp_path).returncode == 2
    assert inside("demo", "-o", "file/out", cwd=tmp_path).returncode == 4


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_says_what_it_does(name: str, tmp_path: Path, inside: Inside) -> None:
    done = inside(name, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: netaudit {name} ")


def test_the_help_lists_every_exit_code(tmp_path: Path, inside: Inside) -> None:
    done = inside("--help", cwd=tmp_path)
    for code in (0, 1, 2, 3, 4, 130):
        assert f"\n    {code} " in done.stdout
    assert inside("--version", cwd=tmp_path).stdout.startswith("netaudit, version ")
