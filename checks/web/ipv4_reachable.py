"""Whether every IPv4 address of an endpoint's host serves over IPv4 (RFC 1794 on what a bad one costs)."""

from netaudit.model.common import Family
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.every_address import every_address


def judge(evidence: EndpointEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """Judge each A by the response there, and redirects by whether IPv4 can follow them."""
    return every_address(evidence, Family.IPV4, min_tries=min_tries, failing_rounds=failing_rounds)
