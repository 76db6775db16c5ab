"""Runs jobs in this process: so many at once, each with its own deadline, none able to stop the others."""

import asyncio
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from netaudit.engine.jobs import Job, PlannedJob
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact, FamilyCheck, JobFact

__all__ = ["Progress", "RunSummary", "Silent", "run_jobs"]

_FLUSH_SECONDS = 1.0
_HEAVY = 2  # jobs at once that start a program of their own
_TRACE_CHARACTERS = 2_000


class Progress(Protocol):
    """Who wants to know how far the scan is."""

    def started(self, total: int) -> None:
        """The number of jobs is known."""
        ...

    def advanced(self, job: str) -> None:
        """A job has ended."""
        ...

    def nothing_sent(self, failure: Failure) -> None:
        """A blackout window is on."""
        ...

    def blind(self, check: FamilyCheck) -> None:
        """The self-check found a family that can't be used."""
        ...

    def clock_off(self, seconds: float) -> None:
        """The self-check found our own clock off."""
        ...


class Silent:
    """A `Progress` that nobody watches."""

    def started(self, total: int) -> None:
        """Say nothing."""

    def advanced(self, job: str) -> None:
        """Say nothing."""

    def nothing_sent(self, failure: Failure) -> None:
        """Say nothing."""

    def blind(self, check: FamilyCheck) -> None:
        """Say nothing."""

    def clock_off(self, seconds: float) -> None:
        """Say nothing."""


@dataclass
class RunSummary:
    """How far a run came; kept up to date while it runs, so that an interrupted one can be told from it."""

    done: int = 0
    failed: int = 0  # of those done: cut short by a deadline, a refusal or a bug
    deadline_passed: bool = False


async def run_jobs(
    jobs: Sequence[Job],
    summary: RunSummary,
    *,
    record: Callable[[Fact], None],
    now: Callable[[], float],
    concurrency: int,
    job_deadline: float,
    deadline: float | None = None,
    refuse: Callable[[PlannedJob], Failure | None] = lambda job: None,
    progress: Progress | None = None,
    flush: Callable[[], None] = lambda: None,
) -> None:
    """Run all jobs, `concurrency` at once; `job_deadline` and `deadline` in seconds, for each and for all.

    A job that fails in any way ends in a `JobFact` with the failure and with the facts it had; it never
    ends the scan. `refuse` is asked before a job starts. `flush` is called every second. What `record`
    and `flush` raise (a full disk) ends the run and passes through, as CancelledError does.
    """
    runner = _Runner(jobs, summary, record, now, job_deadline, refuse, progress or Silent())
    flusher = asyncio.create_task(_flush_regularly(flush))
    try:
        async with asyncio.timeout(deadline) as timer:
            await _work(runner, flusher, min(concurrency, max(1, len(jobs))))
    except TimeoutError:
        if not timer.expired():
            raise
        summary.deadline_passed = True
    finally:
        flusher.cancel()
        await asyncio.gather(flusher, return_exceptions=True)


async def _work(runner: "_Runner", flusher: asyncio.Task[None], workers: int) -> None:
    """Wait for the workers; an error of theirs, or of the flusher, ends them all."""
    tasks = [asyncio.create_task(runner.worker()) for _ in range(workers)]
    try:
        waiting: set[asyncio.Task[None]] = {*tasks}
        while waiting:
            finished, _ = await asyncio.wait({*waiting, flusher}, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                task.result()
            waiting -= finished
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _flush_regularly(flush: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(_FLUSH_SECONDS)
        flush()


class _Runner:
    def __init__(
        self,
        jobs: Sequence[Job],
        summary: RunSummary,
        record: Callable[[Fact], None],
        now: Callable[[], float],
        job_deadline: float,
        refuse: Callable[[PlannedJob], Failure | None],
        progress: Progress,
    ) -> None:
        self._queue: Iterator[Job] = iter(sorted(jobs, key=lambda job: job.plan.heavy))
        self._summary = summary
        self._record = record
        self._now = now
        self._job_deadline = job_deadline
        self._refuse = refuse
        self._progress = progress
        self._heavy = asyncio.Semaphore(_HEAVY)
        self._light = sum(not job.plan.heavy for job in jobs)  # still to be done
        self._light_done = asyncio.Event()

    async def worker(self) -> None:
        """Take jobs until none is left."""
        for job in self._queue:  # shared: each worker takes the next
            if job.plan.heavy:
                await self._run_in_turn(job)
            else:
                await self._run(job)
                self._light -= 1
                if not self._light:
                    self._light_done.set()

    async def _run_in_turn(self, job: Job) -> None:
        """Its time begins with its turn: after all light jobs, whose measured times it would disturb."""
        if self._light:
            await self._light_done.wait()
        async with self._heavy:
            await self._run(job)

    async def _run(self, job: Job) -> None:
        at = self._now()
        began = time.monotonic()
        failure = self._refuse(job.plan)
        facts: Sequence[Fact] = ()
        if failure is None:
            facts, failure = await self._observe(job)
        for fact in facts:
            self._record(fact)
        self._record(
            JobFact(
                id=f"job-{job.plan.name}",
                job=job.plan.name,
                at=at,
                elapsed_s=round(time.monotonic() - began, 3),
                failure=failure,
            )
        )
        self._summary.done += 1
        self._summary.failed += failure is not None
        self._progress.advanced(job.plan.name)

    async def _observe(self, job: Job) -> tuple[Sequence[Fact], Failure | None]:
        failure: Failure | None = None
        deadline = job.plan.deadline or self._job_deadline
        try:
            probe = job.probe()
        except Exception as error:
            return (), _bug(error)
        try:
            async with asyncio.timeout(deadline) as timer:
                await probe.run()
        except TimeoutError as error:
            failure = _cut(deadline) if timer.expired() else _bug(error)
        except Exception as error:
            failure = _bug(error)
        try:
            return tuple(probe.facts(failure)), failure
        except Exception as error:
            return (), _bug(error)


def _cut(seconds: float) -> Failure:
    detail = f"this target was given up after {seconds:g} seconds"
    return Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail)


def _bug(error: Exception) -> Failure:
    """A fault of ours, with its traceback: the scan goes on, and the report says so."""
    trace = "".join(traceback.format_exception(error))
    return Failure(reason=Reason.BUG, side=Side.BUG, detail=trace[-_TRACE_CHARACTERS:])
