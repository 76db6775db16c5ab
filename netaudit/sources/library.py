"""One scan's way to its sources: each document is fetched once, or taken from the cache while it is young enough."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import msgspec

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.inventory import Source, SourceKind
from netaudit.net.limits import Identity
from netaudit.sources.bootstrap import registry_file, service_url
from netaudit.sources.cache import Cache, Document
from netaudit.sources.door import Door
from netaudit.sources.limits import SourceError, SourceLimits, closed_to_us
from netaudit.sources.questions import BOOTSTRAP, Question, hosts_of
from netaudit.sources.rtr import ask_rtr
from netaudit.sources.web import Request, download
from netaudit.sources.whois import ask_whois

__all__ = ["Library"]

_TRY_AGAIN = {Reason.TIMEOUT, Reason.RESET, Reason.REFUSED, Reason.UNREACHABLE, Reason.TURNED_AWAY}
_BULK = {SourceKind.VRPS, SourceKind.DELEGATED}
_HOUR = 3_600


@dataclass
class _Host:
    """What is known of one host that is asked: so many questions at once, and why none is put to it any more."""

    places: asyncio.Semaphore
    closed: Failure | None = None


@dataclass
class _Shelf:
    """One document, wanted by several."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    outcome: Document | SourceError | None = None


class Library:
    """Fetches what questions ask for. Needs a running event loop.

    `roots` are certificate roots in PEM beside the public ones; with `loopback_only` nothing leaves this machine.
    """

    def __init__(
        self,
        folder: Path,
        sources: Iterable[Source],
        *,
        limits: SourceLimits | None = None,
        agent: str = "",
        roots: Sequence[str] = (),
        loopback_only: bool = False,
        now: Callable[[], float] = time.time,
        bootstrap: str = BOOTSTRAP,
    ) -> None:
        self._limits = limits or SourceLimits()
        self._cache = Cache(folder)
        self._door = Door(self._limits, hosts_of(sources), loopback_only=loopback_only)
        self._agent = agent or Identity().user_agent
        self._roots = tuple(roots)
        self._now = now
        self._bootstrap = bootstrap
        self._hosts: dict[str, _Host] = {}
        self._shelves: dict[str, _Shelf] = {}

    async def fetch(self, question: Question) -> Document:
        """The document that answers a question; fetched once, however many ask. Raises SourceError."""
        shelf = self._shelves.setdefault(question.uri, _Shelf())
        async with shelf.lock:
            if shelf.outcome is None:
                try:
                    shelf.outcome = await self._found(question.source, question.uri)
                except SourceError as error:
                    shelf.outcome = error
                except OSError as error:  # of our own disk: what the network raises is a SourceError
                    detail = f"the cache of sources can't be written: {error.strerror or error}"
                    shelf.outcome = SourceError(Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail))
        if isinstance(shelf.outcome, SourceError):  # a new one for each that asks: its traceback is its own
            raise SourceError(shelf.outcome.failure, not_found=shelf.outcome.not_found)
        return shelf.outcome

    async def _found(self, source: Source, uri: str) -> Document:
        if uri.startswith("rdap:"):
            path = uri.removeprefix("rdap:")
            return await self._found(source, await self._registry(source, path) + path)
        known = await asyncio.to_thread(self._cache.find, uri, self._now(), source.max_age_hours * _HOUR)
        if known is not None:
            return known
        name = urlsplit(uri).netloc.lower()
        at_once = self._limits.whois_at_once if uri.startswith("whois:") else self._limits.at_once
        host = self._hosts.setdefault(name, _Host(asyncio.Semaphore(at_once)))
        async with host.places:
            if host.closed is not None:
                raise SourceError(_not_asked(host.closed))
            try:
                return await self._tries(source, uri)
            except SourceError as error:
                if closed_to_us(error.failure):
                    host.closed = error.failure
                raise

    async def _registry(self, source: Source, path: str) -> str:
        """The base URL of the registry that must know. That IANA has no list says nothing of what it would list."""
        try:
            document = await self.fetch(Question(source, "", self._bootstrap + registry_file(path)))
        except SourceError as error:
            raise SourceError(error.failure) from error
        return service_url(document.path.read_bytes(), path)

    async def _tries(self, source: Source, uri: str) -> Document:
        """The one policy of retries: after silences, broken connections and requests to wait; never longer waits."""
        pause = self._limits.pause
        for left in reversed(range(self._limits.tries)):
            try:
                with self._cache.store(uri) as draft:
                    await self._way(source, uri, draft.file)()
                    return draft.keep(self._now())
            except SourceError as error:
                wait = pause if error.wait is None else error.wait
                if not left or error.failure.reason not in _TRY_AGAIN or wait > self._limits.longest_pause:
                    raise
            await asyncio.sleep(wait)
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _way(self, source: Source, uri: str, file: IO[bytes]) -> Callable[[], Awaitable[None]]:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        if parts.scheme == "whois":
            query = unquote(parts.path.removeprefix("/"))
            return partial(ask_whois, self._door, host, parts.port or 43, query, file, self._limits)
        if parts.scheme == "rtr":
            return partial(ask_rtr, self._door, host, parts.port or 323, file, self._limits)
        bulk = source.kind in _BULK
        request = Request(
            url=uri,
            agent=self._agent,
            most_bytes=self._limits.download_bytes if bulk else self._limits.answer_bytes,
            timeout=self._limits.download_timeout if bulk else self._limits.answer_timeout,
            accept="application/rdap+json, application/json" if source.kind is SourceKind.RDAP else "*/*",
        )
        return partial(download, self._door, request, file, self._limits, self._roots)


def _not_asked(failure: Failure) -> Failure:
    return msgspec.structs.replace(failure, detail=f"not asked again: {failure.detail}"[:200])
