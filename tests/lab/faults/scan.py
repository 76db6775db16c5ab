"""A scan of the table's world, and what it found of each fault."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import yaml

from netaudit.model.exchange import Exchange
from netaudit.model.run import Run
from netaudit.model.verdict import Status, Verdict
from netaudit.store.facts import iterate_facts
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.lab.faults.plants import DOMAIN, Clients, Clock, Exchanger, Plant, Servers, Site, Tcp
from tests.lab.faults.world import FaultWorld
from tests.lab.scanner import netaudit

__all__ = ["Scanned", "evidence", "findings", "scan"]

_SPECIAL = ("192.0.2.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32")

_TIME_REQUEST = f"23{'00' * 39}0102030405060708"  # of an NTP client (RFC 5905 section 7.3)


class Scanned:
    """The run, the exit code, what was said on stderr, and the run's folder."""

    def __init__(self, run: Run, code: int, said: str, folder: Path) -> None:
        self.run = run
        self.code = code
        self.said = said
        self.folder = folder

    @property
    def asked_again(self) -> int:
        """How many DNS questions needed more than one try."""
        facts = iterate_facts(self.folder / "facts.jsonl.zst")
        return sum(isinstance(fact, Exchange) and fact.tries > 1 for fact in facts)


def scan(world: FaultWorld, folder: Path, *arguments: str) -> Scanned:
    """Scan all that is planted."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "root.pem").write_text(world.root)
    path = folder / "inventory.yaml"
    path.write_text(yaml.safe_dump(_inventory(world), allow_unicode=True))
    done = netaudit(world.lab, "scan", str(path), "-q", "-o", str(folder / "out"), *arguments)
    assert (folder / "out" / RUN_FILE).exists(), done.stderr
    return Scanned(read_run(Path(folder / "out" / RUN_FILE)), done.returncode, done.stderr, folder / "out")


def findings(run: Run, plants: Iterable[Plant], *statuses: Status) -> dict[str, frozenset[str]]:
    """For each plant: `check message` of every verdict with one of the statuses; those of no plant under ``."""
    found: dict[str, set[str]] = defaultdict(set)
    names = {plant.name: plant.id for plant in plants}
    for result in run.results:
        verdict = result.verdict
        if verdict.outcome.status in statuses:
            found[_plant_of(verdict, names)].add(f"{verdict.check} {verdict.outcome.message}")
    return {id: frozenset(said) for id, said in found.items()}


def evidence(run: Run, plant: Plant) -> set[str]:
    """What the rows of a plant's findings say."""
    verdicts = [result.verdict for result in run.results if _plant_of(result.verdict, {plant.name: plant.id})]
    return {row.saw for v in verdicts if v.outcome.status in (Status.FAIL, Status.WARN) for row in v.outcome.observed}


def _plant_of(verdict: Verdict, names: dict[str, str]) -> str:
    host = verdict.target.name.partition("://")[2].rpartition(":")[0] or verdict.target.name
    return next((id for name, id in names.items() if host == name or host.endswith(f".{name}")), "")


def _inventory(world: FaultWorld) -> dict[str, object]:
    zones = [plant.name for plant in world.plants if isinstance(plant.what, Servers)]
    return {
        "schema": 1, "network": "internet", "zones": [DOMAIN, *zones],
        "province": {"id": "tinh", "name": {"vi": "Tỉnh", "en": "Province"}},
        "authorisation": {"text": "a lab", "contact": f"lab@{DOMAIN}"},
        "tiers": [{"id": "t", "name": {"vi": "Cấp", "en": "Tier"}}],
        "units": [{"id": "u", "tier": "t", "name": {"vi": "Đơn vị", "en": "Unit"}}],
        "services": [service for plant in world.plants if (service := _service(plant))],
        "scope": {"special_addresses": list(_SPECIAL)},
        "limits": {"per_server_per_second": 1000, "per_server_concurrent": 64},
        "root_hints": {server: list(addresses) for server, addresses in world.lab.contents.hints.items()},
        "trust_anchors": list(world.lab.contents.anchors),
        "certificate_roots": ["root.pem"],
    }  # fmt: skip


def _service(plant: Plant) -> dict[str, object] | None:
    service: dict[str, object] = {"id": plant.id, "kind": "site", "host": plant.host, "units": ["u"]}
    match plant.what:
        case Exchanger():
            return service | {"kind": "mail", "scheme": "mail"}
        case Tcp(port=port):
            return service | {"scheme": "tcp", "port": port}
        case Clock(scheme="udp"):
            return service | {"scheme": "udp", "port": 123, "probe": _TIME_REQUEST}
        case Site(scheme=scheme) | Clients(scheme=scheme) | Clock(scheme=scheme):
            return service | {"scheme": scheme}
        case Servers(site=site):
            return service if site is not None else None
