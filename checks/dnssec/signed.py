"""Whether the zone is signed, on every server (RFC 4035 section 2, RFC 9364)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.rrsig import key_text
from netaudit.rules.zones import Answer, label, survey, where

from ._helpers import keys_of


def judge(evidence: ZoneEvidence) -> Outcome:
    """Every authoritative DNSKEY answer must hold keys, with signatures over them."""
    found = survey(evidence, dns.rdatatype.DNSKEY)
    if not found.answers:
        return found.untested()
    rows = (*(where(a.server, _shown(a), _is_signed(a)) for a in found.answers), *found.unseen())
    bare = tuple(label(answer.server) for answer in found.answers if not answer.rrset)
    unsigned = tuple(label(answer.server) for answer in found.answers if answer.rrset and not answer.signatures())
    if len(bare) == len(found.answers):
        return failed("unsigned", observed=rows, facts=found.facts)
    if bare:
        return failed("partly", observed=rows, facts=found.facts, servers=bare)
    if unsigned:
        return failed("no_signatures", observed=rows, facts=found.facts, servers=unsigned)
    keys = tuple(sorted({key_text(key) for answer in found.answers for key in keys_of(answer)}))
    return passed("ok", observed=rows, facts=found.facts, keys=keys, answered=len(found.answers), total=found.total)


def _is_signed(answer: Answer) -> bool:
    return bool(answer.rrset) and bool(answer.signatures())


def _shown(answer: Answer) -> str:
    if not answer.rrset:
        return "no DNSKEY"
    keys = ", ".join(sorted(key_text(key) for key in keys_of(answer)))
    return f"DNSKEY {keys}; {len(answer.signatures())} RRSIG"
