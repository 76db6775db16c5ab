"""Fetching from sources: what arrives whole is kept and used again; what is hostile, slow or elsewhere is refused."""

import asyncio
import gzip
import hashlib
import json
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.inventory import Source, SourceKind
from netaudit.sources.library import Library
from netaudit.sources.limits import SourceError, SourceLimits
from netaudit.sources.questions import Question
from tests.sources.servers import Reply, Site, listening, packed, whois

QUICK = SourceLimits(
    connect_timeout=2, answer_timeout=1.0, download_timeout=1.0, answer_bytes=100_000, download_bytes=100_000,
    whois_bytes=10_000, pause=0.01, longest_pause=0.5,
)  # fmt: skip


def library(folder: Path, *sources: Source, limits: SourceLimits = QUICK, **more: object) -> Library:
    return Library(folder, sources, limits=limits, **more)  # type: ignore[arg-type]


def question(port: int, path: str = "/data.json", kind: SourceKind = SourceKind.RIPESTAT, age: float = 24) -> Question:
    source = Source(kind=kind, url=f"http://127.0.0.1:{port}", max_age_hours=age)
    return Question(source, "routes", f"http://127.0.0.1:{port}{path}")


def suffixes(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir())


async def failing(folder: Path, site: Site, *, limits: SourceLimits = QUICK) -> Failure:
    async with listening(site) as port:
        asked = question(port)
        with pytest.raises(SourceError) as caught:
            await library(folder, asked.source, limits=limits).fetch(asked)
    return caught.value.failure


async def test_a_document_is_kept_with_what_it_is(tmp_path: Path) -> None:
    site = Site(lambda target: Reply(b'{"status": "ok"}'))
    async with listening(site) as port:
        asked = question(port)
        found = await library(tmp_path, asked.source, agent="netaudit/test (+x@y)").fetch(asked)
    assert found.path.read_bytes() == b'{"status": "ok"}'
    assert found.sha256 == hashlib.sha256(b'{"status": "ok"}').hexdigest()
    assert found.uri == asked.uri and not found.reused
    assert time.time() - found.retrieved_at < 5
    assert "User-Agent: netaudit/test (+x@y)\r\n" in site.headers[0]
    assert suffixes(tmp_path) == [".document", ".json"]


async def test_one_document_is_fetched_once_however_many_want_it(tmp_path: Path) -> None:
    site = Site(lambda target: Reply(b"x"), pause=0.05)
    async with listening(site) as port:
        asked = question(port)
        shared = library(tmp_path, asked.source)
        found = await asyncio.gather(*(shared.fetch(asked) for _ in range(5)))
    assert len({item.path for item in found}) == 1
    assert len(site.asked) == 1


async def test_what_is_young_enough_is_used_again_and_says_so(tmp_path: Path) -> None:
    site = Site(lambda target: Reply(b"first" if len(site.asked) == 1 else b"second"))
    async with listening(site) as port:
        asked = question(port, age=2)
        first = await library(tmp_path, asked.source, now=lambda: 1_000_000.0).fetch(asked)
        again = await library(tmp_path, asked.source, now=lambda: 1_000_000.0 + 7_199).fetch(asked)
        old = await library(tmp_path, asked.source, now=lambda: 1_000_000.0 + 7_201).fetch(asked)
    assert (first.reused, again.reused, old.reused) == (False, True, False)
    assert again.retrieved_at == 1_000_000.0
    assert old.path.read_bytes() == b"second"
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document, note: document.write_bytes(b"twins"),
        lambda document, note: document.unlink(),
        lambda document, note: note.write_bytes(b"{"),
        lambda document, note: note.write_bytes(note.read_bytes().replace(b"data.json", b"else.json")),
        lambda document, note: note.write_bytes(note.read_bytes().replace(b'at":1', b'at":9')),
    ],
    ids=["changed", "gone", "note broken", "of another question", "of the future"],
)
async def test_a_broken_cache_is_no_cache(tmp_path: Path, spoil: Callable[[Path, Path], object]) -> None:
    site = Site(lambda target: Reply(b"whole"))
    async with listening(site) as port:
        asked = question(port)
        first = await library(tmp_path, asked.source, now=lambda: 1_000_000.0).fetch(asked)
        spoil(first.path, first.path.with_suffix(".json"))
        again = await library(tmp_path, asked.source, now=lambda: 1_000_001.0).fetch(asked)
    assert again.path.read_bytes() == b"whole" and not again.reused


async def test_at_most_eight_requests_at_once(tmp_path: Path) -> None:
    site = Site(lambda target: Reply(b"x"), pause=0.05)
    async with listening(site) as port:
        asked = [question(port, f"/{number}") for number in range(30)]
        shared = library(tmp_path, asked[0].source)
        await asyncio.gather(*map(shared.fetch, asked))
    assert site.most_at_once == 8
    assert len(site.asked) == 30


