"""Whether a site may say "IPv6 Ready": its name has an AAAA record and the site opens over IPv6."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.ipv6_ready import ipv6_ready


def judge(evidence: EndpointEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """Judge by the two tests of the national label."""
    return ipv6_ready(evidence, min_tries, failing_rounds)
