"""Whether every name server address is one that resolvers everywhere can send to (RFC 4291, RFC 6052, RFC 6890)."""

import dns.rdatatype

from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, failed, passed
from netaudit.rules.addresses import EMBEDDING, Classification, classify, embedded_ipv4, within
from netaudit.rules.zones import label, survey, where


def judge(evidence: ZoneEvidence) -> Outcome:
    """Classify the addresses of all name servers, from glue and from look-ups.

    `embedded` ones hold an IPv4 address: where no translator or tunnel stands, they lead nowhere. Prefixes that the
    inventory's scope allows count as reachable.
    """
    kinds = [(server, classify(server.server.address)) for server in evidence.servers]
    if not kinds:
        return survey(evidence, dns.rdatatype.SOA).untested()
    fits = {
        address: kind.is_global or within(address, evidence.allowed_special)
        for address, kind in ((server.server.address, kind) for server, kind in kinds)
    }
    rows = tuple(_row(server, kind, fits[server.server.address]) for server, kind in kinds)
    facts = (evidence.fact.id,)
    bad = [(server, kind) for server, kind in kinds if not fits[server.server.address]]
    servers = tuple(dict.fromkeys(f"{label(server)}: {kind.name}, {kind.rfc}" for server, kind in bad))
    if any(kind.prefix in EMBEDDING for _, kind in bad):
        return failed("embedded", observed=rows, facts=facts, servers=servers)
    if bad:
        return failed("special", observed=rows, facts=facts, servers=servers)
    return passed("ok", observed=rows, facts=facts, count=len(fits))


def _row(server: ServerEvidence, kind: Classification, fits: bool) -> Observation:
    inner = embedded_ipv4(server.server.address)
    return where(server, f"{kind.name} ({inner} inside)" if inner else kind.name, fits)
