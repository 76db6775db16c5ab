"""Whether every IPv4 prefix is reached through at least two operators, as APNIC defines multihoming."""

from netaudit.model.common import Family
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Outcome

from ._upstreams import judge_upstreams


def judge(
    evidence: DataCentreEvidence,
    *,
    min_upstreams: int,
    min_peers: int,
    min_share: float,
    max_age_days: float,
    min_apart_minutes: float,
) -> Outcome:
    """Operators are counted, not AS numbers: two of one operator fail together."""
    return judge_upstreams(
        evidence,
        Family.IPV4,
        min_upstreams=min_upstreams,
        min_peers=min_peers,
        min_share=min_share,
        max_age_days=max_age_days,
        min_apart_minutes=min_apart_minutes,
    )
