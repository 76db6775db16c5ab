"""Whether the names that the SPF record leads to exist: include, redirect, a, mx, exists (RFC 7208 section 5).

Those of the records that it includes count too, ten names in all as receivers follow them (section 4.6.4).
"""

from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.targets import judge_targets


def judge(evidence: MailEvidence) -> Outcome:
    """Who can have such a name can let any machine send in the domain's name, and receivers take it for right."""
    targets = [target for target in evidence.targets if target.rdtype == "SPF"]
    return judge_targets(targets, evidence.spf.failure if evidence.spf is not None else None)
