"""Two scans of one lab, days apart: whether anything was signed in between, and what that means for the next time."""

import time

import pytest

from netaudit.engine.plan import Selection
from netaudit.engine.scan import ScanOptions, collect
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.history import Past
from netaudit.judge.run import judge
from netaudit.lab.keyring import Keyring
from netaudit.lab.world import Signing
from netaudit.model.book import FactBook
from netaudit.model.common import Text
from netaudit.model.facts import Fact
from netaudit.model.inventory import Inventory, NetworkKind, Province, Scope
from netaudit.model.verdict import Outcome, Status
from tests.dns.memory import MemoryNetwork
from tests.lab_python.client import small_world

ZONE = "tinh.vn"
NOW = float(int(time.time()))
WORLD = small_world(signing=Signing(days=30))  # refresh and expire of the lab's SOA are 14.1 days together


@pytest.mark.parametrize(
    ("days", "status", "message"), [(4, Status.PASS, "idle"), (8, Status.WARN, "shrinking"), (17, Status.WARN, "")]
)
async def test_a_signer_that_rests_is_told_of_before_it_is_late(days: float, status: Status, message: str) -> None:
    """After 8 days 22 are left: another 8 without a signature leave less than secondaries may need."""
    network = MemoryNetwork(WORLD, NOW)
    before = await _scan(network)
    network.wait(days)
    outcome = _forecast(await _scan(network), before)
    assert outcome.status is status
    assert outcome.message == message or not message
    if message == "shrinking":
        assert (outcome.args["silent"], outcome.args["before"], outcome.args["days"]) == (9.0, 30.0, 22.0)


async def test_what_was_signed_again_with_the_same_keys_is_renewed() -> None:
    ring = Keyring()
    before = await _scan(MemoryNetwork(WORLD, NOW, keyring=ring))
    after = await _scan(MemoryNetwork(WORLD, NOW + 8 * 86_400, keyring=ring))
    outcome = _forecast(after, before)
    assert (outcome.status, outcome.message) == (Status.PASS, "renewed")


async def _scan(network: MemoryNetwork) -> FactBook:
    inventory = Inventory(
        schema=1, network=NetworkKind.LAB, province=Province(id="t", name=Text(vi="Thử", en="Test")), tiers=(),
        units=(), services=(), zones=(ZONE,), scope=Scope(special_addresses=("192.0.2.0/24", "2001:db8::/32")),
    )  # fmt: skip
    facts: list[Fact] = []
    await collect(
        inventory, network, hints=network.contents.hints, anchors=network.contents.anchors, record=facts.append,
        options=ScanOptions(inventory_file="", inventory_sha256="", selection=Selection()),
    )  # fmt: skip
    return FactBook(facts)


def _forecast(book: FactBook, earlier: FactBook) -> Outcome:
    run = judge(book, load_catalogue(), (), judged_at=0.0, past=Past(newest=earlier))
    (found,) = [r.verdict.outcome for r in run.results if r.verdict.check == "dnssec.expiry_forecast"]
    return found
