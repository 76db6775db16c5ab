"""Whether every IPv6 address of every mail exchanger takes mail connections over IPv6 (RFC 5321 section 5.2)."""

from netaudit.model.common import Family
from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.dialogues import mail_reach, mx_problem, untested_mail
from netaudit.rules.fetches import rows

_V6 = (Family.IPV6,)


def judge(evidence: MailEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """A greeting counts, one that turns us away too. Exchangers without AAAA are `ipv6.mx_aaaa`'s affair."""
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    reached = mail_reach(evidence, _V6, min_tries, failing_rounds)
    if not reached:
        lookups = [host.aaaa for host in evidence.hosts.values()]
        known = len(lookups) >= len(evidence.exchangers)
        if known and all(lookup is not None and lookup.failure is None for lookup in lookups):
            return not_applicable("no_aaaa")
        return untested_mail(evidence, _V6)
    facts = tuple(reach.fact for reach in reached if reach.fact)
    bad = tuple(f"{reach.where} {reach.label}" for reach in reached if reach.ok is False)
    if bad:
        return failed(
            "unreachable", observed=rows(reached), facts=facts, servers=bad, failing=len(bad), total=len(reached)
        )
    unknown = [reach for reach in reached if reach.ok is None]
    if len(unknown) == len(reached):
        return untested_mail(evidence, _V6, reached)
    if unknown and unknown[0].failure is not None:
        failure = unknown[0].failure
        return could_not_test(
            "partly_tested", failure, observed=rows(reached), facts=facts,
            servers=tuple(f"{reach.where} {reach.address}" for reach in unknown),
        )  # fmt: skip
    return passed("ok", observed=rows(reached), facts=facts, total=len(reached))
