"""The look-ups of a name: its addresses, and for a mail domain its exchangers and policy records."""

import asyncio
from collections.abc import Iterable, Sequence

import dns.name
import dns.rdatatype

from netaudit.dns.zonecut import ResolutionError
from netaudit.model.common import Failure, Transport
from netaudit.model.facts import Fact, Lookup, NameFact
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.context import ADDRESS_TYPES, ProbeContext, parse_name
from netaudit.probes.hosts import exchangers_of
from netaudit.probes.records import mail_records, mail_texts, web_records
from netaudit.probes.senders import sender_addresses
from netaudit.probes.targets import spf_targets

__all__ = ["NameProbe"]

_SERVERS = 16  # addresses of a zone's servers that are asked about a name


class NameProbe:
    """Looks a name up at the authoritative servers, then asks each of them the same.

    A host's A and AAAA; a mail domain's MX, SPF and DMARC, with the addresses of its exchangers. What is
    published about HTTPS at `https_ports` and about the exchangers is asked once (`netaudit.probes.records`), and so
    are the names that SPF leads to (`netaudit.probes.targets`, `netaudit.probes.senders`). A
    resolver tries the next server when one gives a stale or broken answer, so that one answer alone
    would make the verdict a matter of chance.
    """

    def __init__(
        self,
        context: ProbeContext,
        ancestors: Ancestors,
        name: str,
        *,
        host: bool = True,
        mail: bool = False,
        https_ports: Sequence[int] = (),
        dkim_selectors: Sequence[str] = (),
    ) -> None:
        self._context = context
        self._ancestors = ancestors
        self._name = name
        self._host = host
        self._mail = mail
        self._https_ports = https_ports
        self._dkim_selectors = dkim_selectors
        self._lookups: dict[tuple[str, str], Lookup] = {}

    async def run(self) -> None:
        """Look everything up; failures are in the look-ups."""
        name = parse_name(self._name)
        wanted = [(name, rdtype) for rdtype in ADDRESS_TYPES.values()] if self._host else []
        if self._mail:
            wanted += [(name, dns.rdatatype.MX), (name, dns.rdatatype.TXT)]
            wanted += [(dns.name.from_text("_dmarc", name), dns.rdatatype.TXT)]
        await self._look_up(wanted)
        exchangers: list[str] = []
        if self._mail:
            exchangers = await exchangers_of(self._context, self._name)
            await self._look_up([(parse_name(e), t) for e in exchangers for t in ADDRESS_TYPES.values()])
        await asyncio.gather(*(self._ask_each_server(lookup) for lookup in self._lookups.values()))
        self._take(await web_records(self._context, self._name, self._https_ports))
        self._take(await mail_records(self._context, exchangers))
        if self._mail:
            self._take(await mail_texts(self._context, self._name, self._dkim_selectors))
            self._take(await spf_targets(self._context, self._name))
            self._take(await sender_addresses(self._context, self._name))
        await self._note_zones()

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The name's fact."""
        yield NameFact(id=f"name-{self._name}", name=self._name, lookups=tuple(self._lookups.values()))

    async def _look_up(self, wanted: list[tuple[dns.name.Name, dns.rdatatype.RdataType]]) -> None:
        self._take(await asyncio.gather(*(self._context.lookup(name, rdtype) for name, rdtype in wanted)))

    def _take(self, found: Iterable[Lookup]) -> None:
        self._lookups.update({(lookup.name, lookup.rdtype): lookup for lookup in found})

    async def _ask_each_server(self, lookup: Lookup) -> None:
        """Put the question to every address of the zone's servers, over TCP too when it was truncated."""
        if lookup.failure is not None:
            return
        name, rdtype = parse_name(lookup.canonical or lookup.name), dns.rdatatype.from_text(lookup.rdtype)
        try:
            cut = await self._context.resolver.zone(name)
        except ResolutionError:
            return  # the look-up itself was answered: what is recorded must do
        addresses = list(dict.fromkeys(server.address for server in cut.servers))[:_SERVERS]
        await asyncio.gather(*(self._ask_whole(name, rdtype, address) for address in addresses))

    async def _ask_whole(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, address: str) -> None:
        exchange = await self._context.ask(name, rdtype, address)
        if exchange.truncated:
            await self._context.ask(name, rdtype, address, transport=Transport.TCP)

    async def _note_zones(self) -> None:
        for zone in dict.fromkeys(zone for lookup in self._lookups.values() for zone in lookup.zones):
            try:
                self._ancestors.note(await self._context.resolver.zone(parse_name(zone)))
            except (ResolutionError, ValueError):
                continue  # the look-up itself says what failed
