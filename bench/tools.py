"""The three tools: how each is run over a list of zones, and whether what it says of them makes sense."""

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bench.apart import apart
from bench.peers import DNSVIZ
from bench.processes import Job, Spent, run_all
from bench.servers import Asked, Servers
from bench.world import IPV4_PREFIX, IPV6_PREFIX
from bench.zonefiles import ZoneFiles

__all__ = ["DnsViz", "Measured", "NetAudit", "NetAuditCollect", "NotSensible", "Tool", "Zonemaster"]


class NotSensible(Exception):
    """A tool's answers are not those of a healthy, signed and secure zone, so its speed means nothing."""


@dataclass(frozen=True)
class Measured:
    """One measurement of a tool over `zones` zones, `jobs` processes at once."""

    zones: int
    jobs: int
    spent: Spent
    asked: Asked

    @property
    def rate(self) -> float:
        """Zones per second."""
        return self.zones / self.spent.seconds


class Tool(ABC):
    """A tool in front of running servers. `folder` takes what it writes."""

    name: ClassVar[str]
    jobs: ClassVar[tuple[int, ...]]  # processes at once that are worth trying on two processors

    def __init__(self, servers: Servers, start: ZoneFiles, folder: Path) -> None:
        self._servers = servers
        self._start = start
        self._folder = folder
        folder.mkdir()
        self._turn = 0

    def measure(self, zones: Sequence[str], jobs: int) -> Measured:
        """Audit `zones`, `jobs` processes at once. Raises NotSensible and JobFailed."""
        self._turn += 1
        place = self._folder / f"{self._turn}"
        place.mkdir()
        commands = self._prepare(zones, jobs, place)
        before = self._servers.asked()
        spent = run_all(commands, jobs)
        asked = self._servers.asked() - before
        found = self._secure(commands)
        if found != set(zones):
            odd = sorted(found ^ set(zones))
            raise NotSensible(f"{self.name}: {len(odd)} of {len(zones)} zones are not judged secure: {odd[:3]}")
        return Measured(len(zones), jobs, spent, asked)

    @abstractmethod
    def _prepare(self, zones: Sequence[str], jobs: int, folder: Path) -> list[Job]:
        """The commands that audit the zones."""

    @abstractmethod
    def _secure(self, jobs: Sequence[Job]) -> set[str]:
        """The zones that the tool looked at and found signed and in order."""

    def _job(self, command: Sequence[str], output: Path, codes: Sequence[int] = (0,), **environment: str) -> Job:
        return Job(self._servers.command(*command), output, environment, frozenset(codes))


class NetAudit(Tool):
    """`netaudit scan`: an inventory of zones in, facts, verdicts and the report out."""

    name = "netaudit scan"
    jobs: ClassVar[tuple[int, ...]] = (1, 2)
    _COMMAND = "scan"

    def _prepare(self, zones: Sequence[str], jobs: int, folder: Path) -> list[Job]:
        commands = []
        for number, share in enumerate(_shares(zones, jobs)):
            inventory = folder / f"inventory{number}.yaml"
            inventory.write_text(json.dumps(self._inventory(share)))
            out = folder / f"out{number}"
            command = [sys.executable, "-m", "netaudit", self._COMMAND, str(inventory), "-q", "-o", str(out)]
            commands.append(self._job(command, folder / f"{number}.txt", codes=(0, 1)))  # 1: a check found something
        return commands

    def _inventory(self, zones: Sequence[str]) -> dict[str, Any]:
        return {
            "schema": 1,
            "network": "internet",
            "province": {"id": "bench", "name": {"vi": "Đo tốc độ", "en": "Benchmark"}},
            "tiers": [], "units": [], "services": [],
            "zones": list(zones),
            "root_hints": {server: list(addresses) for server, addresses in self._start.hints.items()},
            "trust_anchors": list(self._start.anchors),
            "scope": {"special_addresses": [IPV4_PREFIX, IPV6_PREFIX]},
            "limits": {"per_server_per_second": 10_000, "per_server_concurrent": 256},
        }  # fmt: skip

    def _secure(self, jobs: Sequence[Job]) -> set[str]:
        runs = [job.output.parent / f"out{number}" / "run.json" for number, job in enumerate(jobs)]
        return set().union(*(apart(_secure_in_run, run) for run in runs))


