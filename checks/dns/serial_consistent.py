"""Whether all name servers serve the same version of the zone (RFC 1034 section 4.3.5, RFC 1982)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.zones import label, survey, trouble, where

_CIRCLE = 1 << 32


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare the serials; who is behind the newest is named."""
    found = survey(evidence, dns.rdatatype.SOA)
    serials = {a.server: int(rdata.serial) for a in found.answers for rdata in (a.rrset or ())}
    if not serials:
        return found.untested()
    if found.total < 2:
        return not_applicable("one_server", facts=found.facts)
    if len(serials) < 2:
        rows = (*(where(server, f"serial {serial}") for server, serial in serials.items()), *found.unseen())
        return could_not_test("one_answer", found.failure, observed=rows, detail=trouble(found.failure))
    newest = _newest(list(serials.values()))
    rows = (*(where(s, f"serial {serial}", serial == newest) for s, serial in serials.items()), *found.unseen())
    behind = tuple(f"{label(s)}: {serial}" for s, serial in serials.items() if serial != newest)
    if behind:
        names = tuple(sorted({server.server.name for server, serial in serials.items() if serial != newest}))
        return failed("stale", observed=rows, facts=found.facts, newest=newest, behind=behind, servers=names)
    return passed("ok", observed=rows, facts=found.facts, serial=newest, answered=len(serials), total=found.total)


def _newest(serials: list[int]) -> int:
    """The serial that none of the others is ahead of, in the arithmetic of RFC 1982."""
    newest = serials[0]
    for serial in serials[1:]:
        if 0 < (serial - newest) % _CIRCLE < _CIRCLE // 2:
            newest = serial
    return newest
