"""Whether the zone proves that a name does not exist (RFC 4035 section 5.4, RFC 5155 section 8, RFC 9824)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test

from ._helpers import by_security, signed_zone

_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no question about a missing name was answered")


def judge(evidence: ZoneEvidence) -> Outcome:
    """Take the security status of the answer about a name that should not exist."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    if evidence.denial is None:
        return could_not_test("no_answer", _NOT_ASKED)
    return by_security(evidence.denial, None, insecure="not_applicable")
