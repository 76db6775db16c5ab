"""Whether the sessions with the uplinks notice a failing line, in each family by itself (RFC 4271, RFC 5880, RFC 5881).

A session is kept alive over one protocol. IPv6 routes that are exchanged in an IPv4 session outlive IPv6 itself on that
line; BFD for that session, which runs over IPv4 too, does not help: each protocol needs its own (RFC 5881 section 2).
"""

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.inventory import DataCentre
from netaudit.model.routing import Session
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.sources import usable_sources

from ._helpers import named

_ESTABLISHED = "established"
_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


class _Design(NamedTuple):
    """A session: the families whose routes it carries over the other one's protocol, and how it ends by silence."""

    session: Session
    name: str
    strangers: tuple[Family, ...]
    seconds: float | None  # the hold time; infinite when it is zero (RFC 4271 section 4.2)

    @property
    def up(self) -> bool:
        return self.session.state.lower() == _ESTABLISHED

    def slow(self, limit: float) -> bool | None:
        """Whether it takes longer than the limit to notice a silent failure; None: the files don't say."""
        if self.session.bfd or (self.seconds is not None and self.seconds <= limit):
            return False
        return None if self.session.bfd is None or self.seconds is None else True


def judge(evidence: DataCentreEvidence, *, max_hold_seconds: float, max_age_days: float) -> Outcome:
    """The sessions with declared uplinks count; without declared ones, those with any other AS."""
    sources = tuple(dict.fromkeys(fact.source for fact in evidence.sessions if fact.source)) or ("SESSIONS.json",)
    return _judge(evidence, max_hold_seconds, max_age_days).with_args({"sources": sources})


def _judge(evidence: DataCentreEvidence, limit: float, max_age_days: float) -> Outcome:
    centre = evidence.datacentre
    if not centre.asns:
        return not_applicable("none_declared")
    usable = usable_sources(evidence.sessions, evidence.now, max_age_days, "BGP sessions")
    if isinstance(usable, Outcome):
        return usable
    found = _designs(centre, (session for fact in usable.sources for session in fact.sessions))
    missing = _missing(centre, found)
    rows = (*(_row(design, limit) for design in found), *_missing_rows(missing))
    facts = usable.facts
    if down := [design for design in found if not design.up]:
        return failed("down", observed=rows, facts=facts, sessions=_named(down), total=len(found))
    for message, watched in (("carried", False), ("carried_watched", True)):
        if carried := [design for design in found if design.strangers and bool(design.session.bfd) is watched]:
            families = sorted({_NAMES[family] for design in carried for family in design.strangers})
            return failed(message, observed=rows, facts=facts, sessions=_named(carried), families=tuple(families))
    if slow := [design for design in found if design.slow(limit)]:
        return failed("slow", observed=rows, facts=facts, sessions=_named(slow), limit=limit)
    if unknown := [design for design in found if design.slow(limit) is None]:
        return could_not_test("not_told", _NOT_TOLD, observed=rows, facts=facts, sessions=_named(unknown), limit=limit)
    if missing or not found:
        return could_not_test("missing", _MISSING, observed=rows, facts=facts, uplinks=missing or ("?",))
    return passed("ok", observed=rows, facts=facts, total=len(found), limit=limit)


def _designs(centre: DataCentre, sessions: Iterable[Session]) -> list[_Design]:
    """Each session once, though several files may show it; the last of them counts."""
    wanted = {uplink.asn for uplink in centre.uplinks}
    found: dict[tuple[int, str], _Design] = {}
    for session in sessions:
        if session.local_asn not in centre.asns or session.peer_asn in centre.asns:
            continue
        if wanted and session.peer_asn not in wanted:
            continue
        (name,) = named([session.peer_asn], centre.uplinks)
        seconds = float("inf") if session.hold_time_s == 0 else session.hold_time_s
        design = _Design(session, f"{name} {session.peer_address}".strip(), _strangers(session), seconds)
        found[session.peer_asn, session.peer_address] = design
    return list(found.values())


def _strangers(session: Session) -> tuple[Family, ...]:
    """The families whose routes it carries and over whose protocol it does not run. Negotiated and unused is none."""
    transport = _transport(session)
    if transport is None:
        return ()
    return tuple(family for family in session.families if family is not transport and _used(session, family))


def _used(session: Session, family: Family) -> bool:
    if family not in session.received and family not in session.sent:
        return True  # the router does not say how many
    return session.received.get(family, 0) + session.sent.get(family, 0) > 0


def _transport(session: Session) -> Family | None:
    try:
        return Family.IPV6 if ipaddress.ip_address(session.peer_address).version == 6 else Family.IPV4
    except ValueError:
        return None  # the router names an interface


def _missing(centre: DataCentre, found: Iterable[_Design]) -> tuple[str, ...]:
    """The declared uplinks and families that no session in the files is for."""
    there = {(design.session.peer_asn, family) for design in found for family in design.session.families}
    return tuple(
        f"{name} {_NAMES[family]}"
        for uplink in centre.uplinks
        for name in named([uplink.asn], centre.uplinks)
        for family in uplink.families
        if (uplink.asn, family) not in there
    )


def _row(design: _Design, limit: float) -> Observation:
    session = design.session
    ok = False if not design.up or design.strangers else _negated(design.slow(limit))
    bfd = {True: "BFD up", False: "no BFD", None: "BFD not told"}[session.bfd]
    carries = ", ".join(_NAMES[family] for family in session.families) or "no family"
    saw = f"{session.state}; carries {carries}; hold time {_seconds(design)}; {bfd}"
    return Observation(where=design.name, saw=saw, address=session.peer_address, family=_transport(session), ok=ok)


def _seconds(design: _Design) -> str:
    if design.seconds is None:
        return "not told"
    return "0, never ends" if design.seconds == float("inf") else f"{design.seconds:g} s"


def _missing_rows(missing: Iterable[str]) -> Iterable[Observation]:
    return (Observation(where=name, saw="no session in the files") for name in missing)


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _named(designs: Iterable[_Design]) -> tuple[str, ...]:
    return tuple(design.name for design in designs)


_NOT_TOLD = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the file does not say whether BFD runs")
_MISSING = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no file shows these sessions")
