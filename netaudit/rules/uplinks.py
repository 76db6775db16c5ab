"""What probes through a data centre's uplinks show, uplink by uplink and family by family.

Each target is tried by the usual way as well: what is down itself says nothing about the uplink.
"""

from typing import NamedTuple

from netaudit.model.common import Failure, Family, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import UplinkFact
from netaudit.model.path import UplinkProbe
from netaudit.model.verdict import Observation
from netaudit.rules.fetches import first_failure
from netaudit.rules.zones import trouble

__all__ = ["UplinkState", "family_word", "ours", "uplink_states"]


class UplinkState(NamedTuple):
    """Whether an uplink carries traffic in one family. None: not known, for our side failed or the targets are down."""

    fact: UplinkFact
    family: Family
    works: bool | None
    failure: Failure | None

    @property
    def name(self) -> str:
        """The uplink and the family in a line of text."""
        return f"{self.fact.operator} {family_word(self.family)}"

    def rows(self) -> tuple[Observation, ...]:
        """A row for each target."""
        return tuple(_row(self.fact, probe) for probe in _of(self.fact, self.family))


def uplink_states(evidence: DataCentreEvidence) -> tuple[UplinkState, ...]:
    """The state of each uplink that was tried, in each family that it is declared with."""
    return tuple(_state(fact, family) for fact in evidence.uplinks for family in fact.families)


def family_word(family: Family) -> str:
    """IPv4, IPv6."""
    return "IPv6" if family is Family.IPV6 else "IPv4"


def _state(fact: UplinkFact, family: Family) -> UplinkState:
    probes = _of(fact, family)
    failure = first_failure([fact.failure, *(probe.marked for probe in probes)])
    return UplinkState(fact, family, _works(probes), failure)


def _of(fact: UplinkFact, family: Family) -> list[UplinkProbe]:
    return [probe for probe in fact.probes if probe.family is family]


def _works(probes: list[UplinkProbe]) -> bool | None:
    if any(probe.marked is None for probe in probes):
        return True
    telling = [probe for probe in probes if probe.usual is None and not ours(probe.marked)]
    return False if telling else None


def _row(fact: UplinkFact, probe: UplinkProbe) -> Observation:
    through = f"connected in {probe.marked_ms:.1f} ms" if probe.marked is None else trouble(probe.marked)
    usual = "connected" if probe.usual is None else trouble(probe.usual)
    ok = True if probe.marked is None else False if probe.usual is None and not ours(probe.marked) else None
    saw = f"port {probe.port} through mark {fact.fwmark}: {through}; the usual way: {usual}"
    return Observation(
        where=f"{fact.operator} (AS{fact.asn})", saw=saw, address=probe.address, family=probe.family, ok=ok
    )


def ours(failure: Failure | None) -> bool:
    """Whether something failed on our own side."""
    return failure is not None and failure.side in (Side.OURS, Side.BUDGET, Side.BUG)
