"""Whether the zone has enough name servers (RFC 1034 section 4.1, RFC 2182 section 5)."""

import dns.rdatatype

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, failed, passed
from netaudit.rules.zones import delegations, server_names, survey


def judge(evidence: ZoneEvidence, *, minimum: int) -> Outcome:
    """Count the names of the delegation, or of the zone itself where the delegation can't be seen."""
    found = survey(evidence, dns.rdatatype.NS)
    referrals = delegations(evidence)
    sources = referrals or tuple(answer.exchange for answer in found.answers)
    names = sorted(set().union(*(server_names(exchange, evidence.apex) for exchange in sources)))
    if not names:
        return found.untested()
    addresses = {name: [s.server.address for s in evidence.servers if s.server.name == name] for name in names}
    observed = tuple(Observation(where=name, saw=", ".join(addresses[name]) or "no address known") for name in names)
    facts = tuple(exchange.id for exchange in sources)
    if len(names) < minimum:
        return failed(
            "too_few", observed=observed, facts=facts, servers=tuple(names), count=len(names), minimum=minimum
        )
    sets = {frozenset(found) for found in addresses.values()}
    if len(sets) == 1 and sets != {frozenset()}:
        return failed("one_machine", observed=observed, facts=facts, servers=tuple(names), count=len(names))
    return passed("ok", observed=observed, facts=facts, servers=tuple(names), count=len(names), minimum=minimum)
