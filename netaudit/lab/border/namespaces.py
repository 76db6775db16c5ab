"""Where a rehearsal takes place: two network namespaces with links between them, and file systems to read only."""

import os
import re
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from netaudit.lab.border.commands import run, start, wait_until
from netaudit.model.common import Family, family_of

__all__ = ["link", "other_side", "seal"]

_ROOM = "64m"  # for logs, sockets and tables


def link(number: int, neighbour: str, own: str, others: Sequence[str]) -> None:
    """A link of its own for each neighbour, with the two addresses as each other's only peers."""
    near, far = f"near{number}", f"far{number}"
    length = 128 if family_of(neighbour) is Family.IPV6 else 32
    nodad = ["nodad"] if length == 128 else []
    run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", others[2])
    run("ip", "link", "set", near, "up")
    run(*others, "ip", "link", "set", far, "up")
    # only now: on a link that is down IPv6 makes no route to a peer's address
    run("ip", "address", "add", own, "peer", f"{neighbour}/{length}", "dev", near, *nodad)
    run(*others, "ip", "address", "add", neighbour, "peer", f"{own}/{length}", "dev", far, *nodad)


def other_side(stack: ExitStack) -> list[str]:
    """A second network namespace: the words before a command that runs it there; the third is its process."""
    process = start(["unshare", "--net", "sleep", "600"], stack)
    ours, theirs = Path("/proc/self/ns/net"), Path(f"/proc/{process.pid}/ns/net")
    wait_until(lambda: ours.readlink() != theirs.readlink(), 10.0, "no second network namespace")
    command = ["nsenter", "-t", str(process.pid), "-n"]
    run(*command, "ip", "link", "set", "lo", "up")
    return command


def seal(folder: Path) -> None:
    """Make every file system read-only but a fresh one in `folder`: a configuration may name files to write.

    Raises RuntimeError when one stays writable: then nothing is run.
    """
    places = dict.fromkeys(_octal(line.split()[4]) for line in Path("/proc/self/mountinfo").read_text().splitlines())
    for place in places:
        with suppress(RuntimeError):  # one that another mount hides can't be reached, and is not looked at below
            run("mount", "-o", "remount,bind,ro", place)
    writable = [place for place in places if not _read_only(place)]
    if writable:
        raise RuntimeError(f"{writable[0]} can't be made read-only: nothing was run")
    run("mount", "-t", "tmpfs", "-o", f"size={_ROOM}", "tmpfs", str(folder))


def _octal(place: str) -> str:
    """A mount point as mountinfo writes it, blanks in octal (proc(5))."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place)


def _read_only(place: str) -> bool:
    try:
        return bool(os.statvfs(place).f_flag & os.ST_RDONLY)
    except OSError:
        return True  # not there for us, so nothing is written there
