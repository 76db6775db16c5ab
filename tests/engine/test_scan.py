import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from datetime import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netaudit.engine.loop import run
from netaudit.engine.plan import Selection, plan_jobs
from netaudit.engine.scan import ScanOptions, collect, done_jobs, scan_id
from netaudit.model.book import FactBook
from netaudit.model.common import Family, Reason, Text, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact, HttpHop, JobFact, ScanEndFact, ScanFact
from netaudit.model.inventory import (
    Blackout,
    DataCentre,
    Inventory,
    NetworkKind,
    Province,
    Scope,
    Service,
    Tier,
    Unit,
)
from netaudit.net.limits import Limits
from netaudit.store.facts import FactWriter, read_facts

NAME = Text(vi="Tên", en="Name")
HINTS = {"a.root": ("192.0.2.1",)}


@pytest.fixture
def inventory() -> Inventory:
    return Inventory(
        schema=1,
        network=NetworkKind.LAB,
        province=Province(id="p", name=NAME),
        tiers=(Tier(id="t", name=NAME),),
        units=(Unit(id="u", name=NAME, tier="t"),),
        services=(
            Service(id="www", kind="portal", host="www.p.example", units=("u",)),
            Service(id="four", kind="portal", host="four.p.example", units=("u",)),
            Service(id="mail", kind="mail", host="p.example", scheme="mail", units=("u",)),
            Service(id="axis", kind="axis", host="www.p.example", scheme="tcp", port=8443, units=("u",)),
        ),
        zones=("p.example",),
        datacentres=(DataCentre(id="dc", name=NAME, asns=(64500,), prefixes=("192.0.2.0/24",)),),
    )


def options(**changed: Any) -> ScanOptions:
    usual = {"inventory_file": "inventory.yaml", "inventory_sha256": "abc", "limits": Limits(round_pause=0.0)}
    return ScanOptions(**{**usual, **changed})


async def scan(inventory: Inventory, network: Any, **changed: Any) -> list[Fact]:
    facts: list[Fact] = []
    await collect(
        inventory, network, hints=HINTS, anchors=(". IN DS 1 8 2 00",), record=facts.append, options=options(**changed)
    )
    return facts


async def test_a_scan_begins_and_ends_with_its_own_facts_and_observes_everything(
    inventory: Inventory, script: Any
) -> None:
    facts = await scan(inventory, script)
    first, last = facts[0], facts[-1]
    assert isinstance(first, ScanFact)
    assert first.inventory == inventory
    assert isinstance(last, ScanEndFact)
    assert last.complete
    book = FactBook(facts)
    assert last.jobs_done == last.jobs_total == len(book.jobs) == len(plan_jobs(inventory))
    assert all(job.failure is None for job in book.jobs.values())
    assert book.zones["p.example"].audited
    assert set(book.names) == {"www.p.example", "four.p.example", "p.example"}
    assert set(book.web) >= {"https://www.p.example:443", "https://four.p.example:443"}
    assert set(book.connects) == {"tcp://www.p.example:8443"}
    assert set(book.mail) == {"p.example"}
    assert set(book.routes) == {"dc"}
    ids = [f.id for f in facts]
    assert len(ids) == len(set(ids)), "every fact once"


async def test_the_self_check_comes_first_and_shuts_a_family_that_no_root_server_answers(
    inventory: Inventory, script: Any
) -> None:
    hints = {"a.root": ("192.0.2.1", "2001:db8:dead::1")}
    facts: list[Fact] = []
    await collect(inventory, script, hints=hints, anchors=(), record=facts.append, options=options())
    book = FactBook(facts)
    assert book.vantage is not None
    six, four = book.vantage.family(Family.IPV6), book.vantage.family(Family.IPV4)
    assert four is not None
    assert four.available
    assert six is not None
    assert not six.available
    assert six.failure is not None
    assert not [key for key in script.asked if key[0] == "2001:db8::4"], "the family is not used after that"
    assert not [address for _, address in script.fetched if ":" in address]
    position = {type(fact).__name__: n for n, fact in reversed(list(enumerate(facts)))}
    assert position["SelfFact"] < position["ZoneFact"]


async def test_a_hanging_target_costs_only_its_own_deadline(inventory: Inventory, script: Any) -> None:
    class Hanging(type(script)):  # type: ignore[misc]
        async def http(self, url: str, address: str) -> HttpHop:
            if "four" in url:
                await asyncio.sleep(3600)
            return await super().http(url, address)  # type: ignore[no-any-return]

    script.__class__ = Hanging
    async with asyncio.timeout(10):
        facts = await scan(inventory, script, limits=Limits(job_deadline=0.2))
    book = FactBook(facts)
    failure = book.jobs["endpoint:https://four.p.example:443"].failure
    assert failure is not None
    assert failure.reason is Reason.BUDGET
    assert book.complete
    assert len(book.web["https://www.p.example:443"]) == 2


