"""Whether the exchangers of a mail domain are announced from more than one place."""

from netaudit.model.common import Family
from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome
from netaudit.rules.dialogues import mx_problem, untested_mail

from ._spread import Server, judge_spread


def judge(evidence: MailEvidence, *, max_age_days: float) -> Outcome:
    """An exchanger alone is announced from where it is: whether that is multihomed, the data centre's checks say."""
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    servers = [
        Server(exchanger, address)
        for exchanger, host in evidence.hosts.items()
        for lookup in (host.a, host.aaaa)
        if lookup is not None
        for address in lookup.addresses
    ]
    if not servers:
        return untested_mail(evidence, tuple(Family))
    return judge_spread(evidence, servers, max_age_days, evidence.mx.facts if evidence.mx is not None else ())
