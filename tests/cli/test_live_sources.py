"""Live sources from the command line: what a plan says, what a scan asks and keeps, what the doctor makes of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.routing import RoutesFact, VrpsFact
from netaudit.store.facts import read_facts
from netaudit.writers.doctor_sources import SourceCheck, source_lines
from tests.cli.command import netaudit
from tests.cli.conftest import Inside
from tests.sources import world
from tests.sources.servers import RtrCache, Site, listening, ripestat, whois

DATACENTRE = """
datacentres:
  - {id: dc, name: {vi: Trung tâm, en: Centre}, asns: [64510], prefixes: [203.0.113.0/24]}
"""


@asynccontextmanager
async def services(folder: Path) -> AsyncIterator[tuple[Site, list[str]]]:
    """An inventory with one source of each form, and the names of them; the last one is closed."""
    api = Site(ripestat(world.RIPESTAT, world.AT))
    async with listening(api) as stat, listening(whois(world.IRR)) as irr, listening(RtrCache(world.rtr)) as rtr:
        async with listening(whois({})) as closed:
            pass
        sources = f"""
sources:
  - {{kind: ripestat, url: "http://127.0.0.1:{stat}"}}
  - {{kind: irr, host: 127.0.0.1, port: {irr}}}
  - {{kind: rtr, host: 127.0.0.1, port: {rtr}}}
  - {{kind: vrps, url: "http://127.0.0.1:{closed}/json"}}
