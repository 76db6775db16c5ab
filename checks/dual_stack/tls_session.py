"""Whether TLS is agreed alike over IPv4 and IPv6: the protocol version and the application protocol (RFC 9325)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, failed, not_applicable, passed

from ._helpers import row, sides


def judge(evidence: EndpointEvidence) -> Outcome:
    """The same client asks; so a server that answers both families alike agrees to the same. Cipher suites may vary."""
    if not evidence.endpoint.startswith("https://"):
        return not_applicable("no_tls")
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    v4, v6 = compared
    facts = tuple(fact.id for fact in (*v4, *v6))
    wanted = {_session(fact) for fact in v4}
    odd = tuple(fact for fact in v6 if _session(fact) not in wanted)
    rows = tuple(row(fact, _session(fact), fact not in odd if fact in v6 else None) for fact in (*v4, *v6))
    if odd:
        return failed(
            "differs", observed=rows, facts=facts, addresses=tuple(fact.address for fact in odd),
            ipv4=_session(v4[0]), ipv6=_session(odd[0]),
        )  # fmt: skip
    return passed("ok", observed=rows, facts=facts, session=_session(v4[0]))


def _session(fact: WebFact) -> str:
    """`TLSv1.3, h2`; without ALPN the version alone."""
    session = fact.hops[0].tls
    return ", ".join(part for part in (session.version, session.alpn) if part) if session is not None else "no TLS"