def _secure_in_run(path: Path) -> set[str]:
    """The zones of a run that are secure. Raises NotSensible when it has gaps."""
    run = json.loads(path.read_bytes())
    untested = run["totals"]["counts"].get("could_not_test", 0)
    if untested or not run["complete"]:
        raise NotSensible(f"{NetAudit.name}: {untested} results could not be tested")
    results = [result["verdict"] for result in run["results"]]
    secure = [v for v in results if v["check"] == "dnssec.chain_valid" and v["outcome"]["status"] == "pass"]
    return {verdict["target"]["name"] for verdict in secure}


class NetAuditCollect(NetAudit):
    """`netaudit collect`: the facts alone, for the share of the network in the whole."""

    name = "netaudit collect"
    jobs = (1,)
    _COMMAND = "collect"

    def _secure(self, jobs: Sequence[Job]) -> set[str]:
        """What was collected is judged by `netaudit scan`."""
        return {zone for job in jobs for zone in json.loads(Path(job.command[-4]).read_bytes())["zones"]}


class Zonemaster(Tool):
    """`zonemaster-cli` with its default profile: a process a zone, for it takes one."""

    name = "zonemaster-cli"
    jobs = (2, 3, 4)

    def _prepare(self, zones: Sequence[str], jobs: int, folder: Path) -> list[Job]:
        hints = folder / "hints"
        hints.write_text(_hints(self._start))
        options = ["--hints", str(hints), "--level", "INFO", "--json", "--no-progress"]
        return [self._job(["zonemaster-cli", *options, zone], folder / f"{zone}.json") for zone in zones]

    def _secure(self, jobs: Sequence[Job]) -> set[str]:
        return {job.command[-1] for job in jobs if _zonemaster_is_content(json.loads(job.output.read_bytes()))}


def _zonemaster_is_content(messages: list[dict[str, Any]]) -> bool:
    """It met the zone's servers and its signed denial, came to its last test, and found no fault in DNSSEC."""
    tags = {message["tag"] for message in messages}
    faults = [m for m in messages if m["module"] == "DNSSEC" and m["level"] in ("WARNING", "ERROR", "CRITICAL")]
    return {"HAS_PARENT", "HAS_NAMESERVERS", "DS10_HAS_NSEC", "ONE_SOA"} <= tags and not faults


class DnsViz(Tool):
    """`dnsviz probe | dnsviz grok`, from the root down; a process takes many zones and asks their ancestors once."""

    name = "dnsviz probe | grok"
    jobs = (2, 3, 4)

    def _prepare(self, zones: Sequence[str], jobs: int, folder: Path) -> list[Job]:
        share = folder / "share"  # where DNSViz looks for root hints
        (share / "hints").mkdir(parents=True)
        (share / "hints" / "named.root").write_text(_hints(self._start))
        anchors = folder / "anchors"
        anchors.write_text(self._start.root_keys)
        commands = []
        for number, batch in enumerate(_shares(zones, jobs)):
            names = folder / f"names{number}"
            names.write_text("".join(f"{zone}\n" for zone in batch))
            pipe = f"set -o pipefail; {DNSVIZ} probe -A -a . -d 1 -f {names} | {DNSVIZ} grok -P -c -l info -t {anchors}"
            output = folder / f"{number}.json"
            commands.append(self._job(["bash", "-c", pipe], output, DNSVIZ_SHARE_PATH=str(share)))
        return commands

    def _secure(self, jobs: Sequence[Job]) -> set[str]:
        return set().union(*(apart(_secure_in_grok, job.output) for job in jobs))


def _secure_in_grok(path: Path) -> set[str]:
    """The audited zones that are there and whose delegation is secure from the root down."""
    said: dict[str, dict[str, Any]] = json.loads(path.read_bytes())
    secure = [
        name.rstrip(".")
        for name, zone in said.items()
        if zone["status"] == "NOERROR" and zone.get("delegation", {}).get("status") == "SECURE"
    ]
    return {name for name in secure if name.startswith("zone")}


def _shares(zones: Sequence[str], count: int) -> list[Sequence[str]]:
    """The zones in `count` parts of about the same size."""
    return [part for turn in range(count) if (part := zones[turn::count])]


def _hints(start: ZoneFiles) -> str:
    """The root servers as a hints file."""
    lines = []
    for server, addresses in start.hints.items():
        lines.append(f". 3600 IN NS {server}.\n")
        lines += [f"{server}. 3600 IN {'AAAA' if ':' in a else 'A'} {a}\n" for a in addresses]
    return "".join(lines)
