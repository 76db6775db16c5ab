"""What the judges of web endpoints share: families, the endpoint's own responses, what needs TLS."""

from netaudit.model.common import Family
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import HttpHop, WebFact
from netaudit.model.verdict import Outcome, not_applicable
from netaudit.rules.dialects import complete, speaks_to_clients
from netaudit.rules.fetches import is_web, own

BOTH = (Family.IPV4, Family.IPV6)


def not_for_tls(evidence: EndpointEvidence) -> Outcome | None:
    """Why TLS is no question here: `not_web` for a TCP service, `plain_http` for one declared as http."""
    if not is_web(evidence):
        return not_applicable("not_web")
    return None if evidence.endpoint.startswith("https://") else not_applicable("plain_http")


def not_for_sessions(evidence: EndpointEvidence) -> Outcome | None:
    """Why no TLS session is expected: as `not_for_tls`, and `no_tls` for submission or IMAP that offers none."""
    if not speaks_to_clients(evidence.endpoint):
        return not_for_tls(evidence)
    talks = evidence.dialogues
    if talks and all(complete(talk) and talk.tls is None for talk in talks):
        return not_applicable("no_tls", facts=tuple(talk.id for talk in talks))
    return None


def port_of(evidence: EndpointEvidence) -> int:
    """The endpoint's port."""
    return int(evidence.endpoint.rpartition(":")[2])


def responses(evidence: EndpointEvidence) -> list[tuple[WebFact, HttpHop]]:
    """The endpoint's own responses: the first hop at each address that gave one."""
    return [(fact, fact.hops[0]) for fact in own(evidence) if fact.hops and fact.hops[0].status is not None]
