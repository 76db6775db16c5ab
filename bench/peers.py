"""The peers: installed by the benchmark itself, and only when they are missing."""

import subprocess
import sys
from pathlib import Path

from tests.lab.daemons import find_program

__all__ = ["DNSVIZ", "install", "missing"]

_HERE = Path(__file__).parent
_VENV = _HERE.parent / ".venv" / "dnsviz"

DNSVIZ = _VENV / "bin" / "dnsviz"


def install() -> None:
    """Install NSD, Zonemaster and DNSViz where they are missing. What can't be installed is told on stderr."""
    subprocess.run([_HERE.parent / "tests" / "install-daemons.sh", _HERE / "apt-packages.txt"], check=False)
    if not DNSVIZ.exists():
        print("installing: dnsviz", file=sys.stderr)
        pip = [str(_VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for command in (
            [sys.executable, "-m", "venv", str(_VENV)],
            [*pip, "-r", str(_HERE / "dnsviz-requirements.txt")],
        ):
            if subprocess.run(command, check=False).returncode:
                return


def missing() -> list[str]:
    """The commands that are not there."""
    commands = [command for command in ("ip", "nsd", "nsd-control", "zonemaster-cli") if find_program(command) is None]
    return [*commands, *([] if DNSVIZ.exists() else ["dnsviz"])]
