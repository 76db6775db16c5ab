"""Whether an address gave a response for a file that is not the page: an MTA-STS policy, a security.txt."""

from netaudit.model.evidence import Evidence
from netaudit.model.facts import WebFact
from netaudit.rules.fetches import Reach, attempt, failed_standing
from netaudit.rules.rounds import weighed

__all__ = ["document_reach"]


def document_reach(evidence: Evidence, fact: WebFact, min_tries: int, failing_rounds: int) -> Reach:
    """A silence counts from `min_tries` on, a failure that passed where it came in `failing_rounds`."""
    ok, saw, decided = weighed(fact.rounds, _standing(evidence, fact, min_tries), failing_rounds)
    failure = None if ok else decided or evidence.blind(fact.family) or fact.failure
    return Reach(f"{fact.endpoint}{fact.document}", fact.address, fact.family, ok, saw, failure, fact.id)


def _standing(evidence: Evidence, fact: WebFact, min_tries: int) -> tuple[bool | None, str]:
    failure, tries = attempt(fact)
    if failure is None:
        return True, f"HTTP {fact.hops[-1].status}"
    return failed_standing(evidence, fact.address, fact.family, failure, tries, min_tries)
