"""Whether the zone can be found from the root by a resolver that has IPv4 alone (RFC 3901, RFC 9471)."""

from netaudit.model.common import Family
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.one_family import judge_chain


def judge(evidence: ZoneEvidence) -> Outcome:
    """Every zone on the way, and every zone that its servers' names lie in, must be found and answer over IPv4."""
    return judge_chain(evidence, Family.IPV4)
