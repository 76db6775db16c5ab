"""Inside the namespaces of a rehearsal: a BIRD with the proposed configuration, and one that is all its neighbours."""

import ipaddress
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from netaudit.model.common import Family, Record, family_of
from netaudit.model.routing import Route
from netaudit.routing.mrt import RoutingError, read_routes

__all__ = ["NeighbourSession", "neighbours_told"]

_MOST = 64  # neighbours
_TEMPLATES = 8  # one from another
_START, _SESSIONS, _QUIET = 10.0, 20.0, 1.5  # seconds: to start, for sessions to come up, without news after that
_COMMAND = 10.0
_EVERYTHING = ["0.0.0.0/0", "::/0"]
_LOCAL = re.compile(r"(?:\blocal|\bsource\s+address)\s+([0-9a-fA-F.:]+)\b")
_LOG = re.compile(r"^\s*log\s+(?:\"[^\"\n]*\"|syslog(?:\s+name\s+\"[^\"\n]*\")?)", re.MULTILINE)
_INCLUDE = re.compile(r"^\s*include\s+\"([^\"\n]+)\"", re.MULTILINE)
_FIELDS = {"Neighbor address": "address", "Neighbor AS": "asn", "Local AS": "local_asn"}
_TIMERS = "connect delay time 1; connect retry time 1; error wait time 1, 2"


class NeighbourSession(Record, frozen=True, kw_only=True):
    """A BGP session as the configuration has it."""

    name: str
    address: str
    asn: int
    local_asn: int
    families: tuple[Family, ...]  # of its channels
    disabled: bool = False


def neighbours_told(
    configuration: Path, folder: Path
) -> Iterator[tuple[NeighbourSession, bool, str, tuple[Route, ...]]]:
    """Start both, wait until nothing changes any more, and give for each neighbour: up, problem, what it was told.

    `folder` gets a file system of its own; all others are read-only from here on. Raises RuntimeError with BIRD's
    words for a configuration that it refuses, OSError and SubprocessError.
    """
    _seal(folder)
    _run("ip", "link", "set", "lo", "up")
    with ExitStack() as stack:
        _checked(configuration)
        copy = folder / "router.conf"
        copy.write_text(_runnable(configuration))
        router = _Bird(stack, folder, "router", copy)
        sessions = _sessions(router.ask("show", "protocols", "all"))
        neighbours = [session for session in sessions if not _obstacle(session)][:_MOST]
        own = [_own_address(session, copy.read_text()) for session in neighbours]
        others = _other_side(stack)
        for number, (session, address) in enumerate(zip(neighbours, own, strict=True), 1):
            _link(number, session.address, address, others)
        file = folder / "neighbours.conf"
        file.write_text(_neighbours(neighbours, own))
        far = _Bird(stack, folder, "neighbours", file, within=others)
        router.ask("restart", "all")
        _settle(far, len(neighbours))
        state = _states(far.ask("show", "protocols"))
        for session in sessions:
            if session not in neighbours:
                yield session, False, _obstacle(session) or f"only {_MOST} neighbours are rehearsed", ()
                continue
            number = neighbours.index(session) + 1
            info = state.get(f"n{number}", "")
            up = info.startswith("Established")
            yield session, up, "" if up else f"the session did not come up: {info}", _routes(far, number, session)


def _obstacle(session: NeighbourSession) -> str:
    """Why a session can't be rehearsed; empty when it can."""
    if session.disabled:
        return "it is disabled"
    return (
        ""
        if _is_address(session.address) and "%" not in session.address
        else "only neighbours with a global address are rehearsed"
    )