async def test_a_packed_document_is_unpacked(tmp_path: Path) -> None:
    async with listening(Site(lambda target: packed(b"roas" * 5_000))) as port:
        asked = question(port)
        found = await library(tmp_path, asked.source).fetch(asked)
    assert found.path.read_bytes() == b"roas" * 5_000


@pytest.mark.parametrize("drip", [0.0, 0.001], ids=["at once", "octet by octet"])
async def test_a_document_in_several_gzip_members_is_unpacked_whole(tmp_path: Path, drip: float) -> None:
    members = b"".join(map(gzip.compress, (b"first, ", b"", b"second, ", b"third")))
    reply = Reply(members, headers={"Content-Encoding": "gzip"}, drip=drip)
    async with listening(Site(lambda target: reply)) as port:
        asked = question(port)
        found = await library(tmp_path, asked.source).fetch(asked)
    assert found.path.read_bytes() == b"first, second, third"


LISTS = {
    "numbers for ranges": {"services": [[[1], ["https://x/"]]]},
    "numbers for URLs": {"services": [[["64510"], [1]]]},
    "three parts": {"services": [[["64510"], ["https://x/"], []]]},
    "a word for a range": {"services": [[["first-last"], ["https://x/"]]]},
    "no URL": {"services": [[["64510"], ["https://[/"]]]},
    "no services": {},
    "no object": [],
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_of_registries_that_is_none_is_malformed(tmp_path: Path, name: str) -> None:
    reply = Reply(json.dumps(LISTS[name]).encode())
    source = Source(kind=SourceKind.RDAP)
    async with listening(Site(lambda target: reply)) as port:
        shared = library(tmp_path, source, loopback_only=True, bootstrap=f"http://127.0.0.1:{port}/")
        with pytest.raises(SourceError) as caught:
            await shared.fetch(Question(source, "registrations", "rdap:autnum/64510"))
    assert caught.value.failure.reason is Reason.MALFORMED
    assert caught.value.failure.detail.startswith("the bootstrap registry can't be read: ")


@pytest.mark.parametrize("after", ["0", formatdate(time.time() - 5, usegmt=True)], ids=["seconds", "date"])
async def test_a_source_that_asks_us_to_wait_is_asked_again_after_that(tmp_path: Path, after: str) -> None:
    busy = Reply(status=429, headers={"Retry-After": after})
    site = Site(lambda target: Reply(b"now") if len(site.asked) == 3 else busy)
    async with listening(site) as port:
        asked = question(port)
        found = await library(tmp_path, asked.source).fetch(asked)
    assert found.path.read_bytes() == b"now"
    assert len(site.asked) == 3


async def test_a_source_that_wants_a_long_pause_is_left_alone(tmp_path: Path) -> None:
    site = Site(lambda target: Reply(status=429, headers={"Retry-After": "3600"}))
    async with listening(site) as port:
        first, second = question(port, "/1"), question(port, "/2")
        shared = library(tmp_path, first.source)
        for asked in (first, second):
            with pytest.raises(SourceError) as caught:
                await shared.fetch(asked)
    assert site.asked == ["/1"]
    assert caught.value.failure == Failure(
        reason=Reason.TURNED_AWAY, side=Side.SOURCE, detail="not asked again: 127.0.0.1: HTTP 429"
    )


BOMB = gzip.compress(b"\0" * 50_000_000)
HOSTILE = {
    "endless": (Reply(b"x" * 8_192, endless=True), Reason.TOO_LARGE),
    "too large": (Reply(b"x" * 100_001), Reason.TOO_LARGE),
    "a gzip bomb": (Reply(BOMB, headers={"Content-Encoding": "gzip"}), Reason.TOO_LARGE),
    "no gzip at all": (Reply(b"plain", headers={"Content-Encoding": "gzip"}), Reason.MALFORMED),
    "cut gzip": (Reply(gzip.compress(b"x" * 999)[:-9], headers={"Content-Encoding": "gzip"}), Reason.MALFORMED),
    "a cut second gzip": (
        Reply(gzip.compress(b"x") + gzip.compress(b"y")[:-9], headers={"Content-Encoding": "gzip"}),
        Reason.MALFORMED,
    ),
    "a bomb behind": (Reply(gzip.compress(b"x") + BOMB, headers={"Content-Encoding": "gzip"}), Reason.TOO_LARGE),
    "no gzip behind": (Reply(gzip.compress(b"x") + b"y" * 20, headers={"Content-Encoding": "gzip"}), Reason.MALFORMED),
    "another encoding": (Reply(b"x", headers={"Content-Encoding": "br"}), Reason.PROTOCOL),
    "a slow drip": (Reply(b"x" * 1_000, drip=0.1), Reason.TIMEOUT),
    "shorter than it says": (Reply(b"x", headers={"Content-Length": "50"}), Reason.PROTOCOL),
    "an error page": (Reply(b"<html>", status=403), Reason.PROTOCOL),
    "nothing there": (Reply(status=404), Reason.NO_DATA),
    "a server that fails": (Reply(status=500), Reason.RESET),
    "to another scheme": (Reply(status=302, headers={"Location": "file:///etc/passwd"}), Reason.PROTOCOL),
    "to credentials": (Reply(status=302, headers={"Location": "http://a:b@127.0.0.1/"}), Reason.PROTOCOL),
    "to nowhere": (Reply(status=302), Reason.PROTOCOL),
    "to loopback": (Reply(status=302, headers={"Location": "http://127.0.0.2:1/"}), Reason.OUT_OF_SCOPE),
    "to a name of loopback": (Reply(status=302, headers={"Location": "http://localhost:1/"}), Reason.OUT_OF_SCOPE),
    "to a private network": (Reply(status=302, headers={"Location": "http://10.0.0.1/"}), Reason.OUT_OF_SCOPE),
    "round and round": (Reply(status=302, headers={"Location": "/again"}), Reason.PROTOCOL),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_answer_is_a_failure_of_the_source(tmp_path: Path, name: str) -> None:
    reply, reason = HOSTILE[name]
    failure = await failing(tmp_path, Site(lambda target: reply))
    assert (failure.reason, failure.side) == (reason, Side.SOURCE), failure.detail
    assert suffixes(tmp_path) == []


async def test_of_redirects_three_are_followed(tmp_path: Path) -> None:
    site = Site(lambda target: Reply(b"there") if target == "/3" else onward(target))

    def onward(target: str) -> Reply:
        return Reply(status=301, headers={"Location": f"/{int(target[1:]) + 1}"})

    async with listening(site) as port:
        asked = question(port, "/0")
        found = await library(tmp_path, asked.source).fetch(asked)
    assert found.path.read_bytes() == b"there"
    assert site.asked == ["/0", "/1", "/2", "/3"]


async def test_a_closed_port_is_told_and_not_tried_for_every_question(tmp_path: Path) -> None:
    async with listening(whois({})) as port:
        closed = port
    asked = [question(closed, f"/{number}") for number in range(3)]
    shared = library(tmp_path, asked[0].source)
    details = []
    for item in asked:
        with pytest.raises(SourceError) as caught:
            await shared.fetch(item)
        assert caught.value.failure.reason is Reason.REFUSED
        details.append(caught.value.failure.detail.startswith("not asked again"))
    assert details == [False, True, True]


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "localhost", "example.com"])
async def test_in_the_lab_nothing_but_a_loopback_address_is_asked(tmp_path: Path, host: str) -> None:
    named = f"[{host}]" if ":" in host else host
    source = Source(kind=SourceKind.VRPS, url=f"https://{named}/rpki.json")
    with pytest.raises(SourceError) as caught:
        await library(tmp_path, source, loopback_only=True).fetch(Question(source, "vrps", source.url))
    assert (caught.value.failure.reason, caught.value.failure.side) == (Reason.OUT_OF_SCOPE, Side.OURS)


async def test_whois_sends_one_line_and_reads_to_the_end(tmp_path: Path) -> None:
    text = "route: 203.0.113.0/24\norigin: AS64510\nsource: RADB\n"
    async with listening(whois({"-i origin AS64510": text})) as port:
        source = Source(kind=SourceKind.IRR, host="127.0.0.1", port=port)
        asked = Question(source, "route_objects", f"whois://127.0.0.1:{port}/-i%20origin%20AS64510")
        found = await library(tmp_path, source).fetch(asked)
    assert found.path.read_text() == text


async def test_hostile_whois(tmp_path: Path) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"route: " * 1_000)
            await writer.drain()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(20)

    async def empty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\n")

    for talk, reason in ((endless, Reason.TOO_LARGE), (silent, Reason.TIMEOUT), (empty, Reason.RESET)):
        async with listening(talk) as port:
            source = Source(kind=SourceKind.IRR, host="127.0.0.1", port=port)
            with pytest.raises(SourceError) as caught:
                await library(tmp_path, source).fetch(Question(source, "", f"whois://127.0.0.1:{port}/x"))
        assert (caught.value.failure.reason, caught.value.failure.side) == (reason, Side.SOURCE)
