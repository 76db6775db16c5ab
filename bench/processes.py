"""Running command lines, so many at once, and what they cost."""

import os
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Job", "JobFailed", "Spent", "run_all"]


@dataclass(frozen=True)
class Job:
    """A command line, the file that takes what it prints, and the exit codes that mean success."""

    command: Sequence[str]
    output: Path
    environment: dict[str, str]
    codes: frozenset[int] = frozenset({0})


@dataclass(frozen=True)
class Spent:
    """What a batch of jobs cost: wall clock and processor seconds, and the largest process (RSS, in kB)."""

    seconds: float
    processor: float
    peak_kb: int


class JobFailed(Exception):
    """A command ended with a code that does not mean success."""


def run_all(jobs: Sequence[Job], at_once: int) -> Spent:
    """Run all jobs, `at_once` of them at any time. Raises JobFailed."""
    began = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        spent = list(pool.map(_run, jobs))
    return Spent(time.monotonic() - began, sum(s.processor for s in spent), max(s.peak_kb for s in spent))


def _run(job: Job) -> Spent:
    errors = job.output.with_suffix(".err")
    with job.output.open("wb") as output, errors.open("wb") as said:
        process = subprocess.Popen(
            job.command, stdin=subprocess.DEVNULL, stdout=output, stderr=said, env={**os.environ, **job.environment}
        )
        _, status, usage = os.wait4(process.pid, 0)  # the usage of this process and of those that it waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in job.codes:
        said_last = errors.read_text(errors="replace")[-500:]
        raise JobFailed(f"{' '.join(job.command)}: exit {process.returncode}: {said_last}")
    return Spent(0.0, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
