"""Whether each declared uplink carries traffic, in each of its families (RFC 4116, RFC 3582)."""

from netaudit.model.common import Failure, Family, Reason
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import UplinkFact
from netaudit.model.path import UplinkProbe
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import first_failure
from netaudit.rules.zones import trouble

from ._helpers import UNSEEN, ours

_WORD = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


def judge(evidence: DataCentreEvidence) -> Outcome:
    """An uplink is dead in a family when no target is reached through it, and one of them is the usual way."""
    marks = tuple(str(uplink.fwmark) for uplink in evidence.datacentre.uplinks if uplink.fwmark is not None)
    if not marks:
        return not_applicable("no_marks", marks=(), outside=())
    outside = tuple(dict.fromkeys(probe.address for fact in evidence.uplinks for probe in fact.probes))
    return _judge(evidence).with_args({"marks": marks, "outside": outside})


def _judge(evidence: DataCentreEvidence) -> Outcome:
    sides = [(fact, family) for fact in evidence.uplinks for family in fact.families]
    rows = tuple(_row(fact, probe) for fact in evidence.uplinks for probe in fact.probes)
    facts = tuple(fact.id for fact in evidence.uplinks)
    states = {(fact.id, family): _works(_of(fact, family)) for fact, family in sides}
    dead = tuple(f"{fact.operator} {_WORD[family]}" for fact, family in sides if states[fact.id, family] is False)
    if dead:
        return failed("dead", observed=rows, facts=facts, uplinks=dead)
    failure = first_failure(_failure(fact, family) for fact, family in sides if states[fact.id, family] is None)
    if not sides or None in states.values():
        known = failure or UNSEEN
        message = "not_permitted" if known.reason is Reason.NOT_PERMITTED else "not_tested"
        return could_not_test(message, known, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, total=len(sides))


def _of(fact: UplinkFact, family: Family) -> list[UplinkProbe]:
    return [probe for probe in fact.probes if probe.family is family]


def _works(probes: list[UplinkProbe]) -> bool | None:
    """Whether an uplink reached anything; None: not known, for our side failed or the targets are down."""
    if any(probe.marked is None for probe in probes):
        return True
    telling = [probe for probe in probes if probe.usual is None and not ours(probe.marked)]
    return False if telling else None


def _failure(fact: UplinkFact, family: Family) -> Failure | None:
    return first_failure([fact.failure, *(probe.marked for probe in _of(fact, family))])


def _row(fact: UplinkFact, probe: UplinkProbe) -> Observation:
    through = f"connected in {probe.marked_ms:.1f} ms" if probe.marked is None else trouble(probe.marked)
    usual = "connected" if probe.usual is None else trouble(probe.usual)
    ok = True if probe.marked is None else False if probe.usual is None and not ours(probe.marked) else None
    saw = f"port {probe.port} through mark {fact.fwmark}: {through}; the usual way: {usual}"
    return Observation(
        where=f"{fact.operator} (AS{fact.asn})", saw=saw, address=probe.address, family=probe.family, ok=ok
    )
