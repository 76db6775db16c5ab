"""What the judges of services for mail clients and of network time share."""

from netaudit.model.common import Family
from netaudit.model.facts import DatagramFact, DialogueFact
from netaudit.model.verdict import Observation

BOTH = (Family.IPV4, Family.IPV6)


def row(fact: DialogueFact | DatagramFact, saw: str, ok: bool | None = None) -> Observation:
    """A row about one address."""
    return Observation(where=fact.endpoint, saw=saw, address=fact.address, family=fact.family, ok=ok)
