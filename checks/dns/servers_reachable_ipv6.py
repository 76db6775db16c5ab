"""Whether every IPv6 address of every name server answers over UDP (RFC 2182, RFC 4472 section 1.3)."""

import dns.rdatatype

from netaudit.model.common import Family
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, not_applicable
from netaudit.rules.zones import survey

from ._family_servers import every_server_answers


def judge(evidence: ZoneEvidence) -> Outcome:
    """Judge the servers' IPv6 addresses; how many there must be is `dns.ns_ipv6`'s affair."""
    blind = evidence.blind(Family.IPV6)
    if blind is not None:
        return could_not_test("blind", blind)
    servers = [server for server in evidence.servers if server.family is Family.IPV6]
    if servers:
        return every_server_answers(evidence, servers)
    if evidence.servers:
        return not_applicable("no_ipv6", servers=tuple(sorted({server.server.name for server in evidence.servers})))
    return survey(evidence, dns.rdatatype.SOA).untested()
