"""The active extras, CDS and CDNSKEY put to NSD, Knot DNS and BIND over real sockets."""

from pathlib import Path

import pytest
import yaml

from netaudit.lab.world import Machine, Signing, World, WorldZone
from netaudit.model.run import Run
from netaudit.model.verdict import Outcome, Status
from netaudit.store.runfolder import RUN_FILE, read_run
from tests.lab.realise import realised
from tests.lab.scanner import netaudit

pytestmark = [pytest.mark.daemons, pytest.mark.slow, pytest.mark.xdist_group("extras-daemons")]

ZONE = "tinh.vn"
MACHINES = ("root", "ns-knot", "ns-bind", "ns-nsd")  # name servers take turns: NSD has the root
ADDRESSES = {name: (f"192.0.2.{n}", f"2001:db8::{n}") for n, name in enumerate(MACHINES, 1)}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A scan of the zone with the extras."""
    folder = tmp_path_factory.mktemp("extras")
    with realised(_world()) as lab:
        inventory = {
            "schema": 1, "network": "internet", "zones": [ZONE],
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
        done = netaudit(lab, "scan", str(path), "--extras", "--kind", "zone", "-q", "-o", str(folder / "out"))
    assert (folder / "out" / RUN_FILE).exists(), done.stderr
    return read_run(Path(folder / "out" / RUN_FILE))


def test_all_three_treat_edns_as_the_standard_says(run: Run) -> None:
    outcome = _outcome(run, "dns.edns_compliance")
    assert (outcome.message, outcome.args["answered"]) == ("ok", 6), outcome.observed


def test_none_recurses_for_strangers(run: Run) -> None:
    outcome = _outcome(run, "dns.no_recursion")
    assert (outcome.message, outcome.args["answered"]) == ("ok", 6), outcome.observed


def test_cookies_are_good_ones(run: Run) -> None:
    outcome = _outcome(run, "dns.cookies")
    assert outcome.message == "ok", outcome.observed
    by_bind = {row.saw for row in outcome.observed if row.address in ADDRESSES["ns-bind"]}
    assert by_bind == {"server cookie of 16 bytes, made as RFC 9018 says"}


def test_knot_tells_its_name_without_being_configured_to(run: Run) -> None:
    outcome = _outcome(run, "dns.nsid")
    assert outcome.status is Status.PASS
    telling = {row.address for row in outcome.observed if row.saw != "no NSID"}
    assert telling == set(ADDRESSES["ns-knot"])


def test_who_is_not_told_otherwise_gives_the_zone_away(run: Run) -> None:
    """BIND 9.18 does, as shipped; NSD and Knot DNS refuse."""
    outcome = _outcome(run, "dns.no_transfer")
    good = {row.address: row.ok for row in outcome.observed}
    assert {good[address] for name in ("ns-knot", "ns-nsd") for address in ADDRESSES[name]} == {True}
    assert len(good) == 6
    assert (outcome.message == "open") == (False in good.values())


@pytest.mark.parametrize(
    ("check", "message"),
    [("dnssec.cds_consistent", "ok"), ("dnssec.cds_valid", "ok"), ("dnssec.rollover_state", "steady")],
)
def test_what_the_zone_asks_its_parent_for(run: Run, check: str, message: str) -> None:
    outcome = _outcome(run, check)
    assert (outcome.status, outcome.message) == (Status.PASS, message), outcome.observed


def _world() -> World:
    return World(
        schema=1,
        name="extras",
        machines=tuple(Machine(id=name, addresses=addresses) for name, addresses in ADDRESSES.items()),
        zones=(
            WorldZone(name=".", servers={"a.root-lab": "root"}),
            WorldZone(name=ZONE, servers={f"{name}.{ZONE}": name for name in MACHINES[1:]}, signing=Signing(cds=True)),
        ),
    )


def _outcome(run: Run, check: str) -> Outcome:
    (result,) = [r for r in run.results if r.verdict.check == check and r.verdict.target.name == ZONE]
    return result.verdict.outcome
