"""Whether outside targets are reached through each declared uplink, by the firewall mark that chooses it.

Packets are marked and routed by the scanner's own policy (`ip rule add fwmark N lookup T`); nothing here changes any
routing. Binding to an interface instead would call an uplink dead whose answers come back by the other one.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from netaudit.model.common import Failure, Family, Reason, Side, family_of
from netaudit.model.facts import Fact, UplinkFact
from netaudit.model.inventory import DataCentre, Uplink
from netaudit.model.path import UplinkProbe
from netaudit.net.network import NetworkError
from netaudit.net.tcp import USUAL, Way
from netaudit.probes.context import ProbeContext
from netaudit.probes.hosts import addresses_of
from netaudit.rules.addresses import within

__all__ = ["TARGETS", "UplinkProbes"]

TARGETS = 3  # in each family: one that is down must not look like an uplink that is
_DNS = 53


class UplinkProbes:
    """Opens connections through each uplink of a data centre that has a mark.

    Targets are outside the data centre: first the inventory's own services elsewhere (`services`: host, port), then
    root servers (`hints`), which are asked while resolving anyway. Nothing is said over the connections.
    """

    def __init__(
        self,
        context: ProbeContext,
        datacentre: DataCentre,
        services: Iterable[tuple[str, int]],
        hints: Mapping[str, Sequence[str]],
    ) -> None:
        self._context = context
        self._datacentre = datacentre
        self._services = list(services)
        self._hints = hints
        self._facts: list[UplinkFact] = []

    async def run(self) -> None:
        """Try all uplinks at once."""
        targets = await self._targets()
        uplinks = [uplink for uplink in self._datacentre.uplinks if uplink.fwmark is not None]
        self._facts = list(await asyncio.gather(*(self._uplink(uplink, targets) for uplink in uplinks)))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """A fact for each uplink that was tried."""
        return self._facts

    async def _targets(self) -> list[tuple[str, int]]:
        found: dict[str, int] = {}
        for host, port in self._services:
            for address in await addresses_of(self._context, host, 1):
                if not within(address, self._datacentre.prefixes):
                    found.setdefault(address, port)
        for addresses in self._hints.values():
            for address in addresses:
                found.setdefault(address, _DNS)
        return [
            (address, port)
            for family in Family
            for address, port in [pair for pair in found.items() if family_of(pair[0]) is family][:TARGETS]
        ]

    async def _uplink(self, uplink: Uplink, targets: Iterable[tuple[str, int]]) -> UplinkFact:
        assert uplink.fwmark is not None
        wanted = [(address, port) for address, port in targets if family_of(address) in uplink.families]
        probes = await asyncio.gather(*(self._probe(address, port, uplink.fwmark) for address, port in wanted))
        missing = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no target outside the data centre is known")
        return UplinkFact(
            id=f"uplink-{self._datacentre.id}-{uplink.asn}-{uplink.fwmark}",
            datacentre=self._datacentre.id,
            operator=uplink.operator,
            asn=uplink.asn,
            fwmark=uplink.fwmark,
            families=uplink.families,
            probes=tuple(probes),
            failure=None if probes else missing,
        )

    async def _probe(self, address: str, port: int, mark: int) -> UplinkProbe:
        at = self._context.network.now()
        usual, usual_ms = await self._connect(address, port, USUAL)
        marked, marked_ms = await self._connect(address, port, Way(mark=mark))
        return UplinkProbe(
            address=address,
            port=port,
            family=family_of(address),
            at=at,
            marked=marked,
            usual=usual,
            marked_ms=marked_ms,
            usual_ms=usual_ms,
        )

    async def _connect(self, address: str, port: int, way: Way) -> tuple[Failure | None, float]:
        network = self._context.network
        missing = network.unavailable(family_of(address))
        if missing is not None:
            return missing, 0.0
        try:
            opened = await (network.paths.connect(address, port, way) if way.mark else network.connect(address, port))
        except NetworkError as error:
            return error.failure, 0.0
        with suppress(OSError):
            await opened.stream.aclose()
        return None, opened.connect_ms
