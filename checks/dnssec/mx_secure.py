"""Whether MX records and the addresses of the exchangers are secured by DNSSEC (RFC 7672 section 2.2)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.facts import Lookup
from netaudit.model.verdict import Outcome, could_not_test, not_applicable

from ._helpers import by_security, worst


def judge(evidence: MailEvidence) -> Outcome:
    """The weakest of the MX RRset and the exchangers' A and AAAA decides."""
    facts = evidence.mx.facts if evidence.mx is not None else ()
    if evidence.mx is not None and evidence.mx.failure is None and not evidence.exchangers:
        return not_applicable("null_mx" if evidence.null_mx else "no_mx", facts=facts)
    hosts = [evidence.hosts[name] for name in evidence.exchangers if name in evidence.hosts]
    found = [evidence.security[key] for key in ("MX",) if key in evidence.security]
    found += [host.security[rdtype] for host in hosts for rdtype in ("A", "AAAA") if rdtype in host.security]
    lookups: list[Lookup | None] = [evidence.mx]
    lookups += [lookup for host in hosts for lookup in (host.a, host.aaaa)]
    failures = [lookup.failure for lookup in lookups if lookup is not None and lookup.failure is not None]
    if not found:
        missing = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the MX records were not looked up")
        failure = failures[0] if failures else missing
        return could_not_test("indeterminate", failure, facts=facts, name=evidence.domain, detail=failure.detail)
    return by_security(worst(found), failures[0] if failures else None)
