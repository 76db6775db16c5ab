"""Whether a host's aliases end at a name that exists (RFC 1034 section 3.6.2)."""

from netaudit.model.evidence import HostEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.targets import judge_targets


def judge(evidence: HostEvidence) -> Outcome:
    """Who can have the name that a CNAME or DNAME leads to can answer for the host, and get certificates for it."""
    lookups = [lookup for lookup in (evidence.a, evidence.aaaa) if lookup is not None]
    unknown = next((lookup.failure for lookup in lookups if lookup.failure is not None), None)
    return judge_targets([target for target in evidence.targets if target.rdtype == "CNAME"], unknown)
