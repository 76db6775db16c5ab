"""Inside the namespaces of a rehearsal: the border router, and a BIRD that is all its neighbours."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from netaudit.lab.border.bird import Bird, BirdRouter
from netaudit.lab.border.commands import run, wait_until
from netaudit.lab.border.frr import FrrRouter, is_frr
from netaudit.lab.border.namespaces import link, other_side, seal
from netaudit.lab.border.session import Neighbour, NeighbourSession, Router, is_address
from netaudit.model.common import Family
from netaudit.model.routing import Route
from netaudit.routing.mrt import RoutingError, read_routes

__all__ = ["neighbours_told"]

_MOST = 64  # neighbours
_SESSIONS, _QUIET = 20.0, 1.5  # seconds: for sessions to come up, without news after that
_EVERYTHING = ["0.0.0.0/0", "::/0"]
_TIMERS = "connect delay time 1; connect retry time 1; error wait time 1, 2"


def neighbours_told(configuration: Path, folder: Path) -> Iterator[Neighbour]:
    """Start router and neighbours, wait until nothing changes any more, and give what each neighbour was told.

    `folder` gets a file system of its own; all others are read-only from here on. Raises RuntimeError with the
    router's words for a configuration that it refuses, OSError and SubprocessError.
    """
    seal(folder)
    run("ip", "link", "set", "lo", "up")
    with ExitStack() as stack:
        make = FrrRouter if is_frr(configuration.read_text(errors="replace")) else BirdRouter
        router: Router = make(configuration, folder, stack)
        sessions = router.sessions()
        neighbours = [session for session in sessions if not _obstacle(session)][:_MOST]
        far = _neighbours(router, neighbours, folder, stack)
        router.restart()
        _settle(far, len(neighbours))
        state = _states(far.ask("show", "protocols"))
        for session in sessions:
            if session in neighbours:
                number = neighbours.index(session) + 1
                yield _told(far, number, session, state.get(f"n{number}", ""))
            else:
                problem = _obstacle(session) or f"only {_MOST} neighbours are rehearsed"
                yield Neighbour(session=session, up=False, problem=problem)


def _neighbours(router: Router, sessions: Sequence[NeighbourSession], folder: Path, stack: ExitStack) -> Bird:
    """Link the router with its neighbours, and start them."""
    own = [router.own_address(session) for session in sessions]
    others = other_side(stack)
    for number, (session, address) in enumerate(zip(sessions, own, strict=True), 1):
        link(number, session.address, address, others)
    file = folder / "neighbours.conf"
    file.write_text(_configuration(sessions, own))
    return Bird(stack, folder, "neighbours", file, within=others)


def _told(far: Bird, number: int, session: NeighbourSession, info: str) -> Neighbour:
    if not info.startswith("Established"):
        return Neighbour(session=session, up=False, problem=f"the session did not come up: {' '.join(info.split())}")
    return Neighbour(session=session, up=True, routes=_routes(far, number, session))


def _obstacle(session: NeighbourSession) -> str:
    """Why a session can't be rehearsed; empty when it can."""
    if session.disabled:
        return "it is disabled" if session.families else "no address family is activated"
    return "" if is_address(session.address) else "only neighbours with a global address are rehearsed"


def _states(text: str) -> dict[str, str]:
    """Name -> info column of the answer to `show protocols`."""
    rows = (line.split(None, 5) for line in text.splitlines())
    return {row[0]: row[5] if len(row) > 5 else row[3] for row in rows if len(row) > 3}


def _configuration(sessions: Sequence[NeighbourSession], own: Sequence[str]) -> str:
    """A configuration that is every neighbour at once, each with tables of its own."""
    lines = ["router id 192.0.2.1;", "log stderr all;", "protocol device { }"]
    for number, (session, address) in enumerate(zip(sessions, own, strict=True), 1):
        channels = ""
        for family in session.families:
            table, default = f"n{number}_{family}", "0.0.0.0/0" if family is Family.IPV4 else "::/0"
            lines.append(f"{family} table {table};")
            lines.append(f"protocol static {{ {family} {{ table {table}; }}; route {default} unreachable; }}")
            channels += f"{family} {{ table {table}; import all; export where source = RTS_STATIC; }}; "
        lines.append(
            f"protocol bgp n{number} {{ local {session.address} as {session.asn}; "
            f"neighbor {address} as {session.local_asn}; multihop 255; allow local as 10; {_TIMERS}; {channels}}}"
        )
    return "\n".join([*lines, ""])


def _settle(far: Bird, count: int) -> None:
    """Wait until all sessions are up, or as long as is sensible; then until the tables have not changed for a while."""
    with suppress(RuntimeError):
        wait_until(lambda: far.ask("show", "protocols").count("Established") >= count, _SESSIONS, "")
    quiet, last, end = time.monotonic(), "", time.monotonic() + _SESSIONS
    while time.monotonic() < min(quiet + _QUIET, end):
        tables = far.ask("show", "route", "count")
        if tables != last:
            quiet, last = time.monotonic(), tables
        time.sleep(0.1)


def _routes(far: Bird, number: int, session: NeighbourSession) -> tuple[Route, ...]:
    found: list[Route] = []
    for family in session.families:
        file = far.folder / f"n{number}-{family}.mrt"
        far.ask("mrt", "dump", "table", f'"n{number}_{family}"', "to", f'"{file}"')
        with suppress(RuntimeError):  # an empty table may give no file
            wait_until(file.exists, 1.0, "")
        if file.exists():
            try:
                routes = read_routes(file, _EVERYTHING).routes
            except RoutingError as error:
                raise RuntimeError(str(error)) from error
            found += (_handed_on(route, session) for route in routes if route.peer_asn == session.local_asn)
    return tuple(found)


def _handed_on(route: Route, session: NeighbourSession) -> Route:
    """The route with the neighbour's own AS before it; inside one AS none is added (RFC 4271 section 5.1.2)."""
    own = () if session.asn == session.local_asn else (session.asn,)
    return Route(
        prefix=route.prefix, peer_asn=session.asn, peer_address=session.address, as_path=(*own, *route.as_path),
        as_set=route.as_set,
    )  # fmt: skip
