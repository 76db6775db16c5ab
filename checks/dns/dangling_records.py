"""Whether the records that the zone holds lead to names that exist: aliases, delegations, mail, services, senders.

The zone's content is known from a file that the inventory names or from a transfer that its servers permit.
"""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, could_not_test, not_applicable
from netaudit.rules.targets import judge_targets


def judge(evidence: ZoneEvidence) -> Outcome:
    """Forgotten records are found by nobody who starts from the services that are in use."""
    listing = evidence.fact.listing
    if listing is None:
        return not_applicable("not_known")
    if listing.failure is not None:
        return could_not_test("not_tested", listing.failure)
    return judge_targets(evidence.listed)
