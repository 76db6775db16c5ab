"""Whether every address of every exchanger offers STARTTLS and completes the handshake (RFC 3207)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.facts import MailFact
from netaudit.model.verdict import Outcome, could_not_test, failed, passed
from netaudit.rules.dialogues import complete, mail_reach, mx_problem, untested_mail
from netaudit.rules.fetches import Reach, first_failure
from netaudit.rules.zones import trouble

from ._helpers import row, server

_BOTH = (Family.IPV4, Family.IPV6)


def judge(evidence: MailEvidence) -> Outcome:
    """An address that can't be reached takes no mail, so nothing is sent there in the clear: it does not count.

    Where the reason lies with us, or the exchanger turned us away before it said what it offers, its
    answer to others is unknown, and no pass can be given for all.
    """
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    reached = mail_reach(evidence, _BOTH, min_tries=1)
    standing = {fact.id: _standing(fact) for fact in evidence.dialogues}
    rows = tuple(row(fact, saw, ok) for fact in evidence.dialogues for ok, saw in (standing[fact.id],))
    facts = tuple(standing)
    for message, text in (("not_offered", _NOT_OFFERED), ("handshake", _HANDSHAKE)):
        bad = [f for f in evidence.dialogues if standing[f.id][0] is False and standing[f.id][1].startswith(text)]
        if bad:
            names = tuple(server(fact) for fact in bad)
            return failed(message, observed=rows, facts=facts, servers=names, failing=len(bad), total=len(reached))
    good = sum(ok is True for ok, _ in standing.values())
    if not good:
        return untested_mail(evidence, _BOTH, reached)
    unknown = [reach for reach in reached if reach.ok is not False and standing.get(reach.fact, _NONE)[0] is None]
    if unknown:
        failure = _why(evidence, unknown)
        names = tuple(f"{reach.where} ({reach.address})" for reach in unknown)
        return could_not_test("partly_tested", failure, observed=rows, facts=facts, servers=names)
    return passed("ok", observed=rows, facts=facts, answered=good, total=len(reached))


_NOT_OFFERED = "no STARTTLS"
_HANDSHAKE = "STARTTLS offered, no TLS session"


def _standing(fact: MailFact) -> tuple[bool | None, str]:
    if not complete(fact):
        return None, trouble(fact.failure) if fact.failure is not None else "not finished"
    if not fact.starttls_offered:
        return False, _NOT_OFFERED
    if fact.tls is not None and fact.tls.version:
        return True, f"{fact.tls.version} {fact.tls.cipher}".strip()
    failure = fact.tls.failure if fact.tls is not None and fact.tls.failure is not None else fact.failure
    if failure is None or failure.side is not Side.TARGET or failure.reason not in _SPOKEN:
        return None, f"STARTTLS offered; {trouble(failure) if failure is not None else 'not tried'}"
    return False, f"{_HANDSHAKE}: {trouble(failure)}"


def _why(evidence: MailEvidence, unknown: list[Reach]) -> Failure:
    said = {fact.id: fact.failure for fact in evidence.dialogues}
    return first_failure(reach.failure or said.get(reach.fact) for reach in unknown) or _UNSAID


_NONE = (None, "")
_UNSAID = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the dialogue ended before the TLS handshake")
_SPOKEN = frozenset({Reason.TLS, Reason.TLS_ALERT, Reason.PROTOCOL, Reason.MALFORMED})
