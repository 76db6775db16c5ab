"""Whether every IPv6 address of every mail exchanger takes mail connections over IPv6 (RFC 5321 section 5.2)."""

from netaudit.model.common import Family
from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.every_address import every_mail_address


def judge(evidence: MailEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """Judge each AAAA of each exchanger; exchangers without one are `ipv6.mx_aaaa`'s affair."""
    return every_mail_address(evidence, Family.IPV6, min_tries=min_tries, failing_rounds=failing_rounds)
