"""The command line as a user runs it: a process of its own, in a folder with an inventory and a world."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"

TIMEOUT = 60


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "netaudit", *map(str, arguments)]


def netaudit(*arguments: str | Path, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; output as text, the exit code left to the test."""
    return subprocess.run(
        command(*arguments), cwd=cwd, capture_output=True, text=True, check=False, timeout=TIMEOUT,
        env=environment(cwd), **options,
    )  # fmt: skip


def environment(cwd: Path) -> dict[str, str]:
    """The checkout is imported, unless the folder has a copy of its own."""
    root = cwd if (cwd / "netaudit").exists() else ROOT
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}


def small_province(folder: Path, faults: str = "") -> Path:
    """Put the small world and its inventory into a folder; `faults` is a list in YAML."""
    world = (DATA / "world.yaml").read_text(encoding="utf-8")
    (folder / "world.yaml").write_text(world + (f"\nfaults: [{faults}]\n" if faults else ""), encoding="utf-8")
    (folder / "inventory.yaml").write_bytes((DATA / "inventory.yaml").read_bytes())
    return folder


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 30.0) -> None:
    """Wait until something is so; fails at once when the process ends before."""
    end = time.monotonic() + seconds
    while not ready():
        assert process.poll() is None, f"it ended with {process.returncode} too early"
        assert time.monotonic() < end, "it did not come so far in time"
        time.sleep(0.05)
