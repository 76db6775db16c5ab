"""What the checks of the control plane say of tables that BIRD wrote in real worlds: the fault planted, and no other.

`tests/routing/recorded/README.md` says what each world is. In `ipv6-in-ipv4-session` routes are as they should be: that
fault shows in the data plane and in the design of the sessions.
"""

from pathlib import Path

import pytest
from msgspec.structs import replace

from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import RoutesFact
from netaudit.model.verdict import Outcome, Status
from netaudit.routing.mrt import read_routes
from tests.checks.multihome.builders import UPLINKS, centre
from tests.checks.web.builders import DAY, NOW
from tests.checks.web.harness import judge

RECORDED = Path(__file__).parents[2] / "routing" / "recorded"
PREFIXES = ("203.0.113.0/24", "2001:db8:113::/48")
CHECKS = (
    "upstreams_ipv4", "upstreams_ipv6", "upstream_parity", "declared_uplinks", "own_origin", "prefix_visibility",
    "both_families", "upstreams_effective", "shared_fate", "uplink_loss", "more_specifics", "prefix_size", "route_leak",
)  # fmt: skip

FOUND = {
    "healthy": {},
    "ipv6-in-ipv4-session": {},
    "shared-transit": {"shared_fate": "shared", "upstreams_effective": "uneven"},
    "ipv6-on-one-uplink": {
        "upstreams_ipv6": "few", "upstream_parity": "missing_ipv6", "declared_uplinks": "missing",
        "upstreams_effective": "single", "uplink_loss": "cut", "shared_fate": "shared",
    },
    "uplink-cut": {
        "upstreams_ipv4": "few", "upstreams_ipv6": "few", "declared_uplinks": "missing",
        "upstreams_effective": "single", "uplink_loss": "cut", "shared_fate": "shared",
    },
}  # fmt: skip


@pytest.mark.parametrize("world", FOUND)
def test_the_fault_of_the_world_is_found_and_no_other(world: str) -> None:
    outcomes = {check: judge(f"multihome.{check}", _evidence(world)) for check in CHECKS}
    assert {check: o.message for check, o in outcomes.items() if o.status is not Status.PASS} == FOUND[world]


def test_the_shared_transit_network_is_named_in_both_families() -> None:
    outcome = _judged("shared_fate", "shared-transit")
    assert outcome.args["ases"] == ("AS64500",)
    assert outcome.args["over"] == ("ipv4", "ipv6")
    assert (outcome.args["cut"], outcome.args["peers"]) == (2, 2)


def test_the_family_that_one_uplink_lacks_is_named() -> None:
    for check in ("upstreams_effective", "uplink_loss", "shared_fate"):
        assert _judged(check, "ipv6-on-one-uplink").args["over"] == ("ipv6",), check
    assert _judged("uplink_loss", "ipv6-on-one-uplink").args["upstreams"] == ("AS64501 (A)",)


def test_a_cut_of_the_last_minutes_is_not_concluded_beside_an_earlier_table() -> None:
    before = [replace(fact, data_time=NOW - DAY, source=f"before-{fact.source}") for fact in _tables("healthy")]
    evidence = _centre(*_tables("uplink-cut"), *before)
    assert judge("multihome.uplink_loss", evidence).message == "unstable"
    again = [replace(fact, data_time=NOW - DAY, source=f"before-{fact.source}") for fact in _tables("uplink-cut")]
    assert judge("multihome.uplink_loss", _centre(*_tables("uplink-cut"), *again)).message == "cut"


def _judged(check: str, world: str) -> Outcome:
    return judge(f"multihome.{check}", _evidence(world))


def _evidence(world: str) -> DataCentreEvidence:
    return _centre(*_tables(world))


def _centre(*tables: RoutesFact) -> DataCentreEvidence:
    return centre(*tables, prefixes=PREFIXES, uplinks=UPLINKS)


def _tables(world: str) -> list[RoutesFact]:
    found = []
    for name in ("ipv4.mrt", "ipv6.mrt"):
        dump = read_routes(RECORDED / world / name, PREFIXES)
        found.append(
            RoutesFact(
                id=f"{world}-{name}", datacentre="dc", source=name, format="mrt", data_time=NOW - 60, peers=dump.peers,
                feeds=dump.feeds, routes=dump.routes,
            )
        )  # fmt: skip
    return found
