"""Reads the BGP sessions of a router as FRR, GoBGP or BIRD print them.

FRR by `show bgp neighbors json`, GoBGP by `gobgp -j neighbor`, BIRD by `show protocols all`. What it is, its content
says. Several documents may follow one another. The first line may be the time of the data, as in tables of routes.
"""

from pathlib import Path

from netaudit.routing.bird_sessions import bird_sessions
from netaudit.routing.frr_sessions import frr_sessions
from netaudit.routing.gathered import WRONG, problem_of
from netaudit.routing.gobgp_sessions import gobgp_sessions
from netaudit.routing.printed import Printed
from netaudit.routing.session_list import SessionList, SessionListing
from netaudit.routing.streams import UNPACKING_ERRORS

__all__ = ["SessionsError", "read_sessions"]


class SessionsError(Exception):
    """A file that can't be read, with the offset in bytes. `partial` holds what came before."""

    def __init__(self, source: str, offset: int, problem: str, partial: SessionListing) -> None:
        super().__init__(f"{source}: at byte {offset}: {problem}")
        self.partial = partial


def read_sessions(path: Path) -> SessionListing:
    """Read all sessions. Raises SessionsError for a file that is missing, truncated, malformed, or of another type."""
    found = SessionList()
    offset = 0
    try:
        with Printed(path) as printed:
            found.data_time = printed.data_time
            found.dated = printed.data_time is not None
            try:
                _read(printed, found)
            finally:
                offset = printed.offset
    except (*UNPACKING_ERRORS, *WRONG) as error:
        raise SessionsError(path.name, offset, problem_of(error), found.result()) from error
    return found.result()


def _read(printed: Printed, found: SessionList) -> None:
    text = printed.head.lstrip()
    if text.startswith(b"{"):
        found.format = "frr"
        frr_sessions(printed.json(), found)
    elif text.startswith(b"["):
        found.format = "gobgp"
        gobgp_sessions(printed.json(), found)
    else:
        found.format = "bird"
        bird_sessions(printed.lines(), found)
