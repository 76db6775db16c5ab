"""Whether the endpoint is served over HTTPS (RFC 9110 section 4.2.2, RFC 8446)."""

from netaudit.model.common import Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, failed, not_applicable, passed
from netaudit.rules.fetches import attempt, endpoint_reach, is_web, location, own, plain, row, untested

from ._helpers import BOTH


def judge(evidence: EndpointEvidence) -> Outcome:
    """Each address that serves at all must serve over TLS; a service declared as http may lead there."""
    if not is_web(evidence):
        return not_applicable("not_web")
    facts = own(evidence)
    open_in_plain = {fact.address for fact in plain(evidence) if attempt(fact)[0] is None}
    seen = [(fact, *_standing(fact, fact.address in open_in_plain)) for fact in facts]
    rows = tuple(row(fact, saw, ok) for fact, ok, saw in seen)
    ids = tuple(fact.id for fact in facts)
    bad = tuple(fact.address for fact, ok, _ in seen if ok is False)
    if bad:
        message = "plain_only" if all(saw == _PLAIN for _, ok, saw in seen if ok is False) else "handshake"
        return failed(message, observed=rows, facts=ids, addresses=bad)
    good = [fact for fact, ok, _ in seen if ok]
    if not good:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    return passed("ok", observed=rows, facts=ids, answered=len(good), total=len(facts))


_PLAIN = "no TLS, plain HTTP is served"
_NO_HTTPS = (Reason.TLS, Reason.TLS_ALERT, Reason.PROTOCOL)


def _standing(fact: WebFact, open_in_plain: bool) -> tuple[bool | None, str]:
    failure, _ = attempt(fact)
    if not fact.hops:
        return None, "not fetched"
    if not fact.endpoint.startswith("https://"):
        return _led_to_https(fact)
    tls = fact.hops[0].tls
    if tls is not None and tls.version:
        return True, f"{tls.version} {tls.cipher}".strip()
    if failure is not None and failure.reason is Reason.REFUSED and open_in_plain:
        return False, _PLAIN
    if failure is not None and failure.side is Side.TARGET and failure.reason in _NO_HTTPS:
        return False, f"no TLS session: {failure.detail}"
    return None, failure.reason if failure is not None else "no TLS seen"


def _led_to_https(fact: WebFact) -> tuple[bool | None, str]:
    if any(hop.url.startswith("https://") for hop in fact.hops[1:]):
        return True, "redirects to https"
    last = fact.hops[-1]
    if last.failure is not None:
        return None, last.failure.reason
    return (True, "redirects to https") if (location(last) or "").startswith("https://") else (False, _PLAIN)
