"""BGP sessions as BIRD prints them: `birdc show protocols all`, and after it `birdc show bfd sessions`."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from netaudit.model.common import Family
from netaudit.model.routing import Session
from netaudit.routing.aspas import asn_of
from netaudit.routing.gathered import address_of
from netaudit.routing.jsontext import one_line
from netaudit.routing.session_list import SessionList

__all__ = ["bird_sessions"]

_HEADER = re.compile(r"Name\s+Proto\s+Table\s+State\s+")
_PROTOCOL = re.compile(r"(\S+)\s+(\S+)\s+\S+\s+(up|start|down|stop|flush|disabled)\b")
_BFD_HEADER = re.compile(r"IP address\s+Interface\s+State\s+")
_BFD = re.compile(r"(\S+)\s+\S+\s+(Up|Down|Init|AdminDown)\s")
_NO_BFD = "There is no BFD protocol"
_ROUTER = re.compile(r"Router ID is (\S+)")
_PAIR = re.compile(r"\s+([A-Za-z ]+):\s+(.*)")
_CHANNEL = re.compile(r"\s+Channel (\S+)")
_ROUTES = re.compile(r"(\d{1,9}) imported, (?:\d+ filtered, )?(\d{1,9}) exported")
_HOLD = re.compile(r"[\d.]+/(\d{1,5})")
_FAMILIES = {"ipv4": Family.IPV4, "ipv6": Family.IPV6}
_ESTABLISHED = "Established"


def bird_sessions(lines: Iterator[bytes], found: SessionList) -> None:
    """Read the protocols of BGP. Raises ValueError for what is no such text."""
    reader = _Reader()
    try:
        for line in lines:
            reader.take(line.decode("utf-8", "replace").rstrip())
        reader.end_protocol()
        if not reader.known:
            raise ValueError("this is no output of BIRD's `show protocols all`")
    finally:
        found.router = reader.router
        for session in reader.result():
            found.add(session)


class _Reader:
    def __init__(self) -> None:
        self.known = False
        self.router = ""
        self._protocol: _Protocol | None = None
        self._sessions: list[Session] = []
        self._bfd: set[str] | None = None  # the addresses whose BFD is up; None: BFD was not shown

    def take(self, line: str) -> None:
        """A line."""
        if _HEADER.match(line):
            self.known = True
        elif _BFD_HEADER.match(line) or line.startswith(_NO_BFD):
            self.end_protocol()
            self._bfd = self._bfd or set()
        elif line[:1].isspace():
            if self._protocol is not None:
                self._protocol.take(line)
        elif line:
            self.end_protocol()
            self._begin(line)

    def _begin(self, line: str) -> None:
        if protocol := _PROTOCOL.match(line):
            self._protocol = _Protocol() if protocol[2] == "BGP" else None
        elif self._bfd is not None and (bfd := _BFD.match(line)):
            self._bfd |= {address_of(bfd[1])} if bfd[2] == "Up" else set()
        elif router := _ROUTER.match(line):
            self.router = address_of(router[1])

    def end_protocol(self) -> None:
        """The protocol is whole."""
        if self._protocol is not None:
            self._sessions.append(self._protocol.session())
        self._protocol = None

    def result(self) -> Iterator[Session]:
        """The sessions, each with its BFD where that was shown."""
        for session in self._sessions:
            yield session if self._bfd is None else replace(session, bfd=session.peer_address in self._bfd)


class _Protocol:
    """One protocol of BGP: its lines, and those of each channel."""

    def __init__(self) -> None:
        self._pairs: dict[str, str] = {}
        self._channels: dict[str, dict[str, str]] = {}
        self._into = self._pairs
        self._roles = ["", ""]
        self._side = 0

    def take(self, line: str) -> None:
        if channel := _CHANNEL.match(line):
            self._into = self._channels.setdefault(channel[1], {})
        elif pair := _PAIR.match(line):
            name, value = pair[1].strip(), pair[2].strip()
            if name == "Role":
                self._roles[self._side] = one_line(value)[:20]
            self._into.setdefault(name, value)
        elif line.strip() in ("Local capabilities", "Neighbor capabilities"):
            self._side = int(line.strip().startswith("Neighbor"))

    def session(self) -> Session:
        """Raises KeyError or ValueError when a line is missing or makes no sense."""
        state = self._pairs["BGP state"]
        up = state == _ESTABLISHED
        hold = _HOLD.fullmatch(self._pairs.get("Hold timer", "").split(" ")[0]) if up else None
        open_ = {name for name, said in self._channels.items() if said.get("State") == "UP" or not up}
        return Session(
            local_asn=asn_of(self._pairs["Local AS"]),
            peer_asn=asn_of(self._pairs["Neighbor AS"]),
            peer_address=address_of(self._pairs["Neighbor address"].partition("%")[0]),
            families=tuple(family for name, family in _FAMILIES.items() if name in open_),
            state=one_line(state)[:40],
            hold_time_s=float(hold[1]) if hold is not None else None,
            received=self._counts(1) if up else {},
            sent=self._counts(2) if up else {},
            local_role=self._roles[0],
            remote_role=self._roles[1],
        )

    def _counts(self, group: int) -> dict[Family, int]:
        found = {}
        for name, family in _FAMILIES.items():
            routes = _ROUTES.match(self._channels.get(name, {}).get("Routes", ""))
            if routes is not None:
                found[family] = int(routes[group])
        return found
