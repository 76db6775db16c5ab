"""Whether the glue at the parent equals the addresses in the zone (RFC 1034 section 4.2.2, RFC 9471)."""

import dns.name
import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.zones import delegations, server_names, survey

from ._helpers import ADDRESS_TYPES, authoritative_addresses, glue, parent_failure, served_by_parent


def judge(evidence: ZoneEvidence) -> Outcome:
    """Compare, by name and type, the glue of servers inside the zone with what the zone says of them."""
    found = survey(evidence, dns.rdatatype.NS)
    if evidence.zone == ".":
        return not_applicable("root")
    if not found.answers:
        return found.untested()
    referrals = delegations(evidence)
    if not referrals:
        if served_by_parent(evidence):
            return not_applicable("same_servers", facts=found.facts)
        failure = parent_failure(evidence.referrals)
        return could_not_test("no_parent_answer", failure)
    names = sorted(name for name in _delegated(evidence) if dns.name.from_text(name).is_subdomain(evidence.apex))
    facts = (*(exchange.id for exchange in referrals), *found.facts)
    if not names:
        return not_applicable("no_glue", facts=facts)
    at_parent, in_zone = glue(evidence), authoritative_addresses(evidence)
    rows, missing, stale = [], [], []
    for key in [(name, rdtype) for name in names for rdtype in ADDRESS_TYPES]:
        parent, child = at_parent.get(key, set()), in_zone.get(key)
        lacks = sorted((child or set()) - parent)
        old = sorted(parent - child) if child is not None else []
        text = f"{dns.rdatatype.to_text(key[1])}: parent {_shown(parent)}; zone {_shown(child)}"
        rows.append(Observation(where=key[0], saw=text, ok=None if child is None else not lacks and not old))
        missing += [f"{key[0]} {address}" for address in lacks]
        stale += [f"{key[0]} {address}" for address in old]
    if missing or stale:
        return failed("differs", observed=tuple(rows), facts=facts, missing=tuple(missing), stale=tuple(stale))
    if not any(key in in_zone for key in at_parent):
        return could_not_test("no_answer", found.failure, observed=tuple(rows), facts=facts)
    return passed("ok", observed=tuple(rows), facts=facts, servers=tuple(names))


def _delegated(evidence: ZoneEvidence) -> frozenset[str]:
    return frozenset().union(*(server_names(exchange, evidence.apex) for exchange in delegations(evidence)))


def _shown(addresses: set[str] | None) -> str:
    return "not told" if addresses is None else ", ".join(sorted(addresses)) or "none"
