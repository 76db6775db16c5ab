"""Whether each declared uplink carries traffic, in each of its families (RFC 4116, RFC 3582)."""

from netaudit.model.common import Reason
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import first_failure
from netaudit.rules.uplinks import uplink_states

from ._helpers import UNSEEN


def judge(evidence: DataCentreEvidence) -> Outcome:
    """An uplink is dead in a family when no target is reached through it, and one of them is the usual way."""
    marks = tuple(str(uplink.fwmark) for uplink in evidence.datacentre.uplinks if uplink.fwmark is not None)
    if not marks:
        return not_applicable("no_marks", marks=(), outside=())
    outside = tuple(dict.fromkeys(probe.address for fact in evidence.uplinks for probe in fact.probes))
    return _judge(evidence).with_args({"marks": marks, "outside": outside})


def _judge(evidence: DataCentreEvidence) -> Outcome:
    states = uplink_states(evidence)
    rows = tuple(row for state in states for row in state.rows())
    facts = tuple(fact.id for fact in evidence.uplinks)
    dead = tuple(state.name for state in states if state.works is False)
    if dead:
        return failed("dead", observed=rows, facts=facts, uplinks=dead)
    unknown = [state.failure for state in states if state.works is None]
    if not states or unknown:
        known = first_failure(unknown) or UNSEEN
        message = "not_permitted" if known.reason is Reason.NOT_PERMITTED else "not_tested"
        return could_not_test(message, known, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, total=len(states))
