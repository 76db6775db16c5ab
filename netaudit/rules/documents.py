"""Whether an address gave a response for a file that is not the page: an MTA-STS policy, a security.txt."""

from netaudit.model.common import Side
from netaudit.model.evidence import Evidence
from netaudit.model.facts import WebFact
from netaudit.rules.addresses import classify, within
from netaudit.rules.fetches import SILENT, SPOKEN, Reach, attempt
from netaudit.rules.rounds import weighed
from netaudit.rules.zones import trouble

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
    kind = classify(fact.address)
    if not kind.is_global and not within(fact.address, evidence.allowed_special):
        return False, f"{kind.name}; no address of the public Internet"
    if evidence.blind(fact.family) is not None or failure.side in (Side.OURS, Side.BUDGET, Side.BUG):
        return None, trouble(failure)
    if failure.reason in SILENT:
        return (False if tries >= min_tries else None), f"{trouble(failure)}; {tries} tries"
    return (False if failure.reason in SPOKEN else None), trouble(failure)
