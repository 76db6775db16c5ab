"""Whether every IPv4 address of every mail exchanger takes mail connections over IPv4 (RFC 5321 section 5.1)."""

from netaudit.model.common import Family
from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.every_address import every_mail_address


def judge(evidence: MailEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """Judge each A of each exchanger."""
    return every_mail_address(evidence, Family.IPV4, min_tries=min_tries, failing_rounds=failing_rounds)
