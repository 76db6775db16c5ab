"""Whether enough name servers answer with authority over IPv4 (draft-ietf-dnsop-3901bis)."""

from netaudit.model.common import Family
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome

from ._family_servers import enough_servers


def judge(evidence: ZoneEvidence, *, min_servers: int) -> Outcome:
    """Count the server names that gave an authoritative answer over IPv4."""
    return enough_servers(evidence, Family.IPV4, min_servers)
