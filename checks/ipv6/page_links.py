"""Whether visitors that have IPv6 alone can follow a page's links to other sites (RFC 6540)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Outcome

from ._pages import judge_hosts


def judge(evidence: EndpointEvidence) -> Outcome:
    """Links of the page itself: the second level. Hosts that it also loads from are left to `ipv6.page_resources`."""
    return judge_hosts(evidence, evidence.page.links if evidence.page is not None else ())
