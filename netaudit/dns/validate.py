"""Validation: from recorded exchanges to the security status of a name and type (RFC 4035 section 4.3).

A pure function of its arguments: no clock, no network. It starts at indeterminate, and what is missing
from the evidence keeps it there.

    validator = Validator(exchanges, parse_anchors(ROOT_ANCHORS), now)
    validator.status(dns.name.from_text("example.vn"), dns.rdatatype.SOA)
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import dns.name
import dns.rdatatype

from netaudit.dns.anchors import DS
from netaudit.dns.answers import AnswerJudge, Finding, Trusted
from netaudit.dns.budget import Budget
from netaudit.dns.chain import Chain, ZoneTrust
from netaudit.dns.message import Response, name_text
from netaudit.dns.reasons import because
from netaudit.dns.recorded import Recorded
from netaudit.dns.signatures import SignatureVerifier
from netaudit.model.exchange import Exchange
from netaudit.model.security import Security, SecurityStatus
from netaudit.rules.algorithms import SOFTWARE, Policy

__all__ = ["Validator", "validate"]

# what decides for a chain of aliases: its weakest link
_WEAKEST = (SecurityStatus.BOGUS, SecurityStatus.INDETERMINATE, SecurityStatus.INSECURE, SecurityStatus.SECURE)


def validate(
    exchanges: Iterable[Exchange],
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    anchors: Mapping[dns.name.Name, tuple[DS, ...]],
    now: float,
    policy: Policy = SOFTWARE,
    budget: Budget | None = None,
) -> Security:
    """The security status of one name and type; see `Validator` for many."""
    return Validator(exchanges, anchors, now, policy=policy, budget=budget).status(name, rdtype)


class Validator:
    """Validates any number of names against one set of exchanges; zones and signatures are judged once.

    `anchors` as `netaudit.dns.anchors.parse_anchors` reads them; `now` in seconds since 1970.
    """

    def __init__(
        self,
        exchanges: Iterable[Exchange],
        anchors: Mapping[dns.name.Name, tuple[DS, ...]],
        now: float,
        *,
        policy: Policy = SOFTWARE,
        budget: Budget | None = None,
    ) -> None:
        self._budget = budget or Budget()
        verifier = SignatureVerifier(now, policy, self._budget)
        self._recorded = Recorded(exchanges, self._budget)
        self._judge = AnswerJudge(verifier, self._budget, self._recorded.explored)
        self._judged: dict[tuple[bytes, tuple[bytes, ...], dns.rdatatype.RdataType], Finding] = {}
        self._chain = Chain(self._recorded, anchors, self._judge, verifier, policy, self._budget)

    def status(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Security:
        """The status of an RRset or of its absence, aliases followed; the weakest link of the chain decides."""
        steps: list[_Step] = []
        seen = {name}
        target: dns.name.Name | None = name
        while target is not None:
            if len(steps) > self._budget.aliases:
                steps.append(_Step(self._too_long(target, rdtype), None))
                break
            steps.append(self._step(target, rdtype))
            target = steps[-1].target
            if target in seen:
                steps.append(_Step(_loop(target, rdtype), None))
                break
            if target is not None:
                seen.add(target)
        decisive = min((step.security for step in steps), key=lambda security: _WEAKEST.index(security.status))
        facts = tuple(dict.fromkeys(fact for step in steps for fact in step.security.facts))
        return because(
            decisive.status, decisive.reason, name=decisive.name, rdtype=decisive.rdtype, zone=decisive.zone,
            server=decisive.server, detail=decisive.detail, links=decisive.links, facts=facts,
        )  # fmt: skip

    def response_status(self, exchange: Exchange) -> Security:
        """The status of what one response alone says to its question; an alias is not followed.

        The keys of its zone are those that the chain of trust vouches for in all exchanges.
        """
        name, rdtype = exchange.question
        trust, response = self._trust(name, rdtype), Response(exchange)
        if trust.trusted is None:
            return _inherited(trust, response)
        return _found(self._finding(response, trust.trusted), trust, name, rdtype, response)

    def _finding(self, response: Response, trusted: Trusted) -> Finding:
        """What a response comes to, judged once for what it says: servers mostly say the same."""
        said = (response.exchange.content, response.name.labels, response.rdtype)
        finding = self._judged.get(said)
        if finding is None:
            finding = self._judged[said] = self._judge.judge(response, trusted)
        return finding

    def _trust(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> ZoneTrust:
        """The trust in the zone that answers for a name: for DS the parent's."""
        parental = rdtype == dns.rdatatype.DS and name != dns.name.root
        return self._chain.trust(self._chain.zone_of(name.parent() if parental else name))

    def _step(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> "_Step":
        """One name of a chain of aliases."""
        trust = self._trust(name, rdtype)
        look = self._recorded.unsigned if trust.status is SecurityStatus.INSECURE else self._recorded.responses
        responses = look(name, rdtype)
        if trust.status in (SecurityStatus.BOGUS, SecurityStatus.INDETERMINATE):
            return _Step(_inherited(trust), responses[0].alias() if responses else None)
        if not responses:
            reason, detail = self._recorded.why_not(name, rdtype)
            finding = Finding(SecurityStatus.INDETERMINATE, reason, detail)
            return _Step(_found(finding, trust, name, rdtype, None), None)
        if trust.trusted is None:
            return _Step(_inherited(trust, responses[0]), responses[0].alias())
        finding, response = self._best(responses, trust)
        return _Step(_found(finding, trust, name, rdtype, response), finding.target)

    def _best(self, responses: Iterable[Response], trust: ZoneTrust) -> tuple[Finding, Response]:
        """The finding of the first response that is not at fault: one good server is enough for a resolver.

        A budget spent on one response leaves open what it held, so that the others can't prove bogus.
        """
        assert trust.trusted is not None
        found: list[tuple[Finding, Response]] = []
        for response in responses:
            finding = self._finding(response, trust.trusted)
            if finding.status in (SecurityStatus.SECURE, SecurityStatus.INSECURE):
                return finding, response
            found.append((finding, response))
        return next((pair for pair in found if pair[0].status is SecurityStatus.INDETERMINATE), found[0])

    def _too_long(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Security:
        detail = f"more than {self._budget.aliases} aliases"
        return because(
            SecurityStatus.INDETERMINATE, "budget_aliases", name=name_text(name),
            rdtype=dns.rdatatype.to_text(rdtype), detail=detail,
        )  # fmt: skip


class _Step(NamedTuple):
    security: Security
    target: dns.name.Name | None  # of an alias


def _found(
    finding: Finding,
    trust: ZoneTrust,
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    response: Response | None,
) -> Security:
    if finding.unasked is not None:
        name, rdtype = finding.unasked, dns.rdatatype.DS
    return because(
        finding.status, finding.reason, name=name_text(name), rdtype=dns.rdatatype.to_text(rdtype),
        zone=trust.links[-1].zone, server=response.exchange.server if response else "", detail=finding.detail,
        links=trust.links, facts=_facts(trust, response),
    )  # fmt: skip


def _inherited(trust: ZoneTrust, response: Response | None = None) -> Security:
    """The status of data in a zone that is not secure: the zone's own, with what broke it."""
    return because(
        trust.status, trust.reason, name=name_text(trust.name) if trust.name else "",
        rdtype=dns.rdatatype.to_text(trust.rdtype), zone=name_text(trust.zone) if trust.zone else "",
        server=trust.server, detail=trust.detail, links=trust.links, facts=_facts(trust, response),
    )  # fmt: skip


def _facts(trust: ZoneTrust, response: Response | None) -> tuple[str, ...]:
    own = (response.exchange.id,) if response is not None else ()
    return tuple(dict.fromkeys((*(fact for link in trust.links for fact in link.facts), *own)))


def _loop(name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Security:
    return because(
        SecurityStatus.INDETERMINATE, "cname_loop", name=name_text(name), rdtype=dns.rdatatype.to_text(rdtype),
        detail="the aliases lead back to where they began",
    )  # fmt: skip
