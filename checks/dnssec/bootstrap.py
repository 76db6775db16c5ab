"""Whether a parent could take a signed zone into the chain of trust by its operators' signals (RFC 9615).

A question only for zones that are signed, have no DS, and have operators that signal. Under every name server outside
the zone the same CDS and CDNSKEY must be found, secure, as at the zone's own apex on every server.
"""

import dns.name
import dns.rdata
import dns.rdatatype

from netaudit.model.evidence import FoundRecords, ZoneEvidence
from netaudit.model.security import SecurityStatus
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.records import find, missing, status_of
from netaudit.rules.signal_names import bootstrap_name
from netaudit.rules.zones import Survey, name_text

from ._cds import signals
from ._helpers import delegated

_TYPES = ("CDS", "CDNSKEY")


def judge(evidence: ZoneEvidence) -> Outcome:
    """What a parent does before it publishes the first DS (RFC 9615 section 4.2)."""
    parent = delegated(evidence)
    if parent.positive:
        return not_applicable("has_ds", facts=parent.facts)
    found = signals(evidence)
    if found.outcome is not None:
        return found.outcome
    if not parent.negative:
        return parent.untested()
    outside = _outside(evidence)
    if not outside:
        return not_applicable("no_outside", facts=found.facts)
    made = {server: [item for t in _TYPES if (item := _of(evidence, server, t)) is not None] for server in outside}
    facts = (*found.facts, *(id for items in made.values() for item in items for id in item.lookup.facts))
    unknown = next((f for s in outside for t in _TYPES if (f := missing(_of(evidence, s, t))) is not None), None)
    if not any(item.rdatas for items in made.values() for item in items):
        if unknown is not None:
            return could_not_test("not_tested", unknown, facts=facts)
        return not_applicable("no_signals", facts=facts, servers=outside)
    apex = {"CDS": _sets(found.cds), "CDNSKEY": _sets(found.cdnskey)}
    problems = {s: _problem(items, apex) for s, items in made.items() if not any(map(missing, items)) and items}
    rows = tuple(
        Observation(where=s, saw=problem or "as at the apex", ok=not problem) for s, problem in problems.items()
    )
    bad = tuple(server for server, problem in problems.items() if problem)
    if bad:
        return failed("unusable", observed=rows, facts=facts, servers=bad)
    if unknown is not None:
        return could_not_test("not_tested", unknown, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, servers=outside)


def _outside(evidence: ZoneEvidence) -> tuple[str, ...]:
    """The name servers whose names lie outside the zone and leave room for a signal."""
    names = sorted({server.server.name for server in evidence.servers})
    parsed = {name: dns.name.from_text(name) for name in names}
    return tuple(n for n, p in parsed.items() if not p.is_subdomain(evidence.apex) and bootstrap_name(evidence.apex, p))


def _of(evidence: ZoneEvidence, server: str, rdtype: str) -> FoundRecords | None:
    name = bootstrap_name(evidence.apex, dns.name.from_text(server))
    return find(evidence.found, rdtype, name_text(name)) if name is not None else None


def _sets(survey: Survey) -> set[frozenset[dns.rdata.Rdata]]:
    """What the zone's own servers give: one set where they agree."""
    return {answer.rdatas for answer in survey.answers}


def _problem(items: list[FoundRecords], apex: dict[str, set[frozenset[dns.rdata.Rdata]]]) -> str:
    """Why a parent can't use the signals under one name server; empty when it can."""
    if not any(item.rdatas for item in items):
        return "no signal"
    for item in items:
        if status_of(item.security) is not SecurityStatus.SECURE:
            return f"{item.lookup.rdtype} not secure"
        if {frozenset(item.rdatas)} != apex[item.lookup.rdtype]:
            return f"{item.lookup.rdtype} other than at the apex"
    return ""
