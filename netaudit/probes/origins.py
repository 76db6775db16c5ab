"""Where the addresses of name servers and mail exchangers are announced from: by route tables, and by live sources."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from netaudit.dns.zonecut import ResolutionError
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact
from netaudit.model.inventory import DataCentre, Source, SourceKind
from netaudit.model.routing import OriginsFact, RoutesFact
from netaudit.probes.context import ProbeContext, parse_name
from netaudit.probes.evidence_files import KINDS
from netaudit.probes.files import digest_of, names_apart, unread
from netaudit.probes.hosts import addresses_of, exchangers_of, servers_of
from netaudit.probes.sources import Answer, answer_to, merged, provenance
from netaudit.routing.origins import (
    host_prefix,
    origins_of_routes,
    read_prefix_overview,
    read_ris_whois_origin,
)
from netaudit.sources.library import Library
from netaudit.sources.questions import address_questions

__all__ = ["OriginsProbe", "origins_from"]

_MOST = 512  # addresses of one scan
_OF_HOST = 8  # addresses of one exchanger or server in one family


class OriginsProbe:
    """Finds the addresses of zones' servers and domains' exchangers, and then who announces them.

    The addresses come from the scan's own look-ups, so that few questions are new. Every route table of every data
    centre is read for them, and every source that knows of addresses is asked: a fact each.
    """

    def __init__(
        self,
        context: ProbeContext,
        zones: Sequence[str],
        domains: Sequence[str],
        tables: Mapping[Path, DataCentre],
        sources: Sequence[Source],
    ) -> None:
        self._context = context
        self._zones = zones
        self._domains = domains
        self._tables = tables
        self._sources = sources if context.library is not None else ()
        self._facts: list[OriginsFact] = []

    async def run(self) -> None:
        """Look up, read, ask."""
        found = await asyncio.gather(*map(self._of_zone, self._zones), *map(self._of_domain, self._domains))
        every = tuple(dict.fromkeys(address for some in found for address in some))
        addresses, left = every[:_MOST], len(every) - _MOST
        if not addresses:
            return
        names = names_apart(self._tables)
        for path, centre in self._tables.items():
            fact = await asyncio.to_thread(_of_table, path, centre, addresses)
            self._facts.append(replace(fact, id=f"origins-{names[path]}"))
        if self._context.library is not None:
            asked = (origins_from(self._context.library, source, addresses) for source in self._sources)
            self._facts += [fact for fact in await asyncio.gather(*asked) if fact is not None]
        if left > 0:  # whose origins are then unknown, and said to be
            told = f"of {len(every)} addresses {left} were not looked at"
            self._facts = [replace(fact, messages=(*fact.messages, told)) for fact in self._facts]

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """A fact for each table and each source; without any, one that says so."""
        if self._facts:
            return self._facts
        return [OriginsFact(id="origins-", datacentre="", source="", failure=failure or _NOTHING)]

    async def _of_zone(self, zone: str) -> list[str]:
        try:
            cut = await self._context.resolver.zone(parse_name(zone))
        except (ResolutionError, ValueError):  # which the zone's own job tells of
            return []
        if cut.name != parse_name(zone):
            return []
        known = {server.name for server in cut.servers}
        others = [name for name in await servers_of(self._context, zone) if name not in known]
        found = await asyncio.gather(*(addresses_of(self._context, name, _OF_HOST) for name in others))
        return [*(server.address for server in cut.servers), *(address for some in found for address in some)]

    async def _of_domain(self, domain: str) -> list[str]:
        exchangers = await exchangers_of(self._context, domain)
        found = await asyncio.gather(*(addresses_of(self._context, exchanger, _OF_HOST) for exchanger in exchangers))
        return [address for some in found for address in some]


def _of_table(path: Path, centre: DataCentre, addresses: Sequence[str]) -> OriginsFact:
    """Read a table as if each address were a prefix of ours: what is around it is then kept."""
    empty = OriginsFact(id="", datacentre="", source=path.name)
    hosts = replace(centre, prefixes=tuple(map(host_prefix, addresses)))
    try:
        digest = digest_of(path)
        table = KINDS["routes"].read(path, hosts)
    except (OSError, ValueError) as error:
        return replace(empty, failure=unread(f"{path.name}: {error}"))
    assert isinstance(table, RoutesFact)
    failure = _ONLY_UPDATES if table.updates_only and table.failure is None else table.failure
    return replace(
        empty,
        sha256=digest,
        format=table.format,
        data_time=table.data_time,
        retrieved_at=table.retrieved_at,
        messages=table.messages,
        failure=failure,
        origins=origins_of_routes(addresses, table.routes),
    )


async def origins_from(library: Library, source: Source, addresses: Sequence[str]) -> OriginsFact | None:
    """None from a source that knows of no address. An address that it gave no answer about is left out."""
    questions = address_questions(source, addresses)
    if not questions:
        return None
    answers = await asyncio.gather(*(answer_to(library, question) for question in questions))
    parts = await asyncio.to_thread(lambda: [_answered(answer) for answer in answers])
    told = [part for part in parts if part.failure is None]
    fact = merged(told or parts[:1])
    assert isinstance(fact, OriginsFact)
    return replace(fact, id=f"origins-{source.name}", source=source.address)


def _answered(answer: Answer) -> OriginsFact:
    empty = OriginsFact(id="", datacentre="", source="", format=answer.question.source.kind)
    if answer.document is None:
        return replace(empty, failure=answer.failure)
    ripestat = answer.question.source.kind is SourceKind.RIPESTAT
    read = read_prefix_overview if ripestat else read_ris_whois_origin
    try:
        found = read(answer.document.path, answer.question.about)
        fact = replace(empty, origins=(found.origin,), data_time=found.data_time, messages=found.messages)
    except (OSError, ValueError) as error:
        fact = replace(empty, failure=unread(f"{answer.question.source.name}: {error}"))
    filled = provenance(fact, [answer])
    assert isinstance(filled, OriginsFact)
    return filled


_NOTHING = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no route table and no source tells of addresses")
_ONLY_UPDATES = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="only updates were read, no route table")
