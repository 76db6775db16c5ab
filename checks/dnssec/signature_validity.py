"""Whether every server's signatures over SOA, NS and DNSKEY are valid now (RFC 4035 section 5.3.1)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.rrsig import utc, validity
from netaudit.rules.zones import label, survey

from ._helpers import SIGNED_TYPES, signed_zone, validity_row


def judge(evidence: ZoneEvidence) -> Outcome:
    """Each RRset needs one current signature (RFC 6840 section 5.11); the worst server decides the message."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    answers = [answer for rdtype in SIGNED_TYPES for answer in survey(evidence, rdtype).answers if answer.rrset]
    states = [(answer, validity(answer.signatures(), evidence.now)) for answer in answers]
    rows = (*(validity_row(a, a.signatures(), evidence.now) for a, _ in states), *signed.survey.unseen())
    facts = tuple(dict.fromkeys(answer.exchange.id for answer in answers))
    for kind, message in (("expired", "expired"), ("not_yet", "not_yet"), ("none", "missing")):
        bad = [(answer, state) for answer, state in states if state.state == kind]
        if bad:
            servers = tuple(dict.fromkeys(label(answer.server) for answer, _ in bad))
            dates = [state.inception if kind == "not_yet" else state.expiration for _, state in bad]
            when = "" if kind == "none" else utc(min(dates))
            return failed(message, observed=rows, facts=facts, servers=servers, when=when)
    ends = min(state.expiration for _, state in states)
    count = len(signed.survey.answers)
    return passed("ok", observed=rows, facts=facts, until=utc(ends), answered=count, total=signed.survey.total)
