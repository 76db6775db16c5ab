"""The lab's DNS servers: what each machine answers, over each family."""

from collections.abc import Iterable, Mapping
from functools import partial

import dns.name

from netaudit.authority.content import ZoneContent
from netaudit.authority.server import DnsServer, Responder, wire_name
from netaudit.lab.authority import ServedZone
from netaudit.lab.flaws import Flaws
from netaudit.lab.manners import MannerlyServer, Manners, Respond
from netaudit.model.common import Family

__all__ = ["DnsServers"]


class DnsServers:
    """The servers of all machines. Zones that two machines share keep their responses once.

    `flaws` says which machines behave badly, over which family; `agents` whom machines name for error reports.
    """

    def __init__(
        self, zones: Iterable[ServedZone], flaws: Flaws | None = None, agents: Mapping[str, str] | None = None
    ) -> None:
        self._flaws = flaws
        self._agents = agents or {}
        responders: dict[int, Responder] = {}
        self._zones: dict[str, list[tuple[ServedZone, Responder]]] = {}
        for zone in zones:
            responder = responders.setdefault(id(zone.data), Responder(zone.data))
            self._zones.setdefault(zone.machine, []).append((zone, responder))
        everything = [pair for served in self._zones.values() for pair in served]
        self._world = DnsServer({wire_name(z.data.apex): None if z.silent else r for z, r in everything})
        self._servers: dict[tuple[str, Family], MannerlyServer] = {}

    def of(self, machine: str, family: Family) -> MannerlyServer | None:
        """The server of a machine as it is over one family; None when it serves no zone."""
        if machine not in self._zones:
            return None
        server = self._servers.get((machine, family))
        if server is None:
            server = self._servers[machine, family] = self._make(machine, family)
        return server

    def _make(self, machine: str, family: Family) -> MannerlyServer:
        served = [(zone, responder) for zone, responder in self._zones[machine] if family not in zone.lame]
        known = {wire_name(zone.data.apex): None if zone.silent else responder for zone, responder in served}
        flaws = self._flaws
        if flaws is None:
            return MannerlyServer(DnsServer(known), Manners(machine))
        open_zones = {zone.data.apex: zone.data for zone, _ in served if flaws.zone(zone.name, "open_transfer")}
        resolve: Respond = partial(self._world.respond, datagram=True)
        manners = Manners(
            name=machine,
            broken_edns=flaws.machine(machine, family, "edns_broken"),
            large=flaws.machine(machine, family, "large_responses"),
            losing=flaws.machine(machine, family, "fragments_lost"),
            resolve=resolve if flaws.machine(machine, family, "open_recursor") else None,
            agent=self._agents.get(machine, ""),
            transfers=partial(_named, open_zones),
        )
        return MannerlyServer(DnsServer(known, edns=not flaws.machine(machine, family, "no_edns")), manners)


def _named(zones: Mapping[dns.name.Name, ZoneContent], name: dns.name.Name) -> ZoneContent | None:
    return zones.get(name.canonicalize())
