"""Whether the site tells browsers to use HTTPS alone, for long enough (RFC 6797)."""

import re

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import HttpHop
from netaudit.model.verdict import Outcome, could_not_test, failed, passed
from netaudit.rules.fetches import endpoint_reach, header, row, untested

from ._helpers import BOTH, not_for_tls, responses

_DAY = 86_400
_MAX_AGE = re.compile(r"\s*max-age\s*=\s*\"?(\d{1,12})\"?\s*", re.IGNORECASE)


def judge(evidence: EndpointEvidence, *, min_age_days: int) -> Outcome:
    """The host's own first response counts, at each address; error pages come from elsewhere and say nothing."""
    problem = not_for_tls(evidence)
    if problem is not None:
        return problem
    found = responses(evidence)
    if not found:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    seen = [(fact, hop, _max_age(hop)) for fact, hop in found if (hop.status or 0) < 400]
    rows = tuple(
        row(fact, header(hop, _NAME) or "no header", (age or 0) >= min_age_days * _DAY) for fact, hop, age in seen
    )
    facts = tuple(fact.id for fact, _ in found)
    if not seen:
        failure = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=f"HTTP {found[0][1].status}")
        return could_not_test("not_tested", failure, facts=facts)
    missing = tuple(fact.address for fact, _, age in seen if age is None)
    if missing:
        return failed("missing", observed=rows, facts=facts, addresses=missing)
    shortest = min(age for _, _, age in seen if age is not None)
    if shortest < min_age_days * _DAY:
        return failed("too_short", observed=rows, facts=facts, days=shortest // _DAY, minimum=min_age_days)
    return passed("ok", observed=rows, facts=facts, days=shortest // _DAY)


_NAME = "strict-transport-security"


def _max_age(hop: HttpHop) -> int | None:
    """Seconds of the first header field (RFC 6797 section 8.1); None when there is none that counts."""
    directives = [_MAX_AGE.fullmatch(part) for part in (header(hop, _NAME) or "").split(";")[:16]]
    ages = [int(match[1]) for match in directives if match is not None]
    return ages[0] if len(ages) == 1 else None
