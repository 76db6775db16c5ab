"""Whether the addresses of a host are secured by DNSSEC from the root down (RFC 4035 section 4.3)."""

from netaudit.model.evidence import HostEvidence
from netaudit.model.verdict import Outcome

from ._helpers import unlooked, weakest


def judge(evidence: HostEvidence) -> Outcome:
    """The weaker of A and AAAA decides, and with it the weakest name of a chain of aliases."""
    return weakest(list(evidence.security.values()), unlooked((evidence.a, evidence.aaaa)), evidence.host)
