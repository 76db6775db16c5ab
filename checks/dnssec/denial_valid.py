"""Whether the zone proves absences, on every server (RFC 4035 section 5.4, RFC 5155 section 8, RFC 9824)."""

from typing import NamedTuple

import dns.rdatatype

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.exchange import Exchange
from netaudit.model.security import Security, SecurityStatus
from netaudit.model.verdict import Observation, Outcome, Status, could_not_test, failed
from netaudit.rules.denial_chain import mechanisms, overlap
from netaudit.rules.zones import label, survey, where

from ._helpers import by_security, signed_zone

_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no question about a missing name was answered")


class _Denial(NamedTuple):
    """One server's answer that must prove an absence, and what it comes to by itself."""

    server: ServerEvidence
    exchange: Exchange
    security: Security

    @property
    def bogus(self) -> bool:
        return self.security.status is SecurityStatus.BOGUS

    @property
    def row(self) -> Observation:
        said = f"{self.security.status} ({self.security.reason}" + (f": {self.security.detail})" if self.bogus else ")")
        by = ", ".join(sorted(mechanisms(self.exchange)))
        good = {SecurityStatus.SECURE: True, SecurityStatus.BOGUS: False}.get(self.security.status)
        asked = dns.rdatatype.to_text(self.exchange.question[1])
        return where(self.server, f"{asked}: {said}" + (f"; {by}" if by else ""), good)


def judge(evidence: ZoneEvidence) -> Outcome:
    """Take the security status of the answer about a name that should not exist, then each server's own.

    One good server is enough for a resolver that happens to ask it. The others' denials are judged alone: the missing
    name, or the wildcard that covers it, and the absence of a type at the apex.
    """
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    if evidence.denial is None:
        return could_not_test("no_answer", _NOT_ASKED)
    best = by_security(evidence.denial, None, insecure="not_applicable")
    found = _denials(evidence)
    rows = (*best.observed, *(denial.row for denial in found))
    facts = tuple(dict.fromkeys((*best.facts, *(denial.exchange.id for denial in found))))
    bad = [denial for denial in found if denial.bogus]
    if bad and best.status is not Status.FAIL:
        reasons = tuple(dict.fromkeys(f"{label(denial.server)}: {_what(denial)}" for denial in bad))
        servers = tuple(dict.fromkeys(label(denial.server) for denial in bad))
        return failed(
            "servers", observed=rows, facts=facts, servers=servers, denials=reasons, reason=bad[0].security.reason
        )
    overlapping = {label(d.server): text for d in found if (text := overlap(d.exchange, evidence.apex))}
    if overlapping:
        spans = tuple(dict.fromkeys(overlapping.values()))
        return failed("overlap", observed=rows, facts=facts, servers=tuple(overlapping), spans=spans)
    differing = _differing(evidence, found)
    if differing:
        return failed("mechanisms", observed=rows, facts=facts, servers=differing)
    return Outcome(
        status=best.status, message=best.message, args=best.args, observed=rows, facts=facts, failure=best.failure
    )


def _denials(evidence: ZoneEvidence) -> list[_Denial]:
    return [
        _Denial(server, exchange, security)
        for server in evidence.servers
        for exchange in server.exchanges
        if (security := evidence.denials.get(exchange.id)) is not None
    ]


def _what(denial: _Denial) -> str:
    name, rdtype = denial.exchange.question
    asked = f"{name.to_text(omit_final_dot=True)} {dns.rdatatype.to_text(rdtype)}"
    return f"{asked} {denial.security.reason.replace('_', ' ')}"


def _differing(evidence: ZoneEvidence, found: list[_Denial]) -> tuple[str, ...]:
    """The servers with one serial and one signer that deny in different ways: copies of a zone that are none.

    Several signers may each have their own (RFC 8901), and so may two versions of a zone.
    """
    used: dict[str, set[str]] = {}
    for denial in found:
        used.setdefault(label(denial.server), set()).update(mechanisms(denial.exchange))
    groups: dict[object, dict[str, str]] = {}
    for answer in survey(evidence, dns.rdatatype.SOA).answers:
        ways = used.get(label(answer.server))
        if ways and answer.rrset is not None:
            version = (answer.rdatas, frozenset((s.key_tag, int(s.algorithm)) for s in answer.signatures()))
            groups.setdefault(version, {})[label(answer.server)] = " + ".join(sorted(ways))
    for servers in groups.values():
        if len(set(servers.values())) > 1:
            return tuple(f"{server}: {way}" for server, way in servers.items())
    return ()
