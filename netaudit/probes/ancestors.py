"""The zones between the root and a target: asked once a scan, and only as far as the chain needs."""

import asyncio

import dns.name
import dns.rdatatype

from netaudit.dns.message import name_text
from netaudit.dns.zonecut import ZoneCut
from netaudit.model.facts import ZoneFact
from netaudit.probes.context import ProbeContext

__all__ = ["Ancestors"]

_ADDRESSES = 64


class Ancestors:
    """Records each zone that was passed through as a `ZoneFact` with `audited=False`.

    `audited` names the zones that have a job of their own: they get no second fact from here.
    """

    def __init__(self, context: ProbeContext, audited: frozenset[str]) -> None:
        self._context = context
        self._audited = audited
        self._met: dict[dns.name.Name, asyncio.Task[None]] = {}
        self._noted: set[dns.name.Name] = set()

    async def meet(self, cut: ZoneCut) -> None:
        """Ask each address of the zone and of those above it for the SOA, once: do they answer in each family?"""
        await asyncio.gather(*(self._meet_once(zone) for zone in _upwards(cut)))

    def note(self, cut: ZoneCut) -> None:
        """Record the zone and those above it, without asking anything more."""
        for zone in _upwards(cut):
            if zone.name not in self._met and zone.name not in self._noted and not self._is_audited(zone):
                self._noted.add(zone.name)
                self._record(zone, ())

    async def _meet_once(self, cut: ZoneCut) -> None:
        if self._is_audited(cut):
            return
        task = self._met.get(cut.name)
        if task is None:
            task = self._met[cut.name] = asyncio.create_task(self._ask(cut))
        await asyncio.shield(task)

    async def _ask(self, cut: ZoneCut) -> None:
        addresses = list(dict.fromkeys(server.address for server in cut.servers))[:_ADDRESSES]
        exchanges = await asyncio.gather(*(self._context.ask(cut.name, dns.rdatatype.SOA, a) for a in addresses))
        self._record(cut, tuple(exchange.id for exchange in exchanges))

    def _record(self, cut: ZoneCut, answers: tuple[str, ...]) -> None:
        self._context.record(
            ZoneFact(
                # two ids: a zone noted by a resumed scan must not replace what was asked before
                id=f"{'ancestor' if answers else 'passed'}-{name_text(cut.name)}",
                zone=name_text(cut.name),
                chain=cut.chain,
                servers=cut.servers[:_ADDRESSES],
                delegation=cut.delegation,
                answers=answers,
                unresolved=dict(cut.unresolved),
                audited=False,
            )
        )

    def _is_audited(self, cut: ZoneCut) -> bool:
        return name_text(cut.name) in self._audited


def _upwards(cut: ZoneCut) -> list[ZoneCut]:
    chain: list[ZoneCut] = []
    zone: ZoneCut | None = cut
    while zone is not None:
        chain.append(zone)
        zone = zone.parent
    return chain
