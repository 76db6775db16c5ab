"""Whether a security.txt that the site has is in force, and is there over both families (RFC 9116)."""

from datetime import UTC, datetime

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import SERVER_ERROR, first_failure, header, untested
from netaudit.rules.security_txt import SecurityTxt, parse_security_txt
from netaudit.rules.turned_away import turned_away

from ._helpers import BOTH, not_for_tls


def judge(evidence: EndpointEvidence) -> Outcome:
    """Nobody has to have the file. Where it is, it must name a contact and not be out of date."""
    problem = not_for_tls(evidence)
    if problem is not None:
        return problem
    if not evidence.documents:
        return untested(evidence, BOTH)
    failures = {fact.id: _unknown(fact) for fact in evidence.documents}
    seen = [(fact, _file(fact)) for fact in evidence.documents if failures[fact.id] is None]
    rows = tuple(
        _row(fact, _file(fact) if failures[fact.id] is None else None, evidence.now) for fact in evidence.documents
    )
    facts = tuple(fact.id for fact in evidence.documents)
    there = [(fact, file) for fact, file in seen if file is not None]
    absent = tuple(fact.address for fact, file in seen if file is None)
    for fact, file in there:
        if file.problem:
            return failed("malformed", observed=rows, facts=facts, field=file.problem, addresses=(fact.address,))
        if file.expires < evidence.now:
            return failed("expired", observed=rows, facts=facts, since=_date(file.expires), addresses=(fact.address,))
    if there and absent:
        return failed("differs", observed=rows, facts=facts, addresses=absent)
    failure = first_failure(failures.values())
    if failure is not None:
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    if not there:
        return not_applicable("none", observed=rows, facts=facts)
    contacts = tuple(dict.fromkeys(contact for _, file in there for contact in file.contacts))[:_SHOWN]
    until = _date(min(file.expires for _, file in there))
    return passed("ok", observed=rows, facts=facts, contacts=contacts, until=until)


def _unknown(fact: WebFact) -> Failure | None:
    """Why a fetch does not tell whether there is a file."""
    last = fact.hops[-1]
    failure = fact.failure or turned_away(last)
    if failure is None and (last.status or 0) >= SERVER_ERROR:
        failure = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=f"HTTP {last.status}")
    return failure


def _file(fact: WebFact) -> SecurityTxt | None:
    """The file; a page in its place, as many sites send for any path, is none."""
    last = fact.hops[-1]
    kind = header(last, "content-type") or "text/plain"
    if last.status != 200 or not kind.lower().startswith("text/plain"):
        return None
    return parse_security_txt(last.body)


def _row(fact: WebFact, file: SecurityTxt | None, now: float) -> Observation:
    last = fact.hops[-1]
    saw = f"HTTP {last.status}" if fact.failure is None else str(fact.failure.reason)
    ok = None if file is None else not file.problem and file.expires >= now
    return Observation(where=last.url, saw=saw, address=fact.address, family=fact.family, ok=ok)


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


_SHOWN = 4
