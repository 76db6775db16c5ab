import asyncio
from collections.abc import Iterable, Sequence

import pytest

from netaudit.engine.jobs import Job, PlannedJob
from netaudit.engine.local import RunSummary, run_jobs
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact, JobFact, NameFact
from netaudit.model.verdict import Target, TargetKind


class Observing:
    """A probe that notes one name, then does what a test wants."""

    def __init__(self, name: str, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.name = name
        self.seconds = seconds
        self.error = error
        self.got = False

    async def run(self) -> None:
        self.got = True
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        if self.got:
            yield NameFact(id=f"name-{self.name}", name=self.name, lookups=())


def job(probe: Observing) -> Job:
    return Job(PlannedJob(f"name:{probe.name}", Target(kind=TargetKind.HOST, name=probe.name)), lambda: probe)


async def run(
    jobs: Sequence[Job], *, concurrency: int = 4, job_deadline: float = 5.0, deadline: float | None = None
) -> tuple[list[Fact], RunSummary]:
    facts: list[Fact] = []
    summary = RunSummary()
    await run_jobs(
        jobs,
        summary,
        record=facts.append,
        now=lambda: 0.0,
        concurrency=concurrency,
        job_deadline=job_deadline,
        deadline=deadline,
    )
    return facts, summary


def ended(facts: Iterable[Fact]) -> dict[str, Failure | None]:
    return {fact.job: fact.failure for fact in facts if isinstance(fact, JobFact)}


async def test_every_job_ends_in_a_fact() -> None:
    facts, summary = await run([job(Observing(f"host{n}.example")) for n in range(20)])
    assert len(ended(facts)) == 20
    assert summary.done == 20
    assert summary.failed == 0


async def test_a_hanging_target_costs_its_own_deadline_and_keeps_what_was_got() -> None:
    probes = [Observing("hangs.example", seconds=60), *(Observing(f"host{n}.example") for n in range(5))]
    async with asyncio.timeout(5):
        facts, summary = await run([job(p) for p in probes], concurrency=1, job_deadline=0.05)
    failure = ended(facts)["name:hangs.example"]
    assert failure is not None
    assert (failure.reason, failure.side) == (Reason.BUDGET, Side.BUDGET)
    assert "hangs.example" in {fact.name for fact in facts if isinstance(fact, NameFact)}
    assert summary.done == 6


@pytest.mark.parametrize(
    "error", [ValueError("ours"), TimeoutError("not the deadline"), ExceptionGroup("g", [KeyError("k")])]
)
async def test_a_bug_is_recorded_with_its_traceback_and_the_scan_goes_on(error: Exception) -> None:
    facts, _ = await run([job(Observing("bug.example", error=error)), job(Observing("good.example"))], concurrency=1)
    failure = ended(facts)["name:bug.example"]
    assert failure is not None
    assert failure.side is Side.BUG
    assert "test_job_runner" in failure.detail
    assert ended(facts)["name:good.example"] is None


async def test_a_probe_that_cannot_be_made_is_a_bug_too() -> None:
    def broken() -> Observing:
        raise RuntimeError("no probe")

    planned = PlannedJob("name:x.example", Target(kind=TargetKind.HOST, name="x.example"))
    facts, _ = await run([Job(planned, broken)])
    failure = ended(facts)["name:x.example"]
    assert failure is not None
    assert failure.side is Side.BUG


async def test_the_overall_deadline_ends_the_run() -> None:
    jobs = [job(Observing(f"host{n}.example", seconds=0 if n < 2 else 60)) for n in range(6)]
    async with asyncio.timeout(5):
        facts, summary = await run(jobs, concurrency=2, deadline=0.1)
    assert summary.deadline_passed
    assert set(ended(facts)) == {"name:host0.example", "name:host1.example"}


async def test_no_more_jobs_run_at_once_than_allowed() -> None:
    running = most = 0

    class Counting(Observing):
        async def run(self) -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1

    await run([job(Counting(f"host{n}.example")) for n in range(30)], concurrency=3)
    assert most == 3


async def test_cancelling_passes_through_and_leaves_no_task_behind() -> None:
    task = asyncio.create_task(run([job(Observing(f"host{n}.example", seconds=60)) for n in range(8)]))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_full_disk_ends_the_run() -> None:
    def full(fact: Fact) -> None:
        raise OSError(28, "No space left on device")

    jobs = [job(Observing("a.example")), job(Observing("b.example", seconds=60))]
    with pytest.raises(OSError, match="No space"):
        await run_jobs(jobs, RunSummary(), record=full, now=lambda: 0.0, concurrency=2, job_deadline=60)


async def test_facts_are_flushed_while_a_job_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netaudit.engine.local._FLUSH_SECONDS", 0.01)
    flushed = 0

    def flush() -> None:
        nonlocal flushed
        flushed += 1

    await run_jobs(
        [job(Observing("slow.example", seconds=0.2))],
        RunSummary(),
        record=lambda fact: None,
        now=lambda: 0.0,
        concurrency=1,
        job_deadline=5,
        flush=flush,
    )
    assert flushed >= 3


async def test_a_refused_job_is_not_run() -> None:
    probe = Observing("closed.example")
    facts: list[Fact] = []
    window = Failure(reason=Reason.BLACKOUT, side=Side.OURS)
    await run_jobs(
        [job(probe)],
        RunSummary(),
        record=facts.append,
        now=lambda: 0.0,
        concurrency=1,
        job_deadline=5,
        refuse=lambda planned: window,
    )
    assert not probe.got
    assert ended(facts) == {"name:closed.example": window}


async def test_few_heavy_jobs_run_at_once_after_all_others_and_their_time_starts_at_their_turn() -> None:
    at_once, most = 0, 0
    order: list[str] = []

    class Heavy(Observing):
        async def run(self) -> None:
            nonlocal at_once, most
            order.append("heavy")
            at_once += 1
            most = max(most, at_once)
            await super().run()
            at_once -= 1

    class Light(Observing):
        async def run(self) -> None:
            await super().run()
            order.append("light")

    heavy = [
        Job(PlannedJob(f"browser:{n}", Target(kind=TargetKind.ENDPOINT, name=str(n)), heavy=True), made)
        for n in range(6)
        for made in [lambda n=n: Heavy(f"host{n}.example", seconds=0.2)]
    ]
    light = [job(Light(f"light{n}.example", seconds=0.05)) for n in range(20)]
    facts, _ = await run([*heavy, *light], concurrency=4, job_deadline=0.4)
    assert order == ["light"] * 20 + ["heavy"] * 6
    assert most == 2
    assert set(ended(facts).values()) == {None}  # the last two waited for as long as one may take
