"""The BGP sessions of one router, as the readers of the makers' formats gather them."""

from typing import NamedTuple

from netaudit.model.routing import Session

__all__ = ["SessionList", "SessionListing"]

_MOST = 10_000


class SessionListing(NamedTuple):
    """What a file says of a router's sessions: its router id, if it tells it, and the time of its data."""

    router: str
    sessions: tuple[Session, ...]
    data_time: float | None
    format: str


class SessionList:
    """A list as it is read. When the file is not `dated`, it is at least as new as the newest moment in it."""

    def __init__(self) -> None:
        self.format = ""
        self.router = ""
        self.data_time: float | None = None
        self.dated = False
        self._sessions: list[Session] = []

    def add(self, session: Session) -> None:
        """A session. Raises ValueError when there are too many of them."""
        self._sessions.append(session)
        if len(self._sessions) > _MOST:
            raise ValueError(f"more than {_MOST} sessions")

    def at(self, time: float) -> None:
        """A moment that the data include."""
        if not self.dated and (self.data_time is None or time > self.data_time):
            self.data_time = time

    def result(self) -> SessionListing:
        """What has been read so far."""
        return SessionListing(self.router, tuple(self._sessions), self.data_time, self.format)
