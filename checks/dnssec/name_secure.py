"""Whether the addresses of a host are secured by DNSSEC from the root down (RFC 4035 section 4.3)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import HostEvidence
from netaudit.model.verdict import Outcome, could_not_test

from ._helpers import by_security, worst


def judge(evidence: HostEvidence) -> Outcome:
    """The weaker of A and AAAA decides, and with it the weakest name of a chain of aliases."""
    found = [evidence.security[rdtype] for rdtype in ("A", "AAAA") if rdtype in evidence.security]
    lookups = [lookup for lookup in (evidence.a, evidence.aaaa) if lookup is not None]
    failure = next((lookup.failure for lookup in lookups if lookup.failure is not None), None)
    if not found:
        failure = failure or Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the name was not looked up")
        return could_not_test("indeterminate", failure, name=evidence.host, detail=failure.detail)
    return by_security(worst(found), failure)
