"""The probes of paths and uplinks: each address once, what cut them short, and targets outside the data centre."""

from collections.abc import Iterable
from typing import cast

import pytest

from netaudit.model.common import Failure, Family, Reason, Side, Text
from netaudit.model.facts import Fact, Lookup, PathFact, UplinkFact
from netaudit.model.inventory import DataCentre, Uplink
from netaudit.net.network import Connection, NetworkError
from netaudit.net.paths import UnseenPaths
from netaudit.probes.context import ProbeContext
from netaudit.probes.path import PathProbe
from netaudit.probes.uplinks import TARGETS, UplinkProbes

REFUSED = Failure(reason=Reason.REFUSED, side=Side.TARGET)
CUT = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="given up")
INSIDE, OUTSIDE, ROOT = "203.0.113.10", "198.51.100.10", "192.0.2.1"


class _Network:
    """Nothing can be connected to; who was asked is noted."""

    paths = UnseenPaths()

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    async def connect(self, address: str, port: int) -> Connection:
        self.asked.append((address, port))
        raise NetworkError(REFUSED)

    def unavailable(self, family: Family) -> Failure | None:
        return None

    def now(self) -> float:
        return 1.0


class _Context:
    """Names whose addresses are known beforehand."""

    def __init__(self, addresses: dict[str, Iterable[str]]) -> None:
        self.network = _Network()
        self._addresses = addresses

    async def addresses(self, host: str, family: Family) -> Lookup:
        found = tuple(a for a in self._addresses[host] if (":" in a) is (family is Family.IPV6))
        return Lookup(name=host, rdtype="A", addresses=found)

    async def lookup(self, name: object, rdtype: object) -> Lookup:
        return Lookup(name=str(name), rdtype="PTR", failure=REFUSED)


def context(addresses: dict[str, Iterable[str]]) -> tuple[ProbeContext, _Network]:
    made = _Context(addresses)
    return cast("ProbeContext", made), made.network


async def test_an_address_that_two_hosts_share_is_looked_at_once() -> None:
    made, network = context({"a.example": [INSIDE], "b.example": [INSIDE, OUTSIDE]})
    seen: set[str] = set()
    facts: list[Fact] = []
    for host in ("a.example", "b.example"):
        probe = PathProbe(made, host, 443, seen)
        await probe.run()
        facts += probe.facts(None)
    assert [cast("PathFact", fact).address for fact in facts] == [INSIDE, OUTSIDE]
    assert network.asked == [(INSIDE, 443), (OUTSIDE, 443)]


async def test_an_address_that_was_cut_short_says_what_cut_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made, network = context({"a.example": [INSIDE]})

    async def broken(address: str, size: int) -> None:
        raise TimeoutError

    monkeypatch.setattr(network.paths, "echo", broken, raising=False)
    probe = PathProbe(made, "a.example", 443, set())
    with pytest.raises(ExceptionGroup):
        await probe.run()
    (fact,) = probe.facts(CUT)
    assert isinstance(fact, PathFact)
    assert (fact.address, fact.failure, fact.echoes) == (INSIDE, CUT, ())


async def test_uplinks_are_tried_with_targets_outside_the_data_centre_alone() -> None:
    made, network = context({"own.example": [INSIDE], "far.example": [OUTSIDE]})
    centre = DataCentre(
        id="dc", name=Text("Trung tâm", "Centre"), asns=(64505,), prefixes=("203.0.113.0/24",),
        uplinks=(Uplink(operator="Một", asn=64501, fwmark=1), Uplink(operator="Hai", asn=64502)),
    )  # fmt: skip
    hints = {"a.root": [ROOT, "192.0.2.2", "192.0.2.3", "2001:db8:2::1"]}
    probe = UplinkProbes(made, centre, [("own.example", 443), ("far.example", 8443)], hints)
    await probe.run()
    (fact,) = probe.facts(None)
    assert isinstance(fact, UplinkFact)
    assert (fact.operator, fact.fwmark) == ("Một", 1), "the other one has no mark"
    tried = [(p.address, p.port) for p in fact.probes]
    assert tried == [(OUTSIDE, 8443), (ROOT, 53), ("192.0.2.2", 53), ("2001:db8:2::1", 53)]
    assert len([p for p in fact.probes if p.family is Family.IPV4]) == TARGETS
    assert sorted(network.asked) == sorted(tried), "the usual way beside each"
    assert {p.marked.reason for p in fact.probes if p.marked} == {Reason.NOT_PERMITTED}
