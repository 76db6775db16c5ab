"""The lab's DNS servers: what each machine answers, over each family."""

from collections.abc import Callable, Iterable

from netaudit.authority.server import DnsServer, Responder, wire_name
from netaudit.lab.authority import ServedZone
from netaudit.model.common import Family

__all__ = ["DnsServers"]


class DnsServers:
    """The servers of all machines. Zones that two machines share keep their responses once.

    `plain` says which machines know no EDNS over which family.
    """

    def __init__(
        self, zones: Iterable[ServedZone], plain: Callable[[str, Family], bool] = lambda machine, family: False
    ) -> None:
        self._plain = plain
        responders: dict[int, Responder] = {}
        self._zones: dict[str, list[tuple[ServedZone, Responder]]] = {}
        for zone in zones:
            responder = responders.setdefault(id(zone.data), Responder(zone.data))
            self._zones.setdefault(zone.machine, []).append((zone, responder))
        self._servers: dict[tuple[str, Family], DnsServer] = {}

    def of(self, machine: str, family: Family) -> DnsServer | None:
        """The server of a machine as it is over one family; None when it serves no zone."""
        if machine not in self._zones:
            return None
        server = self._servers.get((machine, family))
        if server is None:
            served = [(z, r) for z, r in self._zones[machine] if family not in z.lame]
            known = {wire_name(z.data.apex): None if z.silent else r for z, r in served}
            server = DnsServer(known, edns=not self._plain(machine, family))
            self._servers[machine, family] = server
        return server
