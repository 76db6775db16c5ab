"""Hostile zones that real name servers serve: keys that collide, zones in a circle, servers and aliases without end."""

from pathlib import Path

import pytest
import yaml

from netaudit.lab.world import Fault, Machine, World, WorldZone
from netaudit.model.common import Reason
from netaudit.model.exchange import Exchange
from netaudit.model.run import Run
from netaudit.model.verdict import Outcome, Status
from netaudit.store.facts import iterate_facts
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.lab.realise import realised
from tests.lab.scanner import netaudit

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("hostile-daemons")]

MACHINES = ("root", "ns-knot", "ns-bind", "ns-nsd")  # name servers take turns: NSD has the root
ADDRESSES = {name: (f"192.0.2.{n}", f"2001:db8::{n}") for n, name in enumerate(MACHINES, 1)}
TRAP, CHAIN = "bay.vn", "chuoi.vn"
QUERIES = 600  # of the whole scan, three zones and what they lead to
_DELEGATIONS = "mot IN NS ns.hai.vn.\nhai IN NS ns.mot.vn.\n" + "".join(
    f"nhieu IN NS ns.n{n}.vn.\nn{n} IN NS ns.m{n}.vn.\n" for n in range(300)
)
_ALIASES = "".join(f"c{n} IN CNAME c{n + 1}\n" for n in range(40)) + "c40 IN A 192.0.2.80\ncu IN DNAME a.cu\n"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[Exchange]]:
    """A scan of the zones, and every exchange that it took."""
    folder = tmp_path_factory.mktemp("hostile")
    with realised(_world()) as lab:
        inventory = {
            "schema": 1, "network": "internet", "zones": [TRAP, CHAIN, "mot.vn", "nhieu.vn"],
            "province": {"id": "tinh", "name": {"vi": "Tỉnh", "en": "Province"}},
            "authorisation": {"text": "a lab", "contact": "lab@tinh.vn"},
            "tiers": [{"id": "t", "name": {"vi": "Cấp", "en": "Tier"}}],
            "units": [{"id": "u", "tier": "t", "name": {"vi": "Đơn vị", "en": "Unit"}}],
            "services": [],
            "scope": {"special_addresses": ["192.0.2.0/24", "2001:db8::/32"]},
            "root_hints": {server: list(addresses) for server, addresses in lab.contents.hints.items()},
            "trust_anchors": list(lab.contents.anchors),
        }  # fmt: skip
        path = folder / "inventory.yaml"
        path.write_text(yaml.safe_dump(inventory, allow_unicode=True))
        done = netaudit(lab, "scan", str(path), "--kind", "zone", "-q", "-o", str(folder / "out"))
    assert (folder / "out" / RUN_FILE).exists(), done.stderr
    facts = iterate_facts(folder / "out" / "facts.jsonl.zst")
    return read_run(Path(folder / "out" / RUN_FILE)), [fact for fact in facts if isinstance(fact, Exchange)]


def test_colliding_keys_exhaust_a_budget_and_prove_nothing(scanned: tuple[Run, list[Exchange]]) -> None:
    outcome = _outcome(scanned[0], "dnssec.chain_valid", TRAP)
    assert outcome.status is Status.COULD_NOT_TEST and outcome.failure is not None
    assert (outcome.failure.reason, outcome.args["reason"]) == (Reason.BUDGET, "budget_colliding_keys")


def test_the_healthy_zone_beside_them_is_judged(scanned: tuple[Run, list[Exchange]]) -> None:
    assert _outcome(scanned[0], "dnssec.chain_valid", CHAIN).status is Status.PASS


@pytest.mark.parametrize("zone", ["mot.vn", "nhieu.vn"])
def test_zones_that_lead_nowhere_could_not_be_tested(zone: str, scanned: tuple[Run, list[Exchange]]) -> None:
    outcome = _outcome(scanned[0], "dns.authoritative", zone)
    assert outcome.status is Status.COULD_NOT_TEST and outcome.failure is not None
    assert outcome.failure.reason in (Reason.NAME_RESOLUTION, Reason.BUDGET, Reason.NO_ADDRESS)


def test_the_scan_asked_within_its_bounds(scanned: tuple[Run, list[Exchange]]) -> None:
    assert len(scanned[1]) <= QUERIES


def _world() -> World:
    servers = {f"{name}.{{}}": name for name in MACHINES[1:]}
    return World(
        schema=1,
        name="hostile",
        machines=tuple(Machine(id=name, addresses=addresses) for name, addresses in ADDRESSES.items()),
        zones=(
            WorldZone(name=".", servers={"a.root-lab": "root"}),
            WorldZone(name="vn", servers={"a.dns.vn": "root"}, records=_DELEGATIONS),
            WorldZone(name=TRAP, servers={name.format(TRAP): machine for name, machine in servers.items()}),
            WorldZone(
                name=CHAIN, servers={name.format(CHAIN): machine for name, machine in servers.items()}, records=_ALIASES
            ),
        ),
        faults=(Fault(id="bay", kind="colliding_keys", zone=TRAP),),
    )


def _outcome(run: Run, check: str, zone: str) -> Outcome:
    (result,) = [r for r in run.results if r.verdict.check == check and r.verdict.target.name == zone]
    return result.verdict.outcome
