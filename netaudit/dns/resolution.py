"""A validating resolver as a library: any `Network`, any hints, anchors, clock, policy and budget.

    resolver = ValidatingResolver(network, hints=ROOT_HINTS, anchors=parse_anchors(ROOT_ANCHORS))
    found = await resolver.resolve(dns.name.from_text("example.vn"), dns.rdatatype.A, now)
    found.rcode, found.answer, found.security.status, found.ede

docs/dns.md shows it on a scripted world, without a socket.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from netaudit.dns.anchors import DS
from netaudit.dns.budget import Budget
from netaudit.dns.descent import Descent
from netaudit.dns.message import Kind, Response, aliases, in_date
from netaudit.dns.questions import Questions, Usable, Work, fitting_or_first
from netaudit.dns.reasons import because, ede
from netaudit.dns.validate import Validator
from netaudit.dns.walk import Walk, authoritative
from netaudit.dns.zonecut import ResolutionError
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact
from netaudit.model.security import Security, SecurityStatus
from netaudit.net.network import Network
from netaudit.rules.algorithms import SOFTWARE, Policy

__all__ = ["Resolution", "ValidatingResolver"]

_ROUNDS = 64  # questions that one validation may still ask for
_DENIAL = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
_Question = tuple[dns.name.Name, dns.rdatatype.RdataType]


@dataclass(frozen=True)
class Resolution:
    """What a resolver would answer, with the evidence.

    `rcode` is SERVFAIL for what is bogus or could not be resolved; the sections then hold what was found
    nevertheless, as CD=1 would show it. `security` is None without validation. `failure` says why
    nothing was found; `exchanges` are all that was asked, in order.
    """

    name: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    rcode: dns.rcode.Rcode
    answer: tuple[dns.rrset.RRset, ...] = ()
    authority: tuple[dns.rrset.RRset, ...] = ()
    additional: tuple[dns.rrset.RRset, ...] = ()
    security: Security | None = None
    failure: Failure | None = None
    reason: str = ""  # of the failure: a word of `netaudit.dns.reasons`
    exchanges: tuple[Exchange, ...] = ()

    @property
    def proof(self) -> tuple[dns.rrset.RRset, ...]:
        """The denial records of the answer and their signatures: of absence, or of nothing closer than a wildcard."""
        return tuple(r for r in self.authority if r.rdtype in _DENIAL or r.covers in _DENIAL)

    @property
    def ede(self) -> int | None:
        """The Extended DNS Error (RFC 8914): of the security status, or of the failure."""
        if self.security is not None and self.security.ede is not None:
            return self.security.ede
        return ede(self.reason) if self.failure is not None else None


class ValidatingResolver:
    """Resolves iteratively from `hints` (server name -> addresses) and validates from `anchors`.

    `minimisation` asks each zone only for the next label (RFC 9156); without it the whole question goes
    to every zone on the way. `validation` off: no DNSSEC question is asked and nothing is judged. Zone
    cuts are remembered between calls; close with `aclose`.
    """

    def __init__(
        self,
        network: Network,
        *,
        hints: Mapping[str, Sequence[str]],
        anchors: Mapping[dns.name.Name, tuple[DS, ...]] | None = None,
        policy: Policy = SOFTWARE,
        budget: Budget | None = None,
        validation: bool = True,
        minimisation: bool = True,
    ) -> None:
        self._budget = budget or Budget()
        self._anchors = anchors or {}
        self._policy = policy
        self._validation = validation
        self._exchanges: dict[str, Exchange] = {}
        questions = Questions(network, self._record, self._budget)
        self._walk = Walk(questions, hints, self._budget) if minimisation else None
        self._descent = Descent(questions, hints, self._budget)

    async def resolve(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, now: float) -> Resolution:
        """Resolve one question as of `now`, seconds since 1970. Remote trouble is in the result, never raised."""
        self._exchanges.clear()
        work = Work()
        chased: list[Response] = []
        trouble: ResolutionError | None = None
        try:
            async with asyncio.timeout(self._budget.lookup_seconds):
                await self._chase(name, rdtype, now, work, chased)
        except ResolutionError as error:
            trouble = error
        except TimeoutError:
            detail = f"not resolved within {self._budget.lookup_seconds:.0f} s"
            trouble = ResolutionError(Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail), "budget_time")
        security = await self._validate(name, rdtype, now, trouble) if self._validation else None
        return self._result(name, rdtype, chased, security, trouble)

    async def aclose(self) -> None:
        """End what is under way."""
        if self._walk is not None:
            await self._walk.aclose()

    async def _chase(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, now: float, work: Work, chased: list[Response]
    ) -> None:
        """Ask, and follow aliases: within a response as far as its zone reaches, then by asking again."""
        asked = [name]
        while len(asked) <= self._budget.aliases + 1:
            response = await self._ask(asked[-1], rdtype, work, lambda found: in_date(found, now))
            chased.append(response)
            following = self._next(response, await self._zone(asked[-1], rdtype, work))
            if following is None:
                return
            if following in asked:
                raise _looping(name)
            asked.append(following)
        detail = f"more than {self._budget.aliases} aliases"
        raise ResolutionError(Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail), "budget_aliases")

    def _next(self, response: Response, zone: dns.name.Name) -> dns.name.Name | None:
        """The name that a response leaves to be asked about, or None. Raises ResolutionError for a loop in it."""
        said = response
        for target in aliases(response, self._budget.aliases):
            said = Response(response.exchange, target)
            if not target.is_subdomain(zone) or not (said.kind is Kind.ALIAS or _settled(said)):
                return target
        if said.kind is Kind.ALIAS:
            raise _looping(response.name)
        return None

    async def _validate(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, now: float, trouble: ResolutionError | None
    ) -> Security:
        """Validate what is there, asking for what is missing; when it is bogus, ask the other servers too."""
        asked: set[tuple[_Question, bool]] = set()
        work = Work()
        security = self._status(name, rdtype, now)
        for _ in range(_ROUNDS):
            wanted = _wanted(security)
            if wanted is None or (wanted, security.status is SecurityStatus.BOGUS) in asked:
                break
            asked.add((wanted, security.status is SecurityStatus.BOGUS))
            await self._ask_more(wanted, work, everywhere=security.status is SecurityStatus.BOGUS)
            security = self._status(name, rdtype, now)
        if trouble is not None and security.reason == "evidence_missing":
            return because(
                SecurityStatus.INDETERMINATE, trouble.reason, name=security.name, rdtype=security.rdtype,
                zone=security.zone, detail=trouble.failure.detail, links=security.links,
            )  # fmt: skip
        return security

    async def _ask_more(self, question: _Question, work: Work, *, everywhere: bool) -> None:
        """Put one more question to one server, or to all of its zone. What comes of it is in the exchanges."""
        try:
            async with asyncio.timeout(self._budget.lookup_seconds):
                await self._ask(*question, work, (lambda _: False) if everywhere else (lambda _: True))
        except (ResolutionError, TimeoutError):
            return

    async def _ask(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, work: Work, fit: Usable) -> Response:
        """Ask the servers that hold the name until one's answer fits; the first that did not is the last resort."""
        return await fitting_or_first(lambda fitting: self._put(name, rdtype, work, fitting), fit)

    async def _put(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, work: Work, fit: Usable) -> Response:
        """Put the question to the servers that hold the name. Raises ResolutionError when no answer fits."""
        if self._walk is None:
            return await self._descent.ask(name, rdtype, work, fit)
        cut = await self._walk.at(_held_by(name, rdtype), work)
        usable = authoritative(cut)
        return await self._walk.ask(cut, name, rdtype, lambda found: usable(found) and fit(found), work)

    async def _zone(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, work: Work) -> dns.name.Name:
        """The zone whose servers were asked."""
        held_by = _held_by(name, rdtype)
        return self._descent.zone_of(held_by) if self._walk is None else (await self._walk.at(held_by, work)).name

    def _status(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, now: float) -> Security:
        validator = Validator(self._exchanges.values(), self._anchors, now, policy=self._policy, budget=self._budget)
        return validator.status(name, rdtype)

    def _record(self, fact: Fact) -> None:
        if isinstance(fact, Exchange):
            self._exchanges[fact.id] = fact

    def _result(
        self,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        chased: Sequence[Response],
        security: Security | None,
        trouble: ResolutionError | None,
    ) -> Resolution:
        last = chased[-1] if chased else None
        rcode = last.message.rcode() if last is not None and last.message is not None else dns.rcode.SERVFAIL
        bogus = security is not None and security.status is SecurityStatus.BOGUS
        return Resolution(
            name=name,
            rdtype=rdtype,
            rcode=dns.rcode.SERVFAIL if bogus or trouble is not None else rcode,
            answer=tuple(rrset for response in chased for rrset in response.answer),
            authority=tuple(last.authority) if last is not None else (),
            additional=tuple(last.additional) if last is not None else (),
            security=security,
            failure=trouble.failure if trouble is not None else None,
            reason=trouble.reason if trouble is not None else "",
            exchanges=tuple(self._exchanges.values()),
        )


def _settled(response: Response) -> bool:
    """Whether a response says all of an alias's target: its data, or by an SOA above it that there is none."""
    if response.kind is Kind.ANSWER:
        return True
    soa = response.soa()
    return response.kind in (Kind.NODATA, Kind.NXDOMAIN) and soa is not None and response.name.is_subdomain(soa.name)


def _held_by(name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.name.Name:
    """The name whose zone is asked: for DS that of the parent (RFC 4035 section 3.1.4.1)."""
    return name.parent() if rdtype == dns.rdatatype.DS and len(name) > 1 else name


def _looping(name: dns.name.Name) -> ResolutionError:
    detail = f"the aliases of {name} lead back to where they began"
    return ResolutionError(Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=detail), "cname_loop")


def _wanted(security: Security) -> _Question | None:
    """The question whose answer would decide more: one that was not asked, or one that was answered badly."""
    if security.reason != "evidence_missing" and security.status is not SecurityStatus.BOGUS:
        return None
    if not security.name or not security.rdtype:
        return None
    return dns.name.from_text(security.name), dns.rdatatype.from_text(security.rdtype)
