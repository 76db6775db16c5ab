"""Whether the names in the domain's MX records exist (RFC 5321 section 5.1)."""

from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.targets import judge_targets


def judge(evidence: MailEvidence) -> Outcome:
    """Who can have the name of an exchanger gets the mail that is delivered to it, the backup's as well."""
    targets = [target for target in evidence.targets if target.rdtype == "MX"]
    return judge_targets(targets, evidence.mx.failure if evidence.mx is not None else None)
