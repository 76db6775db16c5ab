"""Whether pages tell browsers to guess no content types and to let no strangers frame them (RFC 7034, CSP Level 3)."""

import re

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import HttpHop
from netaudit.model.verdict import Outcome, could_not_test, failed, passed
from netaudit.rules.fetches import endpoint_reach, header, own, row, untested
from netaudit.rules.turned_away import turned_away

from ._helpers import BOTH, not_for_tls


def judge(evidence: EndpointEvidence) -> Outcome:
    """The page that each fetch ended at counts; a wall against robots and error pages come from elsewhere."""
    problem = not_for_tls(evidence)
    if problem is not None:
        return problem
    pages = [(fact, fact.hops[-1]) for fact in own(evidence) if fact.hops and fact.failure is None]
    if not pages:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    facts = tuple(fact.id for fact, _ in pages)
    seen = [(fact, _missing(hop)) for fact, hop in pages if (hop.status or 0) < 400 and turned_away(hop) is None]
    if not seen:
        told = turned_away(pages[0][1])
        detail = f"HTTP {pages[0][1].status}"
        failure = told or Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=detail)
        return could_not_test("not_tested", failure, facts=facts)
    rows = tuple(row(fact, f"without {', '.join(gone)}" if gone else "both", not gone) for fact, gone in seen)
    missing = tuple(sorted({name for _, gone in seen for name in gone}))
    if missing:
        addresses = tuple(fact.address for fact, gone in seen if gone)
        return failed("missing", observed=rows, facts=facts, headers=missing, addresses=addresses)
    return passed("ok", observed=rows, facts=facts)


_NOSNIFF, _FRAMES = "x-content-type-options", "x-frame-options"
_ANCESTORS = re.compile(r"(?:\A|[;,])\s*frame-ancestors\s", re.IGNORECASE)


def _missing(hop: HttpHop) -> tuple[str, ...]:
    """The fields that are missing, or say nothing; CSP's `frame-ancestors` stands for the older field."""
    sniffs = (header(hop, _NOSNIFF) or "").strip().lower() != "nosniff"
    policies = [value for name, value in hop.headers if name == "content-security-policy"]
    framed = (header(hop, _FRAMES) or "").strip().upper() not in ("DENY", "SAMEORIGIN")
    framed = framed and not any(_ANCESTORS.search(policy) for policy in policies)
    return (*([_NOSNIFF] if sniffs else []), *([_FRAMES] if framed else []))