async def test_ctrl_c_leaves_a_readable_partial_file_and_resume_finishes_it(
    inventory: Inventory, script: Any, tmp_path: Path
) -> None:
    path = tmp_path / "facts.jsonl.zst"
    started = asyncio.Event()
    release = asyncio.Event()

    class Slow(type(script)):  # type: ignore[misc]
        async def http(self, url: str, address: str) -> HttpHop:
            if "four" in url:
                started.set()
                await release.wait()
            return await super().http(url, address)  # type: ignore[no-any-return]

    script.__class__ = Slow
    zone_done = asyncio.Event()
    with FactWriter(path) as writer:

        def record(fact: Fact) -> None:
            writer.write(fact)
            if fact.id == "job-zone:p.example":
                zone_done.set()

        task = asyncio.create_task(
            collect(inventory, script, hints=HINTS, anchors=(), record=record, options=options())
        )
        await started.wait()
        await zone_done.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    partial = read_facts(path)
    assert partial.end is not None
    assert not partial.complete
    assert partial.end.reason == "interrupted"
    assert partial.end.jobs_done < partial.end.jobs_total
    assert "zone:p.example" in partial.jobs

    release.set()
    done = done_jobs(partial, "abc")
    asked_before = dict(script.asked)
    with FactWriter(path) as writer:
        await collect(inventory, script, hints=HINTS, anchors=(), record=writer.write, options=options(done=done))
    whole = read_facts(path)
    assert whole.complete
    assert whole.end is not None
    assert whole.end.jobs_done == whole.end.jobs_total == len(plan_jobs(inventory))
    assert whole.scan == partial.scan
    assert whole.zones["p.example"] == partial.zones["p.example"]
    key = ("192.0.2.3", "p.example.", "SOA", Transport.TCP)  # only the job of the zone asks it
    assert script.asked[key] == asked_before[key] == 1, "what was done is not done again"


async def test_resume_refuses_another_inventory_and_repeats_what_blackouts_and_bugs_ended(
    inventory: Inventory, script: Any
) -> None:
    facts = await scan(inventory, script)
    book = FactBook(facts)
    with pytest.raises(ValueError, match="changed"):
        done_jobs(book, "another")
    jobs = [f for f in facts if isinstance(f, JobFact)]
    spoiled = {}
    for job, reason in zip(jobs, (Reason.BLACKOUT, Reason.BUG, Reason.BUDGET), strict=False):
        failure = {"reason": reason, "side": "ours"}
        spoiled[job.job] = msgspec.convert({**msgspec.to_builtins(job), "failure": failure}, JobFact)
    done = done_jobs(FactBook([*facts, *spoiled.values()]), "abc")
    assert set(book.jobs) - done == {jobs[0].job, jobs[1].job}


async def test_nothing_is_sent_in_a_blackout_window(inventory: Inventory, script: Any) -> None:
    always = (Blackout(start=time(0), end=time(12)), Blackout(start=time(12), end=time(0)))
    closed = msgspec.structs.replace(inventory, blackouts=always)
    book = FactBook(await scan(closed, script))
    assert not script.asked
    assert not script.fetched
    refused = {name for name, job in book.jobs.items() if job.failure and job.failure.reason is Reason.BLACKOUT}
    assert refused == set(book.jobs) - {"routes:dc", "vrps:dc", "route_objects:dc", "registrations:dc", "sessions:dc"}


async def test_an_excluded_host_is_never_sent_to(inventory: Inventory, script: Any) -> None:
    scope = Scope(exclude=("four.p.example",))
    book = FactBook(await scan(msgspec.structs.replace(inventory, scope=scope), script))
    failure = book.jobs["endpoint:https://four.p.example:443"].failure
    assert failure is not None
    assert failure.reason is Reason.OUT_OF_SCOPE
    assert not [url for url, _ in script.fetched if "four" in url]


async def test_the_overall_deadline_marks_the_scan_incomplete(inventory: Inventory, script: Any) -> None:
    class Hanging(type(script)):  # type: ignore[misc]
        async def http(self, url: str, address: str) -> HttpHop:
            await asyncio.sleep(3600)
            raise AssertionError

    script.__class__ = Hanging
    async with asyncio.timeout(10):
        book = FactBook(await scan(inventory, script, deadline=0.3))
    assert book.end is not None
    assert not book.complete
    assert book.end.reason == "deadline"
    assert "zone:p.example" in book.jobs


async def test_a_full_disk_stops_the_scan_and_is_raised(inventory: Inventory, script: Any) -> None:
    def record(fact: Fact) -> None:
        if isinstance(fact, Exchange):
            raise OSError(28, "No space left on device")

    async with asyncio.timeout(10):
        with pytest.raises(OSError, match="No space"):
            await collect(inventory, script, hints=HINTS, anchors=(), record=record, options=options())


async def test_a_selection_scans_only_its_part(inventory: Inventory, script: Any) -> None:
    book = FactBook(await scan(inventory, script, selection=Selection(kinds=("zone",))))
    assert set(book.jobs) == {"zone:p.example", "origins:addresses"}
    assert not script.fetched


def test_scan_ids_are_sortable_and_safe_in_file_names() -> None:
    assert scan_id(1795528800.0, "lâm đồng/x") == "20261124T140000Z-l-m---ng-x"


def test_sigint_cancels_the_main_coroutine_and_lets_it_clean_up(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import asyncio, sys
        from netaudit.engine.loop import run
        async def main():
            print("ready", flush=True)
            try:
                await asyncio.sleep(60)
            finally:
                print("cleaned", flush=True)
        try:
            run(main())
        except KeyboardInterrupt:
            sys.exit(130)
    """)
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGINT)
        rest, _ = child.communicate(timeout=20)
    assert rest == b"cleaned\n"
    assert child.returncode == 130


def test_the_loop_returns_what_the_coroutine_returns() -> None:
    async def answer() -> int:
        return 42

    assert run(answer()) == 42
