"""Whether a server of submission or IMAP offers clients the same over IPv4 and IPv6 (RFC 6540, RFC 8314)."""

from collections.abc import Callable

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import DialogueFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.dialects import complete, mechanisms, speaks_to_clients
from netaudit.rules.fetches import endpoint_reach, first_failure, row, untested

from ._helpers import BOTH, one_family


def judge(evidence: EndpointEvidence) -> Outcome:
    """Compare what was said in whole dialogues; another greeting may be another machine of one farm.

    The certificate has a check of its own.
    """
    if not speaks_to_clients(evidence.endpoint):
        return not_applicable("other_service")
    if one_family(evidence.host):
        return not_applicable("one_family")
    talks = evidence.dialogues
    v4, v6 = ([talk for talk in talks if talk.family is family and complete(talk)] for family in BOTH)
    facts = tuple(talk.id for talk in talks)
    if v4 and v6:
        for message, value in _COMPARED:
            usual = {value(talk) for talk in v4}
            odd = [talk for talk in v6 if value(talk) not in usual]
            rows = tuple(row(talk, _shown(value(talk)), talk not in odd if talk in v6 else None) for talk in (*v4, *v6))
            if odd:
                make = warned if message == "greeting_differs" else failed
                return make(
                    message, observed=rows, facts=facts, addresses=tuple(talk.address for talk in odd),
                    ipv4=_shown(value(v4[0])), ipv6=_shown(value(odd[0])),
                )  # fmt: skip
    blind = [found for family in BOTH if (found := evidence.blind(family)) is not None]
    failure = blind[0] if blind else first_failure(talk.failure for talk in talks)
    rows = tuple(row(talk, talk.greeting or "-") for talk in talks)
    if failure is not None:
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    if not v4 or not v6:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    return passed("ok", observed=rows, facts=facts, total=len(talks))


def _starttls(talk: DialogueFact) -> str:
    return "STARTTLS" if talk.starttls_offered else ""


def _login(talk: DialogueFact) -> str:
    before, within = (" ".join(mechanisms(told)) for told in (talk.capabilities, talk.secured))
    return f"{before or '-'}; {within or '-'}"


def _tls(talk: DialogueFact) -> str:
    return talk.tls.version if talk.tls is not None else ""


def _capabilities(talk: DialogueFact) -> str:
    """All that is offered but logins and STARTTLS."""
    told = {capability.upper() for capability in (*talk.capabilities, *talk.secured)}
    return ", ".join(sorted(word for word in told if not word.startswith(("AUTH", "STARTTLS", "LOGINDISABLED"))))


def _greeting(talk: DialogueFact) -> str:
    """The server's name where the protocol has one; else all of the greeting."""
    smtp = talk.endpoint.startswith("submission")
    return (talk.greeting.partition(" ")[0] if smtp else talk.greeting).lower()


_COMPARED: tuple[tuple[str, Callable[[DialogueFact], str]], ...] = (
    ("starttls_differs", _starttls),
    ("login_differs", _login),
    ("tls_differs", _tls),
    ("capabilities_differ", _capabilities),
    ("greeting_differs", _greeting),
)


def _shown(value: str) -> str:
    return value[:300] or "-"
