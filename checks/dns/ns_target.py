"""Whether the names of the zone's servers exist, as the parent and the zone itself give them (RFC 1912 section 2.8)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.targets import judge_targets

_NOT_TOLD = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="nobody told the zone's name servers")


def judge(evidence: ZoneEvidence) -> Outcome:
    """Who registers the domain of a name server answers for the whole zone, whenever that server is picked."""
    return judge_targets(evidence.targets, None if evidence.targets else evidence.fact.failure or _NOT_TOLD)
