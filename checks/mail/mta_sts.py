"""Whether the MTA-STS policy that a domain announces can be fetched, over both families, and fits (RFC 8461)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.dialogues import mx_problem
from netaudit.rules.documents import document_reach
from netaudit.rules.fetches import Reach, addresses, first_failure
from netaudit.rules.fetches import rows as reach_rows
from netaudit.rules.mta_sts import lists, mta_sts_records, parse_policy, record_problem
from netaudit.rules.service_names import MTA_STS
from netaudit.rules.turned_away import turned_away

from ._helpers import record_rows, untested_record

_FAMILIES = (Family.IPV4, Family.IPV6)


def judge(evidence: MailEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """Nobody has to have a policy. A domain that announces one, and has none, only looks protected."""
    found = evidence.texts.get(MTA_STS)
    problem = mx_problem(evidence) or untested_record(found.lookup if found is not None else None)
    if problem is not None or found is None:
        return problem or not_applicable("none")
    name, facts = f"{MTA_STS}.{evidence.domain}", found.lookup.facts
    records = mta_sts_records(found.texts)
    if not records:
        return not_applicable("none", observed=record_rows(name, found.texts, ok=None), facts=facts)
    if len(records) > 1:
        return failed("several", observed=record_rows(name, records, ok=False), facts=facts, count=len(records))
    if term := record_problem(records[0]):
        return failed("record_malformed", observed=record_rows(name, records, ok=False), facts=facts, term=term)
    return _policy(evidence, record_rows(name, records, ok=True), facts, min_tries, failing_rounds)


def _policy(
    evidence: MailEvidence, rows: tuple[Observation, ...], facts: tuple[str, ...], min_tries: int, failing_rounds: int
) -> Outcome:
    """The policy as each family shows it."""
    reached = [document_reach(evidence, fact, min_tries, failing_rounds) for fact in evidence.policies]
    rows += reach_rows(reached)
    facts += tuple(fact.id for fact in evidence.policies)
    lost = tuple(reach.label for reach in reached if reach.ok is False)
    if lost:
        return failed("unreachable", observed=rows, facts=facts, addresses=lost)
    missing = _families_without_address(evidence)
    if missing == _FAMILIES:
        return failed("no_host", observed=rows, facts=facts)
    served = [fact for fact in evidence.policies if fact.failure is None]
    refused = [fact for fact in served if fact.hops[0].status != 200 and turned_away(fact.hops[0]) is None]
    if refused:
        status = refused[0].hops[0].status or 0
        return failed("not_served", observed=rows, facts=facts, addresses=_where(refused), status=status)
    good = [fact for fact in served if fact.hops[0].status == 200]
    bad = [fact for fact in good if not _trusted(evidence, fact)]
    if bad:
        return failed("untrusted", observed=rows, facts=facts, addresses=_where(bad))
    policies = [(fact, parse_policy(fact.hops[0].body)) for fact in good]
    for fact, policy in policies:
        if policy.problem:
            return failed("malformed", observed=rows, facts=facts, key=policy.problem, addresses=_where([fact]))
        left_out = tuple(name for name in evidence.exchangers if policy.mode != "none" and not lists(policy, name))
        if left_out:
            return failed("not_listed", observed=rows, facts=facts, exchangers=left_out)
    if missing == (Family.IPV6,):
        return failed("no_ipv6", observed=rows, facts=facts)
    if len(good) < len(_FAMILIES) - len(missing):
        return could_not_test("not_tested", _why(evidence, reached), observed=rows, facts=facts)
    if len({policy for _, policy in policies}) > 1:
        return failed("differs", observed=rows, facts=facts)
    mode = policies[0][1].mode
    if mode != "enforce":
        return warned("not_enforced", observed=rows, facts=facts, mode=mode)
    return passed("ok", observed=rows, facts=facts, addresses=_where(good))


def _families_without_address(evidence: MailEvidence) -> tuple[Family, ...]:
    """Families in which the policy's host has no address, as its zone says."""
    host = evidence.policy_host
    if host is None:
        return ()
    lookups = [(family, host.lookup(family)) for family in _FAMILIES]
    return tuple(
        family
        for family, found in lookups
        if found is not None and found.failure is None and not addresses(host, family)
    )


def _trusted(evidence: MailEvidence, fact: WebFact) -> bool:
    trust = evidence.trust.get(fact.id)
    return trust is not None and trust.trusted and trust.name_matches


def _where(facts: list[WebFact]) -> tuple[str, ...]:
    return tuple(fact.address for fact in facts)


def _why(evidence: MailEvidence, reached: list[Reach]) -> Failure:
    host = evidence.policy_host
    lookups = [host.lookup(family) for family in _FAMILIES] if host is not None else []
    failures = [lookup.failure for lookup in lookups if lookup is not None]
    turned = [turned_away(hop) for fact in evidence.policies for hop in fact.hops]
    return first_failure([*(reach.failure for reach in reached), *failures, *turned]) or _NOT_FETCHED


_NOT_FETCHED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the policy was not fetched")
