"""Whether the signatures last long enough for somebody to notice that signing stopped (RFC 6781 section 4.4)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, failed, passed, warned
from netaudit.rules.rrsig import utc, validity
from netaudit.rules.zones import label, survey

from ._helpers import SIGNED_TYPES, signed_zone, validity_row

_DAY = 86_400.0


def judge(evidence: ZoneEvidence, *, min_days: float, compare_expire: bool) -> Outcome:
    """Measure the days from now to the first end of a signature over SOA, NS or DNSKEY on any server.

    With `compare_expire`, a margin below the SOA's expire timer is worth a warning: a secondary cut off
    from its primary would then serve signatures that have expired.
    """
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    answers = [answer for rdtype in SIGNED_TYPES for answer in survey(evidence, rdtype).answers if answer.rrset]
    ends = [(answer, validity(answer.signatures(), evidence.now)) for answer in answers]
    known = [(state.expiration, answer) for answer, state in ends if state.state != "none"]
    rows = (*(validity_row(a, a.signatures(), evidence.now) for a, _ in ends), *signed.survey.unseen())
    facts = tuple(dict.fromkeys(answer.exchange.id for answer in answers))
    if not known:
        return failed("none", observed=rows, facts=facts)
    end, answer = min(known, key=lambda pair: pair[0])
    days = round((end - evidence.now) / _DAY, 1)
    rdtype = dns.rdatatype.to_text(answer.exchange.question[1])
    if end < evidence.now:
        return failed("ended", observed=rows, facts=facts, server=label(answer.server), rdtype=rdtype, when=utc(end))
    if days < min_days:
        return failed(
            "short", observed=rows, facts=facts,
            days=days, minimum=min_days, server=label(answer.server), rdtype=rdtype, when=utc(end),
        )  # fmt: skip
    expire = _expire(evidence)
    if compare_expire and end - evidence.now < expire:
        return warned("below_expire", observed=rows, facts=facts, days=days, expire=round(expire / _DAY, 1))
    return passed("ok", observed=rows, facts=facts, days=days, minimum=min_days, when=utc(end))


def _expire(evidence: ZoneEvidence) -> int:
    """The longest SOA expire timer that a server gives, in seconds (RFC 1035 section 3.3.13)."""
    answers = survey(evidence, dns.rdatatype.SOA).answers
    return max((int(rdata.expire) for answer in answers for rdata in (answer.rrset or ())), default=0)
