"""What a proposed BIRD or FRR configuration would announce: the border router, run against neighbours of our making.

The configuration runs as it is, but for where it logs, in network and mount namespaces of its own: it reaches nobody,
and writes nothing. A second BIRD stands for all its neighbours, at the addresses that the configuration gives them;
each announces a default route, and keeps in a table of its own what it was told. What the router has from elsewhere (an
IGP, the kernel, RPKI) is not there, so what depends on it is not announced here either.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import msgspec

from netaudit.lab.border.session import Neighbour, NeighbourSession, Rehearsal

__all__ = ["BorderError", "Neighbour", "NeighbourSession", "Rehearsal", "rehearse"]

_TIMEOUT = 60.0  # seconds, for all of it; usually three
_ANSWER_BYTES = 16 << 20
_TOOLS = ("bird", "birdc", "unshare", "nsenter", "ip", "mount")


class BorderError(Exception):
    """The configuration can't be rehearsed here; says why and what to do."""


def rehearse(configuration: Path, *, timeout: float = _TIMEOUT) -> Rehearsal:
    """Run a configuration of BIRD or FRR against neighbours of our making, which are a BIRD in any case.

    Needs Linux, and no rights of root.

    Raises BorderError when the router refuses the configuration (with its own words: file, line), when the tools
    are missing, when namespaces are forbidden, and when nothing came of it within `timeout` seconds.
    """
    missing = [tool for tool in _TOOLS if shutil.which(tool, path=_path()) is None]
    if missing:
        raise BorderError(f"{', '.join(missing)} not found: on Debian, apt install bird2 iproute2 util-linux")
    if not configuration.is_file():
        raise BorderError(f"{configuration} is no file")
    with TemporaryDirectory(prefix="netaudit-border-") as folder:
        return _answer(_run([*_unshare(), *_child(configuration, folder)], timeout))


def _run(command: Sequence[str], timeout: float) -> subprocess.CompletedProcess[bytes]:
    with TemporaryFile() as answer, TemporaryFile() as trouble:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=answer, stderr=trouble, timeout=timeout, check=False,
                env={"PATH": _path(), "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C"}, start_new_session=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise BorderError(f"the rehearsal did not end within {timeout:g} s") from error
        said = [_read(file) for file in (answer, trouble)]
    return subprocess.CompletedProcess(command, done.returncode, *said)


def _read(file: IO[bytes]) -> bytes:
    """What was written, if it is not more than any rehearsal says."""
    file.seek(0)
    content = file.read(_ANSWER_BYTES + 1)
    if len(content) > _ANSWER_BYTES:
        raise BorderError(f"the rehearsal says more than {_ANSWER_BYTES} bytes")
    return content


def _answer(done: subprocess.CompletedProcess[bytes]) -> Rehearsal:
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode != 0:
        last = said.splitlines()[-1] if said else f"exit {done.returncode}"
        if "unshare" in last:
            last += ": network namespaces are forbidden here; run as root, or allow user namespaces (sysctl)"
        raise BorderError(last[:1_000])
    try:
        return msgspec.json.decode(done.stdout, type=Rehearsal)
    except msgspec.MsgspecError as error:
        raise BorderError(f"the rehearsal gave no answer: {error}") from error


def _unshare() -> list[str]:
    """Namespaces that end with their first process. Root too takes a user namespace, unless those are forbidden."""
    user = ["--user", "--map-root-user"]
    probe = subprocess.run(["unshare", *user, "true"], capture_output=True, check=False, timeout=_TIMEOUT)
    if probe.returncode != 0 and os.geteuid() == 0:
        user = []
    return ["unshare", *user, "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def _child(configuration: Path, folder: str) -> list[str]:
    return [sys.executable, "-m", "netaudit.lab.border", json.dumps([str(configuration.resolve()), folder])]


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
