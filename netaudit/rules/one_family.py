"""Whether a resolver with one address family alone finds a zone from the root (draft-ietf-dnsop-3901bis, RFC 9471)."""

from typing import NamedTuple

import dns.name
import dns.rdatatype

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed
from netaudit.rules.resolution import home_of, views
from netaudit.rules.zones import authoritative, reach, replies, survey, unlooked, where

__all__ = ["judge_chain"]

_WORD = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


def judge_chain(evidence: ZoneEvidence, family: Family) -> Outcome:
    """Walk the zone cuts from the root; each needs one server that can be found and answers over `family`.

    A server outside the zone is found when the zones that its name lies in can be resolved over `family` too; whether
    those zones' own servers answer is judged where they are audited. Messages: `ok`; `no_address`, `silent`, `no_glue`
    and `foreign` with the first zone that breaks the chain; `no_answer`; `blind`.
    """
    blind = evidence.blind(family)
    if blind is not None:
        return could_not_test("blind", blind)
    rows: list[Observation] = []
    chain = (*evidence.ancestors, evidence)
    for zone in chain:
        link = _link(zone, family)
        rows += link.rows
        if link.state == "foreign":
            return failed(
                "foreign", observed=tuple(rows), facts=link.facts,
                zone=zone.zone, servers=link.servers, culprit=link.culprit,
            )  # fmt: skip
        if link.state in ("no_address", "silent", "no_glue"):
            return failed(link.state, observed=tuple(rows), zone=zone.zone)
        if link.state == "unknown":
            failure = _why_unknown(zone, family, link)
            return could_not_test("no_answer", failure, observed=tuple(rows), zone=zone.zone)
    facts = tuple(e.id for s in evidence.servers for e in replies(s, evidence.apex, dns.rdatatype.SOA))
    return passed("ok", observed=tuple(rows), facts=facts, zones=tuple(zone.zone for zone in chain))


class _Link(NamedTuple):
    """One zone of the chain: how it stands, and for `foreign` whose names can't be found and which zone is to blame."""

    state: str
    rows: list[Observation]
    servers: tuple[str, ...] = ()
    culprit: str = ""
    facts: tuple[str, ...] = ()


def _link(zone: ZoneEvidence, family: Family) -> _Link:
    servers = [server for server in zone.servers if server.family is family]
    answering = [server for server in servers if _answers(zone, server)]
    found = {server: _found(zone, server, family) for server in map(_identity, answering)}
    rows = [_row(zone, server, family, found.get(_identity(server), "no answer")) for server in servers]
    states = set(found.values())
    if "found" in states:
        return _Link("ok", rows)
    if "open" in states:
        return _Link("unknown", rows)
    if "foreign" in states:
        return _foreign(zone, family, rows, tuple(sorted({s[0] for s, state in found.items() if state == "foreign"})))
    if "no glue" in states:
        return _Link("no_glue", rows)
    if not servers:
        return _Link("no_address" if zone.servers and not unlooked(zone) else "unknown", rows)
    alive = any(server.responded for server in zone.servers)
    settled = not unlooked(zone) and all(reach(server.exchanges)[0] is not None for server in servers)
    return _Link("silent" if alive and settled else "unknown", rows)


def _identity(server: ServerEvidence) -> tuple[str, str, str]:
    return server.server.name, server.server.address, server.server.source


def _found(zone: ZoneEvidence, server: tuple[str, str, str], family: Family) -> str:
    """How a resolver would come by a server's address: it is `found`, `no glue` or `foreign` stops it, or it is `open`.

    Without glue only the server's own zone knows the address: a resolver must have been there to learn how to get
    there, when that is the zone itself.
    """
    name, _, source = server
    if source != "resolved":
        return "found"
    if dns.name.from_text(name).is_subdomain(zone.apex):
        return "no glue"
    met = zone.surroundings.zones
    home = home_of(name, met)
    if home not in met or dns.name.from_text(zone.zone).is_subdomain(dns.name.from_text(home)):
        return "found"  # it lies in a zone above, which the chain has come through, or was found in one not met
    hopeful, certain = views(zone, (family,))
    if home in certain.resolvable():
        return "found"
    return "open" if home in hopeful.resolvable() else "foreign"


def _foreign(zone: ZoneEvidence, family: Family, rows: list[Observation], names: tuple[str, ...]) -> _Link:
    met = zone.surroundings.zones
    culprit = views(zone, (family,)).hopeful.blocker(home_of(names[0], met))
    return _Link("foreign", rows, names, culprit, met[culprit].facts if culprit in met else ())


def _answers(zone: ZoneEvidence, server: ServerEvidence) -> bool:
    return any(authoritative(response) for response in replies(server, zone.apex, dns.rdatatype.SOA))


def _why_unknown(zone: ZoneEvidence, family: Family, link: _Link) -> Failure:
    if any(row.ok is None for row in link.rows):
        detail = f"not every name server of the zones on the way was looked up over {_WORD[family]}"
        return Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail)
    if zone.servers:
        return survey(zone, dns.rdatatype.SOA).failure
    detail = f"the zone's servers were not asked over {_WORD[family]}"
    return zone.fact.failure or Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=detail)


_MISSING = {
    "no glue": ", but the parent has no glue for it",
    "foreign": ", but its name can't be found over {family} alone",
    "open": ", but it is not known whether its name can be found over {family} alone",
}


def _row(zone: ZoneEvidence, server: ServerEvidence, family: Family, state: str) -> Observation:
    word = _WORD[family]
    if state == "no answer":
        saw = f"no authoritative answer: {reach(server.exchanges)[1]}"
    else:
        saw = f"authoritative answer over {word}" + _MISSING.get(state, "").format(family=word)
    ok = None if state == "open" else state == "found"
    return where(server, f"{zone.zone}: {saw}", ok)
