"""Whether TLS is agreed alike over IPv4 and IPv6: the protocol version and the application protocol (RFC 9325)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, not_applicable

from ._helpers import by_value, sides


def judge(evidence: EndpointEvidence) -> Outcome:
    """The same client asks; so a server that answers both families alike agrees to the same. Cipher suites may vary."""
    if not evidence.endpoint.startswith("https://"):
        return not_applicable("no_tls")
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    return by_value(*compared, _session, "session")


def _session(fact: WebFact) -> str:
    """`TLSv1.3, h2`; without ALPN the version alone."""
    session = fact.hops[0].tls
    return ", ".join(part for part in (session.version, session.alpn) if part) if session is not None else "no TLS"
