"""Whether signatures lead from the trust anchor to the zone's SOA (RFC 4035 section 5)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome

from ._helpers import by_security, signed_zone


def judge(evidence: ZoneEvidence) -> Outcome:
    """Take the security status of the zone's SOA; an unsigned zone is outside the chain of trust and fails too."""
    found = signed_zone(evidence).survey
    return by_security(evidence.security, None if found.answers else found.failure)
