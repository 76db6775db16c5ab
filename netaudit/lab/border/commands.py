"""Programs started, asked and ended within a rehearsal."""

import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

__all__ = ["last_line", "run", "start", "wait_until"]

_SECONDS = 10.0


def run(*command: str) -> str:
    """What a command prints. Raises RuntimeError with its own words when it fails, SubprocessError, OSError."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:6])}: {(done.stderr or done.stdout).strip()[:400]}")
    return done.stdout


def start(command: Sequence[str], stack: ExitStack, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a program that ends with the stack; what it says goes to a file, or is ours."""
    where = stack.enter_context(log.open("wb")) if log is not None else None
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=where, stderr=where)
    stack.callback(_end, process)
    return process


def wait_until(condition: Callable[[], bool], seconds: float, problem: str | Callable[[], str]) -> None:
    """Return as soon as the condition holds. Raises RuntimeError with `problem` when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(problem if isinstance(problem, str) else problem())
        time.sleep(0.05)


def last_line(log: Path) -> str:
    """The end of what a program has said."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1][:300] if lines else "it said nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
