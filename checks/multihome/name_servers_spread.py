"""Whether the name servers of a zone are announced from more than one place (RFC 2182 section 3.1)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.zones import survey

from ._spread import Server, judge_spread


def judge(evidence: ZoneEvidence, *, max_age_days: float) -> Outcome:
    """Names are servers; a server of one name alone can't be apart, which `dns.server_count` says."""
    servers = [Server(server.server.name, server.server.address) for server in evidence.servers]
    if not servers:
        return survey(evidence, dns.rdatatype.NS).untested()
    return judge_spread(evidence, servers, max_age_days, (evidence.fact.id,))
