"""Whether plain HTTP leads to HTTPS and shows nothing itself (RFC 9110 section 15.4, RFC 6797 section 7.2)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import first_failure, in_circle, is_web, location, own, plain, row, untested

from ._helpers import BOTH


def judge(evidence: EndpointEvidence) -> Outcome:
    """A closed port 80 shows nothing either; an error page there says nothing about the site.

    A circle, as between HTTP and HTTPS, leads nowhere.
    """
    if not is_web(evidence):
        return not_applicable("not_web")
    circles = [fact for fact in own(evidence) if in_circle(fact)]
    if circles:
        rows = tuple(row(fact, f"redirects lead back to {fact.hops[-1].url}", False) for fact in circles)
        addresses, back = tuple(fact.address for fact in circles), circles[0].hops[-1].url
        return failed("circle", observed=rows, facts=tuple(f.id for f in circles), addresses=addresses, back=back)
    facts = plain(evidence)
    if not facts:
        elsewhere = any(fact.hops and fact.hops[0].status is not None for fact in own(evidence))
        return not_applicable("measured_elsewhere") if elsewhere else untested(evidence, BOTH)
    seen = [(fact, *_standing(fact)) for fact in facts]
    rows = tuple(row(fact, saw, ok) for fact, ok, saw in seen)
    ids = tuple(fact.id for fact in facts)
    bad = tuple(fact.address for fact, ok, _ in seen if ok is False)
    if bad:
        return failed("plain_page", observed=rows, facts=ids, addresses=bad)
    if not any(ok for _, ok, _ in seen):
        failure = first_failure(fact.failure for fact in facts) or _NO_PAGE
        return could_not_test("not_tested", failure, observed=rows, facts=ids)
    if all(saw == _CLOSED for _, ok, saw in seen if ok):
        return passed("closed", observed=rows, facts=ids)
    return passed("ok", observed=rows, facts=ids, addresses=tuple(fact.address for fact, ok, _ in seen if ok))


_CLOSED = "port 80 refuses"
_NO_PAGE = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="port 80 gives error pages alone")


def _standing(fact: WebFact) -> tuple[bool | None, str]:
    if not fact.hops:
        return None, "not fetched"
    first, last = fact.hops[0], fact.hops[-1]
    if first.failure is not None:
        refused = first.failure.reason is Reason.REFUSED
        return (True, _CLOSED) if refused else (None, first.failure.reason)
    target = next((url for hop in fact.hops if (url := location(hop) or "").startswith("https://")), None)
    if target is not None:
        return True, f"HTTP {first.status} -> {target}"
    if last.failure is not None:
        return None, f"{last.url}: {last.failure.reason}"
    ok = False if last.status is not None and last.status < 400 else None
    return ok, f"HTTP {last.status} at {last.url}"
