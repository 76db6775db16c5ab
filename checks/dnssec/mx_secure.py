"""Whether MX records and the addresses of the exchangers are secured by DNSSEC (RFC 7672 section 2.2)."""

from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome, not_applicable

from ._helpers import unlooked, weakest


def judge(evidence: MailEvidence) -> Outcome:
    """The weakest of the MX RRset and the exchangers' A and AAAA decides."""
    if evidence.mx is not None and evidence.mx.failure is None and not evidence.exchangers:
        return not_applicable("null_mx" if evidence.null_mx else "no_mx", facts=evidence.mx.facts)
    hosts = [evidence.hosts.get(name) for name in evidence.exchangers]
    found = [evidence.security[rdtype] for rdtype in ("MX",) if rdtype in evidence.security]
    found += [security for host in hosts if host is not None for security in host.security.values()]
    lookups = [evidence.mx]
    lookups += [lookup for host in hosts for lookup in ((host.a, host.aaaa) if host is not None else (None,))]
    return weakest(found, unlooked(lookups), evidence.domain)