class _Bird:
    """A running BIRD. It ends with the stack."""

    def __init__(
        self, stack: ExitStack, folder: Path, name: str, configuration: Path, within: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self._control = folder / f"{name}.ctl"
        self._within = list(within)
        log = stack.enter_context((folder / f"{name}.log").open("wb"))
        command = [*within, "bird", "-f", "-c", str(configuration), "-s", str(self._control)]
        command += ["-P", str(folder / f"{name}.pid")]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        stack.callback(_end, process)
        _wait_until(self._answers, _START, "BIRD did not start")

    def ask(self, *words: str) -> str:
        """What its control client answers."""
        return _run(*self._within, "birdc", "-s", str(self._control), *words)

    def _answers(self) -> bool:
        with suppress(RuntimeError):
            return bool(self.ask("show", "status"))
        return False


def _runnable(configuration: Path) -> str:
    """The configuration with nothing changed but where it logs, since no file can be written, and whence it includes.

    What it includes is not looked into: a log file that is named there keeps BIRD from starting.
    """
    text = _LOG.sub("log stderr", configuration.read_text(errors="replace"))
    return _INCLUDE.sub(lambda found: f'include "{configuration.parent / found[1]}"', text)


def _checked(configuration: Path) -> None:
    done = subprocess.run(
        ["bird", "-p", "-c", str(configuration)], capture_output=True, text=True, timeout=_COMMAND, check=False
    )
    if done.returncode != 0:
        raise RuntimeError((done.stderr or done.stdout).strip().splitlines()[-1])


def _sessions(text: str) -> list[NeighbourSession]:
    """The BGP protocols in the answer to `show protocols all`."""
    found = []
    for block in re.split(r"\n\n+", text):
        head = block.split(None, 4)  # name, protocol, table, state
        if len(head) < 4 or head[1] != "BGP":
            continue
        fields = dict(re.findall(r"^ +([A-Za-z ]+?): +(.+)$", block, re.MULTILINE))
        families = tuple(family for family in Family if re.search(rf"^ +Channel {family}$", block, re.MULTILINE))
        if all(name in fields for name in _FIELDS):
            found.append(
                NeighbourSession(
                    name=head[0], address=fields["Neighbor address"], asn=int(fields["Neighbor AS"]),
                    local_asn=int(fields["Local AS"]), families=families, disabled=head[3] == "down",
                )
            )  # fmt: skip
    return found


def _states(text: str) -> dict[str, str]:
    """Name -> info column of the answer to `show protocols`."""
    rows = (line.split(None, 5) for line in text.splitlines())
    return {row[0]: row[5] if len(row) > 5 else row[3] for row in rows if len(row) > 3}


def _neighbours(sessions: Sequence[NeighbourSession], own: Sequence[str]) -> str:
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


def _settle(far: _Bird, count: int) -> None:
    """Wait until all sessions are up, or as long as is sensible; then until the tables have not changed for a while."""
    with suppress(RuntimeError):
        _wait_until(lambda: far.ask("show", "protocols").count("Established") >= count, _SESSIONS, "")
    quiet, last, end = time.monotonic(), "", time.monotonic() + _SESSIONS
    while time.monotonic() < min(quiet + _QUIET, end):
        tables = far.ask("show", "route", "count")
        if tables != last:
            quiet, last = time.monotonic(), tables
        time.sleep(0.1)


def _routes(far: _Bird, number: int, session: NeighbourSession) -> tuple[Route, ...]:
    found: list[Route] = []
    for family in session.families:
        file = far.folder / f"n{number}-{family}.mrt"
        far.ask("mrt", "dump", "table", f'"n{number}_{family}"', "to", f'"{file}"')
        with suppress(RuntimeError):  # an empty table may give no file
            _wait_until(file.exists, 1.0, "")
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


def _own_address(session: NeighbourSession, configuration: str) -> str:
    """Our end of a session: the address that its protocol, or the template of that, has; else the one beside it."""
    far = ipaddress.ip_address(session.address)
    name: str | None = session.name
    for _ in range(_TEMPLATES):
        template, body = _block(configuration, name) if name else (None, "")
        for text in filter(_is_address, _LOCAL.findall(body)):
            if ipaddress.ip_address(text).version == far.version:
                return str(text)
        name = template
    beside = int(far) ^ 3 if int(far) & 3 in (1, 2) else int(far) ^ 1  # the other host of a /30, else of a /31
    return str(ipaddress.IPv4Address(beside) if far.version == 4 else ipaddress.IPv6Address(beside))


def _block(configuration: str, name: str) -> tuple[str | None, str]:
    """The template that a BGP protocol or template is made from, and the text between its braces."""
    head = re.search(rf"\b(?:protocol|template)\s+bgp\s+{re.escape(name)}(?:\s+from\s+(\w+))?\s*\{{", configuration)
    if head is None:
        return None, ""
    depth, end = 1, head.end()
    while depth and end < len(configuration):
        depth += {"{": 1, "}": -1}.get(configuration[end], 0)
        end += 1
    return head[1], configuration[head.end() : end]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _link(number: int, neighbour: str, own: str, others: Sequence[str]) -> None:
    """A link of its own for each neighbour, with the two addresses as each other's only peers."""
    near, far = f"near{number}", f"far{number}"
    length = 128 if family_of(neighbour) is Family.IPV6 else 32
    nodad = ["nodad"] if length == 128 else []
    _run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", others[2])
    _run("ip", "link", "set", near, "up")
    _run(*others, "ip", "link", "set", far, "up")
    # only now: on a link that is down IPv6 makes no route to a peer's address
    _run("ip", "address", "add", own, "peer", f"{neighbour}/{length}", "dev", near, *nodad)
    _run(*others, "ip", "address", "add", neighbour, "peer", f"{own}/{length}", "dev", far, *nodad)


def _other_side(stack: ExitStack) -> list[str]:
    """A second network namespace: the words before a command that runs it there; the third is its process."""
    process = subprocess.Popen(["unshare", "--net", "sleep", "600"], stdin=subprocess.DEVNULL)
    stack.callback(_end, process)
    ours, theirs = Path("/proc/self/ns/net"), Path(f"/proc/{process.pid}/ns/net")
    _wait_until(lambda: ours.readlink() != theirs.readlink(), _START, "no second network namespace")
    command = ["nsenter", "-t", str(process.pid), "-n"]
    _run(*command, "ip", "link", "set", "lo", "up")
    return command


def _seal(folder: Path) -> None:
    """Make every file system read-only but a fresh one in `folder`: a configuration may name files to write."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place = line.split()[4]
        if not place.startswith("/proc"):
            # some can't be remounted by whoever is no real root; those that others own are not ours to write then
            subprocess.run(["mount", "-o", "remount,bind,ro", place], check=False, capture_output=True)
    _run("mount", "-t", "tmpfs", "tmpfs", str(folder))


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_COMMAND, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:6])}: {(done.stderr or done.stdout).strip()[:400]}")
    return done.stdout


def _wait_until(condition: Callable[[], bool], seconds: float, problem: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(problem)
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_COMMAND)
    except subprocess.TimeoutExpired:
        process.kill()
