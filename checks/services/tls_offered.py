"""Whether mail clients can encrypt at every address: TLS first, or STARTTLS (RFC 8314, RFC 3207, RFC 9051)."""

from netaudit.model.common import Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import DialogueFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.dialects import begins_with_tls, complete, greeted, speaks_to_clients
from netaudit.rules.fetches import SPOKEN, endpoint_reach, row, untested
from netaudit.rules.zones import trouble

from ._helpers import BOTH


def judge(evidence: EndpointEvidence) -> Outcome:
    """An address that can't be reached lets nobody log in, encrypted or not: it does not count."""
    if not speaks_to_clients(evidence.endpoint):
        return not_applicable("other_service")
    talks = evidence.dialogues
    standing = {talk.id: _standing(talk) for talk in talks}
    rows = tuple(row(talk, saw, ok) for talk in talks for ok, saw in (standing[talk.id],))
    facts = tuple(standing)
    for message, text in (("not_offered", _NOT_OFFERED), ("handshake", _HANDSHAKE)):
        bad = tuple(t.address for t in talks if standing[t.id][0] is False and standing[t.id][1].startswith(text))
        if bad:
            return failed(message, observed=rows, facts=facts, addresses=bad, failing=len(bad), total=len(talks))
    good = sum(ok is True for ok, _ in standing.values())
    if not good:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    unknown = [talk for talk in talks if standing[talk.id][0] is None and greeted(talk)]
    if unknown and unknown[0].failure is not None:
        addresses = tuple(talk.address for talk in unknown)
        return could_not_test("partly_tested", unknown[0].failure, observed=rows, facts=facts, addresses=addresses)
    return passed("ok", observed=rows, facts=facts, answered=good, total=len(talks))


_NOT_OFFERED = "no STARTTLS"
_HANDSHAKE = "no TLS session"


def _standing(talk: DialogueFact) -> tuple[bool | None, str]:
    if talk.tls is not None and talk.tls.version:
        return True, f"{talk.tls.version} {talk.tls.cipher}".strip()
    if talk.tls is not None and talk.tls.failure is not None:
        failure = talk.tls.failure
        if failure.side is Side.TARGET and failure.reason in SPOKEN:
            return False, f"{_HANDSHAKE}: {trouble(failure)}"
        return None, trouble(failure)
    if complete(talk) and not begins_with_tls(talk.endpoint):
        return False, _NOT_OFFERED
    return None, trouble(talk.failure) if talk.failure is not None else "not finished"
