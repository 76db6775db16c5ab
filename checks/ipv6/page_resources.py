"""Whether a page loads whole for visitors that have IPv6 alone: every host that it loads from has IPv6 (RFC 6540)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome

from ._pages import judge_hosts


def judge(evidence: EndpointEvidence) -> Outcome:
    """Scripts, styles, images, frames and forms; what scripts load later is not seen."""
    return judge_hosts(evidence, evidence.page.resources if evidence.page is not None else ())
