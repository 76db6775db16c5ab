"""Whether the zone is signed, on every server (RFC 4035 section 2, RFC 9364)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.rrsig import is_zone_key, key_text
from netaudit.rules.zones import Answer, label, survey, where

from ._helpers import keys_of


def judge(evidence: ZoneEvidence) -> Outcome:
    """Every authoritative DNSKEY answer must hold a key that may sign, with signatures over the set."""
    found = survey(evidence, dns.rdatatype.DNSKEY)
    if not found.answers:
        return found.untested()
    seen = tuple(where(a.server, _shown(a), _may_sign(a) and bool(a.signatures())) for a in found.answers)
    rows = (*seen, *found.unseen())
    bare = tuple(label(answer.server) for answer in found.answers if not keys_of(answer))
    powerless = tuple(label(answer.server) for answer in found.answers if keys_of(answer) and not _may_sign(answer))
    unsigned = tuple(label(answer.server) for answer in found.answers if _may_sign(answer) and not answer.signatures())
    if len(bare) == len(found.answers):
        return failed("unsigned", observed=rows, facts=found.facts)
    for message, servers in (("partly", bare), ("no_zone_key", powerless), ("no_signatures", unsigned)):
        if servers:
            return failed(message, observed=rows, facts=found.facts, servers=servers)
    keys = tuple(sorted({key_text(key) for answer in found.answers for key in keys_of(answer)}))
    return passed("ok", observed=rows, facts=found.facts, keys=keys, answered=len(found.answers), total=found.total)


def _may_sign(answer: Answer) -> bool:
    return any(is_zone_key(key) for key in keys_of(answer))


def _shown(answer: Answer) -> str:
    keys = ", ".join(sorted(key_text(key) for key in keys_of(answer)))
    return f"DNSKEY {keys}; {len(answer.signatures())} RRSIG" if keys else "no DNSKEY"