"""
        with (folder / "inventory.yaml").open("a") as file:
            file.write(DATACENTRE + sources)
        names = [f"ripestat:127.0.0.1:{stat}", f"irr:127.0.0.1:{irr}", f"rtr:127.0.0.1:{rtr}"]
        yield api, [*names, f"vrps:127.0.0.1:{closed}/json"]


async def test_a_scan_asks_them_keeps_the_answers_and_uses_them_again(province: Path) -> None:
    async with services(province) as (api, (stat, irr, rtr, closed)):
        first = await asyncio.to_thread(netaudit, "collect", "--kind", "datacentre", "-q", cwd=province)
        asked = len(api.asked)
        again = await asyncio.to_thread(
            netaudit, "collect", "--kind", "datacentre", "-q", "-o", "other", "--source-cache", "out/sources",
            cwd=province,
        )  # fmt: skip
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert asked == 3
    assert len(api.asked) == asked, "young answers are not asked for again"
    book = read_facts(province / "out" / "facts.jsonl.zst")
    by_id = {fact.id: fact for fact in (*book.routes["dc"], *book.vrps["dc"], *book.route_objects["dc"])}
    assert by_id[f"routes-dc-{stat}"].failure is None
    assert by_id[f"vrps-dc-{rtr}"].failure is None
    assert by_id[f"route_objects-dc-{irr}"].failure is None
    assert by_id[f"vrps-dc-{closed}"].failure == Failure(
        reason=Reason.REFUSED, side=Side.SOURCE,
        detail=f"127.0.0.1 port {closed.split(':')[2].removesuffix('/json')}: connection refused",
    )  # fmt: skip
    later = read_facts(province / "other" / "facts.jsonl.zst")
    (used,) = [fact for fact in later.routes["dc"] if fact.id == f"routes-dc-{stat}"]
    assert used.retrieved_at == by_id[f"routes-dc-{stat}"].retrieved_at
    assert used.messages[-1].endswith("was used again")


async def test_without_sources_nothing_is_asked(province: Path) -> None:
    async with services(province) as (api, names):
        done = await asyncio.to_thread(
            netaudit, "collect", "--no-sources", "--kind", "datacentre", "-q", cwd=province
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert api.asked == []
    book: FactBook = read_facts(province / "out" / "facts.jsonl.zst")
    assert not any(name in fact.id for fact in book.facts for name in names)
    assert book.scan.arguments["sources"] == "no"
    assert not (province / "out" / "sources").exists()


async def test_a_plan_tells_what_would_be_asked(province: Path, inside: Inside) -> None:
    async with services(province) as (api, names):
        told = inside("plan", "--all", "--lang", "en", cwd=province).stdout
        without = inside("plan", "--all", "--no-sources", "--lang", "en", cwd=province).stdout
    assert [name for name in names if f"source:dc:{name}" in told] == names
    assert f"{len(names)} × live source about a data centre" in told
    assert "live source" not in without
    assert api.asked == []


async def test_the_doctor_has_a_row_for_each(province: Path) -> None:
    async with services(province) as (_, (stat, irr, rtr, closed)):
        done = await asyncio.to_thread(
            netaudit, "doctor", "-i", "inventory.yaml", "--sources", "--lang", "en", cwd=province
        )  # fmt: skip
        vi = await asyncio.to_thread(netaudit, "doctor", "-i", "inventory.yaml", "--sources", cwd=province)
    assert done.returncode == 3, done.stdout + done.stderr
    rows = {line.split()[1]: line for line in done.stdout.splitlines() if line[:2] in ("✓ ", "✗ ", "– ")}
    assert rows[rtr].startswith("✓") and "ROA payloads of ours: 1" in rows[rtr]
    assert rows[irr].startswith("✓") and "route objects: 1" in rows[irr]
    assert rows[closed].startswith("✗")
    assert "gives no answer: connection refused" in rows[closed]
    assert "    → Let this host reach it" in done.stdout
    assert "một nguồn" in vi.stdout or "nguồn" in vi.stdout
    # of the Data API the prefix overview is missing here
    assert rows[stat].startswith("✗") and "HTTP 404" in rows[stat]


def test_the_doctor_never_leaves_the_lab(province: Path, inside: Inside) -> None:
    done = inside("doctor", "-i", "inventory.yaml", "--sources", "all", cwd=province)
    assert done.returncode == 2
    assert "would leave the lab" in done.stderr
    none = inside("doctor", "-i", "inventory.yaml", "--sources", cwd=province)
    assert none.returncode == 2
    assert "no sources in the inventory" in none.stderr


NOW = 1_795_680_000.0
ROUTES = RoutesFact(id="r", datacentre="dc", source="s", retrieved_at=NOW, data_time=NOW - 7_200)


@pytest.mark.parametrize(
    ("fact", "fine", "word"),
    [
        (VrpsFact(id="v", datacentre="dc", source="s", retrieved_at=NOW, total=9), True, "does not say of when"),
        (VrpsFact(id="v", datacentre="dc", source="s", retrieved_at=NOW), None, "knows nothing of 203.0.113.0/24"),
        (ROUTES, None, "knows nothing of 203.0.113.0/24"),
        (
            VrpsFact(id="v", datacentre="dc", source="s", retrieved_at=NOW, data_time=NOW - 7_200, total=9),
            True,
            "its data are 2 hours old",
        ),
        (
            RoutesFact(id="r", datacentre="dc", source="s", retrieved_at=NOW, data_time=NOW - 8 * 86_400),
            False,
            "data that are 8 days old",
        ),
        (
            RoutesFact(
                id="r", datacentre="dc", source="s", retrieved_at=NOW,
                failure=Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="at byte 7: no JSON"),
            ),
            False,
            "is not understood",
        ),
        (
            RoutesFact(
                id="r", datacentre="dc", source="s",
                failure=Failure(reason=Reason.TURNED_AWAY, side=Side.SOURCE, detail="stat.ripe.net: HTTP 429"),
            ),
            False,
            "gives no answer",
        ),
    ],
    ids=["undated", "nothing", "no route", "dated", "old", "not understood", "turned away"],
)  # fmt: skip
def test_what_a_source_is_worth(fact: RoutesFact | VrpsFact, fine: bool | None, word: str) -> None:
    check = SourceCheck(name="x", about="203.0.113.0/24", at=NOW, facts=(fact,))
    (line,) = source_lines([check], "en")
    assert line.fine is fine
    assert word in line.word
    assert bool(line.remedy) == (fine is False)
