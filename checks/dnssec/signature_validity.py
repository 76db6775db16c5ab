"""Whether every server's signatures over SOA, NS and DNSKEY are valid now (RFC 4035 section 5.3)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, passed
from netaudit.rules.rrsig import utc
from netaudit.rules.zones import label

from ._helpers import signatures, signed_zone

_FAULTS = {"expired": "expired", "invalid": "invalid", "not_yet": "not_yet", "none": "missing"}
_UNDECIDED = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="more signatures or keys than are verified here")


def judge(evidence: ZoneEvidence) -> Outcome:
    """Each RRset needs one valid signature (RFC 6840 section 5.11); the worst fault decides the message."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = signatures(evidence)
    rows = (*(item.row for item in found), *signed.survey.unseen())
    facts = tuple(dict.fromkeys(item.answer.exchange.id for item in found))
    for state, message in _FAULTS.items():
        bad = [item for item in found if item.validity.state == state]
        if bad:
            servers = tuple(dict.fromkeys(label(item.answer.server) for item in bad))
            rdtypes = tuple(dict.fromkeys(item.rdtype for item in bad))
            dates = [v.inception if state == "not_yet" else v.expiration for v in (item.validity for item in bad)]
            when = utc(min(dates)) if state in ("expired", "not_yet") else ""
            return failed(message, observed=rows, facts=facts, servers=servers, rdtypes=rdtypes, when=when)
    current = [item for item in found if item.validity.state == "current"]
    if not current:
        return could_not_test("undecided", _UNDECIDED, observed=rows, facts=facts)
    servers = tuple(dict.fromkeys(label(item.answer.server) for item in current))
    until = utc(min(item.validity.expiration for item in current))
    return passed("ok", observed=rows, facts=facts, until=until, answered=len(servers), total=signed.survey.total)
