"""The lab's time servers: replies to NTP clients (RFC 5905), by this machine's clock or one that is wrong."""

import struct
import time

from netaudit.lab.flaws import Flaws
from netaudit.lab.world import TimeServer
from netaudit.model.common import Family

__all__ = ["OFF_SECONDS", "NtpServer"]

OFF_SECONDS = 30.0
"""How far a clock with the fault `time_off` is ahead."""

_PACKET = struct.Struct("!BBbbII4sQQQQ")
_CLIENT, _SERVER = 3, 4
_UNKNOWN = 3  # leap indicator: not synchronised
_UNIX = 2_208_988_800  # seconds from 1900 to 1970
_PRECISION = -20  # of the clock, as a power of two seconds
_DISPERSION = 66  # 1 ms, in 1/65536 seconds
_SOURCE = bytes((127, 127, 1, 0))  # a local clock


class NtpServer:
    """One time server as it is over one family."""

    def __init__(self, server: TimeServer, family: Family, flaws: Flaws) -> None:
        self._stratum = server.stratum
        self._synchronised = not flaws.host(server.host, family, "time_unsynchronised")
        self._ahead = OFF_SECONDS if flaws.host(server.host, family, "time_off") else 0.0

    def respond(self, query: bytes, *, datagram: bool) -> bytes | None:
        """The reply to a client's packet; nothing to anything else."""
        if not datagram or len(query) < _PACKET.size or query[0] & 7 != _CLIENT:
            return None
        now = int((time.time() + self._ahead + _UNIX) * (1 << 32)) % (1 << 64)
        asked = int.from_bytes(query[40:48], "big")
        version = query[0] >> 3 & 7
        leap, stratum, source = (0, self._stratum, _SOURCE) if self._synchronised else (_UNKNOWN, 0, bytes(4))
        first = leap << 6 | version << 3 | _SERVER
        return _PACKET.pack(first, stratum, 6, _PRECISION, 0, _DISPERSION, source, now, asked, now, now)
