"""Whether errors that resolvers report reach anybody: the agent of the Report-Channel option (RFC 9567).

The option is for those who want it. Whether the agent answers a report is not tried: that would be a false report.
"""

import dns.rcode
import dns.rdatatype

from netaudit.model.common import Failure, Side
from netaudit.model.evidence import FoundRecords, ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, not_applicable, passed, warned
from netaudit.rules.edns import report_agent
from netaudit.rules.records import find, missing
from netaudit.rules.zones import label, survey, where


def judge(evidence: ZoneEvidence) -> Outcome:
    """The agents that the servers name in their answers, each held against its look-up."""
    told = {(server, agent) for server in evidence.servers for e in server.exchanges if (agent := report_agent(e))}
    agents = tuple(sorted({agent for _, agent in told}))
    rows = tuple(where(server, f"Report-Channel {agent}") for server, agent in sorted(told, key=lambda t: label(t[0])))
    if not agents:
        answered = survey(evidence, dns.rdatatype.SOA)
        return not_applicable("none", facts=answered.facts) if answered.answers else answered.untested()
    if "." in agents:
        return warned("null", observed=rows)
    return _resolved(evidence, agents, rows)


def _resolved(evidence: ZoneEvidence, agents: tuple[str, ...], rows: tuple[Observation, ...]) -> Outcome:
    made = {agent: find(evidence.found, "TXT", agent) for agent in agents}
    facts = tuple(id for item in made.values() if item is not None for id in item.lookup.facts)
    lost = tuple(agent for agent, item in made.items() if _lost(item))
    if lost:
        return warned("unresolved", observed=rows, facts=facts, agents=lost)
    unknown = next((failure for item in made.values() if (failure := missing(item)) is not None), None)
    if unknown is not None:
        return could_not_test("not_tested", unknown, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, agents=agents)


def _lost(item: FoundRecords | None) -> bool:
    """Whether an agent's name is known not to exist, or its own servers to give no answer."""
    if item is None:
        return False
    failure: Failure | None = item.lookup.failure
    if failure is not None:
        return failure.side is Side.TARGET
    return item.exchange is not None and item.exchange.rcode == dns.rcode.NXDOMAIN
