"""Whether visitors that have IPv6 alone can follow a page's links to other sites (RFC 6540)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import PageFact
from netaudit.model.verdict import Outcome
from netaudit.rules.page_reach import NamedHosts, named_hosts, seen_in_browser

from ._pages import judge_hosts


def judge(evidence: EndpointEvidence) -> Outcome:
    """Links of the page itself: the second level. Hosts that it also loads from are left to `ipv6.page_resources`."""

    def linked(page: PageFact) -> NamedHosts:
        loaded = seen_in_browser(page, evidence.browser)
        return named_hosts(page, (host for host in page.links if host not in loaded))

    return judge_hosts(evidence, linked, unseen=None)
