"""Whether the parent's delegation names the same servers as the zone itself (RFC 1034 section 4.2.2)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.zones import Survey, delegations, label, server_names, survey, where

from ._helpers import parent_failure, served_by_parent


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare every referral of the parent's servers with every NS RRset of the zone's own."""
    if evidence.zone == ".":
        return not_applicable("root")
    found = survey(evidence, dns.rdatatype.NS)
    if not found.answers:
        return found.untested()
    own = {answer.exchange: server_names(answer.exchange, evidence.apex) for answer in found.answers}
    child = frozenset().union(*own.values())
    odd = tuple(label(a.server) for a in found.answers if own[a.exchange] != child)
    referrals = delegations(evidence)
    if not odd and not referrals and served_by_parent(evidence):
        return not_applicable("same_servers", facts=found.facts)
    told = [server_names(exchange, evidence.apex) for exchange in referrals]
    observed = (*_parent_rows(evidence), *_child_rows(evidence, found), *found.unseen())
    facts = (*(exchange.id for exchange in referrals), *found.facts)
    if odd:
        return failed("servers_differ", observed=observed, facts=facts, servers=odd)
    if not referrals:
        failure = parent_failure(evidence.referrals)
        return could_not_test("no_parent_answer", failure, observed=observed, facts=facts)
    if any(names != child for names in told):
        only_parent = tuple(sorted(frozenset().union(*told) - child))
        only_child = tuple(sorted(child - frozenset.intersection(*told)))
        return failed("differs", observed=observed, facts=facts, only_parent=only_parent, only_child=only_child)
    return passed("ok", observed=observed, facts=facts, servers=tuple(sorted(child)))


def _parent_rows(evidence: ZoneEvidence) -> list[Observation]:
    zone = evidence.fact.delegation.parent if evidence.fact.delegation else "parent"
    return [
        Observation(
            where=f"{zone} (parent)",
            saw="NS " + ", ".join(sorted(server_names(exchange, evidence.apex))),
            address=exchange.server,
            family=exchange.family,
        )
        for exchange in delegations(evidence)
    ]


def _child_rows(evidence: ZoneEvidence, found: Survey) -> list[Observation]:
    names = [(answer.server, sorted(server_names(answer.exchange, evidence.apex))) for answer in found.answers]
    return [where(server, "NS " + ", ".join(servers)) for server, servers in names]
