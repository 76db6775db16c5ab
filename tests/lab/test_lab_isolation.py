"""A scan of a `network: lab` inventory stays on the machine, and fits into a small one."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from netaudit.model.common import Family
from netaudit.store.facts import FACTS_FILE, read_facts
from tests.lab.namespaces import Namespaces

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("isolation")]

HOST = "host"
MEMORY = 512 * 1024 * 1024
PACKAGES = Path(__file__).parents[2]

# Everything that would leave, before ARP or neighbour discovery have a say; the kernel's own ICMPv6 is let pass.
COUNTER = """table inet leak {
  counter left { }
  chain output {
    type filter hook output priority 0;
    oifname "lo" accept
    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, mld2-listener-report } accept
    counter name left
  }
}
"""


@pytest.fixture
def namespaces() -> Iterator[Namespaces]:
    """A host with a default route of each family to where nobody is."""
    with Namespaces() as made:
        made.add(HOST, ["192.0.2.250", "2001:db8:ffff::250"])
        subprocess.run(
            made.command(HOST, ["nft", "-f", "-"]), input=COUNTER, check=True, capture_output=True, text=True
        )
        yield made


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8:2::1"])
def test_the_counter_sees_a_packet_that_leaves(namespaces: Namespaces, address: str) -> None:
    send = f"import socket; socket.create_connection(({address!r}, 53), 0.1)"
    subprocess.run(namespaces.command(HOST, [sys.executable, "-c", send]), check=False, capture_output=True)
    assert _left(namespaces) > 0


def test_a_demo_sends_nothing_off_the_machine_and_is_small(namespaces: Namespaces, tmp_path: Path) -> None:
    limits = ["prlimit", "--nofile=256", f"--as={MEMORY}"]
    done, memory = _run(namespaces, [*limits, *_netaudit("demo", "--delay", "0", "-q", "-o", str(tmp_path / "out"))])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "index.html").exists()
    assert _left(namespaces) == 0
    assert memory < MEMORY, f"{memory} bytes"
    assert _proven_families(tmp_path / "out") == set(Family)


def test_a_host_without_ipv6_scans_the_lab_over_both_families(namespaces: Namespaces, tmp_path: Path) -> None:
    without = 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip -6 address; exec "$@"'
    scan = _netaudit("collect", "inventory.yaml", "--target", "dalat.*", "-q", "-o", str(tmp_path / "out"))
    done, _ = _run(namespaces, ["sh", "-c", without, "sh", "prlimit", "--nofile=256", *scan])
    assert done.returncode == 0, done.stderr
    assert done.stdout == "", "the host still has an IPv6 address"
    assert _left(namespaces) == 0
    assert _proven_families(tmp_path / "out") == set(Family)


def _netaudit(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "netaudit", *arguments]


def _run(namespaces: Namespaces, command: Sequence[str]) -> tuple[subprocess.CompletedProcess[str], int]:
    """Run a command in the host; also the peak of resident memory of it and its children, in bytes (at most)."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES)}
    process = subprocess.Popen(
        namespaces.command(HOST, command),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PACKAGES, env=environment,
    )  # fmt: skip
    peaks: dict[int, int] = {}
    watcher = threading.Thread(target=_watch, args=(process, peaks))
    watcher.start()
    try:
        out, err = process.communicate(timeout=150)
    finally:
        process.kill()
        watcher.join()
    return subprocess.CompletedProcess(command, process.returncode, out, err), sum(peaks.values())


def _watch(process: "subprocess.Popen[str]", peaks: dict[int, int]) -> None:
    """Note the high-water mark of the process and of its children while it runs."""
    while process.poll() is None:
        for pid in (process.pid, *_children(process.pid)):
            try:
                lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
            except OSError:
                continue  # it has ended
            for line in lines:
                if line.startswith("VmHWM:"):
                    peaks[pid] = int(line.split()[1]) * 1024
        time.sleep(0.1)


def _children(pid: int) -> list[int]:
    """The processes whose parent is `pid`: the lab's, while it runs."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(path.parent.name))
    return found


def _left(namespaces: Namespaces) -> int:
    """How many packets left the host."""
    listed = json.loads(namespaces.run(HOST, ["nft", "-j", "list", "counter", "inet", "leak", "left"]))
    return int(next(item["counter"]["packets"] for item in listed["nftables"] if "counter" in item))


def _proven_families(folder: Path) -> set[Family]:
    """The families over which the scan reached the lab."""
    own = read_facts(folder / FACTS_FILE).vantage
    assert own is not None
    return {check.family for check in own.families if check.udp and check.tcp}
