"""What was told and what is still to be sent, in one file that is replaced whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from netaudit.model.common import Record, Timestamp
from netaudit.model.news import Told
from netaudit.model.regression import Snapshot
from netaudit.store.lock import Lock
from netaudit.store.runfolder import write_atomically

__all__ = ["Message", "RouteState", "Series", "State", "StateError", "StateFile", "Warned"]

_FILE = "state.json"
_LARGEST = 256 * 1024 * 1024  # octets


class StateError(Exception):
    """A state that can't be read. Nothing is sent then: it would be sent anew."""


class Warned(Record, frozen=True, kw_only=True):
    """That an end was told: when it is, and the smallest number of days that was told."""

    at: Timestamp
    days: int


class RouteState(Record, frozen=True, kw_only=True):
    """What a route knows of a series: findings that are not closed, and ends by `kind|subject|time`."""

    told: tuple[Told, ...] = ()
    warned: dict[str, Warned] = {}


class Series(Record, frozen=True, kw_only=True):
    """Runs of one province from one vantage: the last that was looked at, and what the last ones found."""

    run: str
    at: Timestamp
    complete: bool
    course: tuple[Snapshot, ...]
    routes: dict[str, RouteState] = {}


class Message(Record, frozen=True, kw_only=True):
    """A message as it will be sent. `key` is the same however often it is tried."""

    key: str
    route: str
    way: Literal["mail", "webhook"]
    place: str  # an e-mail address, or the name of a webhook
    created: Timestamp
    language: str
    subject: str
    text: str  # of a webhook, the JSON
    html: str = ""
    tries: int = 0
    problem: str = ""  # of the last try


class State(Record, frozen=True, kw_only=True):
    """Everything. `sent`: keys of what was sent lately, and when."""

    schema: Literal[1] = 1
    series: dict[str, Series] = {}
    outbox: tuple[Message, ...] = ()
    sent: dict[str, Timestamp] = {}


class StateFile:
    """A state in a folder of its own, which one process at a time holds. See `hold`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        """The file."""
        return self._folder / _FILE

    @contextmanager
    def hold(self) -> Iterator["StateFile"]:
        """Keep others out. Raises LockedError, OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock(self._folder)
        try:
            yield self
        finally:
            lock.release()

    def read(self) -> State:
        """What is there; an empty state, when nothing is. Raises StateError."""
        try:
            if self.path.stat().st_size > _LARGEST:
                raise StateError(f"{self.path}: larger than any state")
            return msgspec.json.decode(self.path.read_bytes(), type=State)
        except FileNotFoundError:
            return State()
        except OSError as error:
            raise StateError(f"{self.path}: {error.strerror or error}") from error
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise StateError(f"{self.path}: this is no state of notifications: {error}") from error

    def write(self, state: State) -> None:
        """Replace it; when this returns, the new one is on the disk. Raises OSError."""
        write_atomically(self.path, msgspec.json.encode(state))
