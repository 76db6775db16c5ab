"""Whether the signatures last long enough for somebody to notice that signing stopped (RFC 6781 section 4.4.2)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, failed, not_applicable, passed, warned
from netaudit.rules.rrsig import utc
from netaudit.rules.zones import label, survey

from ._helpers import signatures, signed_zone

_DAY = 86_400.0
_DATED = ("current", "expired")


def judge(evidence: ZoneEvidence, *, min_days: float, advised_days: float, compare_expire: bool) -> Outcome:
    """Measure the days from now to the first end of a signature over SOA, NS or DNSKEY on any server.

    Below `min_days` fails; below `advised_days`, the few days that RFC 6781 suggests, is worth a warning. With
    `compare_expire` so is a margin below the SOA's expire timer (section 4.4.1): a secondary cut off from
    its primary would then serve signatures that have expired.
    """
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = signatures(evidence)
    rows = (*(item.row for item in found), *signed.survey.unseen())
    facts = tuple(dict.fromkeys(item.answer.exchange.id for item in found))
    dated = [item for item in found if item.validity.state in _DATED]
    if not dated:
        return not_applicable("no_signatures", observed=rows, facts=facts)
    first = min(dated, key=lambda item: item.validity.expiration)
    end, server, rdtype = first.validity.expiration, label(first.answer.server), first.rdtype
    left = end - int(evidence.now)
    days, when = round(left / _DAY, 1), utc(end)
    if left < 0:
        return failed("ended", observed=rows, facts=facts, server=server, rdtype=rdtype, when=when)
    if left < min_days * _DAY:
        return failed(
            "short", observed=rows, facts=facts,
            days=days, minimum=min_days, server=server, rdtype=rdtype, when=when,
        )  # fmt: skip
    if left < advised_days * _DAY:
        return warned(
            "soon", observed=rows, facts=facts,
            days=days, advised=advised_days, server=server, rdtype=rdtype, when=when,
        )  # fmt: skip
    expire = _expire(evidence)
    if compare_expire and left < expire:
        return warned(
            "below_expire", observed=rows, facts=facts, days=days, expire=round(expire / _DAY, 1), server=server
        )
    return passed("ok", observed=rows, facts=facts, days=days, minimum=min_days, when=when)


def _expire(evidence: ZoneEvidence) -> int:
    """The longest SOA expire timer that a server gives, in seconds (RFC 1035 section 3.3.13)."""
    answers = survey(evidence, dns.rdatatype.SOA).answers
    return max((int(rdata.expire) for answer in answers for rdata in (answer.rrset or ())), default=0)
