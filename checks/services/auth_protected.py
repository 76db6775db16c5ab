"""Whether a server of submission or IMAP takes passwords within TLS alone (RFC 4954 section 4, RFC 9051 6.2.3)."""

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import DialogueFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.dialects import begins_with_tls, greeted, mechanisms, open_passwords, speaks_to_clients
from netaudit.rules.fetches import endpoint_reach, row, untested

from ._helpers import BOTH


def judge(evidence: EndpointEvidence) -> Outcome:
    """Mechanisms that show no password to listeners (SCRAM, GSSAPI) may be offered in the open."""
    if not speaks_to_clients(evidence.endpoint):
        return not_applicable("other_service")
    if begins_with_tls(evidence.endpoint):
        return not_applicable("tls_first")
    told = [talk for talk in evidence.dialogues if talk.capabilities]
    rows = tuple(row(talk, _said(talk), not open_passwords(talk)) for talk in told)
    facts = tuple(talk.id for talk in told)
    bad = [talk for talk in told if open_passwords(talk)]
    if bad:
        ways = tuple(sorted({way for talk in bad for way in open_passwords(talk)}))
        addresses = tuple(talk.address for talk in bad)
        return failed("in_the_clear", observed=rows, facts=facts, addresses=addresses, mechanisms=ways)
    if not told:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    unknown = [talk for talk in evidence.dialogues if not talk.capabilities and greeted(talk)]
    if unknown and unknown[0].failure is not None:
        addresses = tuple(talk.address for talk in unknown)
        return could_not_test("partly_tested", unknown[0].failure, observed=rows, facts=facts, addresses=addresses)
    return passed("ok", observed=rows, facts=facts, answered=len(told), total=len(evidence.dialogues))


def _said(talk: DialogueFact) -> str:
    """What is offered before TLS, and after."""
    ways = open_passwords(talk)
    before = f"before TLS: {' '.join(ways or mechanisms(talk.capabilities)) or 'no login'}"
    return f"{before}; within TLS: {' '.join(mechanisms(talk.secured)) or '-'}"
