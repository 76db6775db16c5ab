"""Whether a page loads whole for visitors that have IPv6 alone: every host that it loads from has IPv6 (RFC 6540)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.page_reach import needed_hosts

from ._pages import judge_hosts


def judge(evidence: EndpointEvidence) -> Outcome:
    """Scripts, styles, images, frames and forms of the HTML; what scripts ask for where a browser opened the page."""
    browser = evidence.browser
    unseen = browser.failure if browser is not None else None
    return judge_hosts(evidence, lambda page: needed_hosts(page, browser), unseen)
