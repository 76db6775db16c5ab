"""Whether what is announced is also forwarded, by each uplink and in each family: what no route table can show.

A route stays announced for ever while its BGP session lives, and a session over IPv4 that carries IPv6 routes as well
(RFC 4760) lives on when IPv6 forwarding is dead. Two kinds of evidence tell: probes that leave by one uplink, and
services in the prefix that are all silent in one family while they answer in the other.
"""

from collections.abc import Iterable
from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side, family_of
from netaudit.model.evidence import DataCentreEvidence, EndpointEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.addresses import within
from netaudit.rules.fetches import Reach, endpoint_reach, first_failure
from netaudit.rules.routes import RouteTable, route_table
from netaudit.rules.uplinks import UplinkState, family_word, uplink_states
from netaudit.rules.upstreams import of_family

from ._helpers import BOTH, named, sourced


class _Reached(NamedTuple):
    """One address of a service in our prefixes, and whether anything came back from it; None: not known."""

    reach: Reach
    answered: bool | None


class _Inside(NamedTuple):
    """The services in the prefixes of one family."""

    family: Family
    reached: tuple[_Reached, ...]

    @property
    def alive(self) -> bool:
        """Whether anything came back from any."""
        return any(item.answered for item in self.reached)

    @property
    def silent(self) -> tuple[str, ...]:
        """The addresses, where nothing came back from a single one, however often it was tried."""
        known = all(item.answered is False for item in self.reached)
        return tuple(dict.fromkeys(item.reach.address for item in self.reached)) if known else ()


class _Seen(NamedTuple):
    """Both kinds of evidence: the upstreams that announce each family, and what was sent and came back."""

    evidence: DataCentreEvidence
    announced: dict[Family, frozenset[int]]
    states: tuple[UplinkState, ...]
    inside: tuple[_Inside, ...]
    table_facts: tuple[str, ...]

    @property
    def rows(self) -> tuple[Observation, ...]:
        """The evidence table."""
        probed = tuple(row for state in self.states for row in state.rows())
        return probed + tuple(_row(item) for side in self.inside for item in side.reached)

    @property
    def facts(self) -> tuple[str, ...]:
        """What a verdict rests on."""
        reached = (item.reach.fact for side in self.inside for item in side.reached)
        found = (*self.table_facts, *(state.fact.id for state in self.states), *reached)
        return tuple(dict.fromkeys(fact for fact in found if fact))


def judge(evidence: DataCentreEvidence, *, min_addresses: int, min_tries: int, max_age_days: float) -> Outcome:
    """An uplink counts where a path through it was observed. Services are judged by what differs between families.

    Routes and probes must be of about one time: what an older table announced may be withdrawn since.
    """
    marks = tuple(str(uplink.fwmark) for uplink in evidence.datacentre.uplinks if uplink.fwmark is not None)
    return sourced(evidence, _judge(evidence, min_addresses, min_tries, max_age_days)).with_args({"marks": marks})


def _judge(evidence: DataCentreEvidence, min_addresses: int, min_tries: int, max_age_days: float) -> Outcome:
    if not evidence.datacentre.prefixes:
        return not_applicable("none_declared")
    table = route_table(evidence, max_age_days)
    if isinstance(table, Outcome):
        return table
    announced = {family: upstreams for family in BOTH if (upstreams := _upstreams(evidence, table, family))}
    if not announced:
        return not_applicable("not_announced", facts=table.facts)
    states = tuple(s for s in uplink_states(evidence) if s.fact.asn in announced.get(s.family, ()))
    inside = tuple(_inside(evidence, family, min_tries) for family in announced)
    seen = _Seen(evidence, announced, states, inside, table.facts)
    return _dead_uplinks(seen) or _silent_services(seen, min_addresses) or _alive(seen)


def _dead_uplinks(seen: _Seen) -> Outcome | None:
    """What is announced and not forwarded; with it the sessions over the other family that keep it announced."""
    dead = [state for state in seen.states if state.works is False]
    if not dead:
        return None
    uplinks = tuple(_name(seen.evidence, state) for state in dead)
    riding = _riding(seen.evidence, dead)
    if riding:
        facts = (*seen.facts, *(fact.id for fact in seen.evidence.sessions))
        return failed("other_session", observed=seen.rows, facts=facts, uplinks=uplinks, sessions=tuple(riding))
    return failed("dead", observed=seen.rows, facts=seen.facts, uplinks=uplinks)


def _silent_services(seen: _Seen, min_addresses: int) -> Outcome | None:
    """A family in which nothing comes back from any service, while the other one answers."""
    answering = [side.family for side in seen.inside if side.alive]
    for side in seen.inside:
        if answering and len(side.silent) >= min_addresses:
            return failed(
                "unreached", observed=seen.rows, facts=seen.facts, family=family_word(side.family),
                prefixes=of_family(seen.evidence.datacentre.prefixes, side.family), addresses=side.silent,
                other=family_word(answering[0]),
            )  # fmt: skip
    return None


def _alive(seen: _Seen) -> Outcome:
    """Nothing is known to be dead: it works, or can't be told."""
    rows, facts = seen.rows, seen.facts
    unknown = [state for state in seen.states if state.works is None]
    if unknown:
        failure = first_failure(state.failure for state in unknown) or _UNSEEN
        message = "not_permitted" if failure.reason is Reason.NOT_PERMITTED else "not_tested"
        return could_not_test(message, failure, observed=rows, facts=facts)
    untried = _untried(seen)
    if seen.states and not untried:
        return passed("ok", observed=rows, facts=facts, total=len(seen.states))
    if not seen.states and all(side.alive for side in seen.inside):
        families = tuple(family_word(side.family) for side in seen.inside)
        return passed("reached", observed=rows, facts=facts, families=families)
    return could_not_test("no_marks", _UNMARKED, observed=rows, facts=facts, uplinks=untried)


def _untried(seen: _Seen) -> tuple[str, ...]:
    """The declared uplinks that announce a family and were not tried in it."""
    uplinks = seen.evidence.datacentre.uplinks
    tried = {(state.fact.asn, state.family) for state in seen.states}
    return tuple(
        f"{named([uplink.asn], uplinks)[0]} {family_word(family)}"
        for uplink in uplinks
        for family, upstreams in seen.announced.items()
        if uplink.asn in upstreams and (uplink.asn, family) not in tried
    )


def _upstreams(evidence: DataCentreEvidence, table: RouteTable, family: Family) -> frozenset[int]:
    return frozenset(table.family(evidence, family).upstreams.shares)


def _inside(evidence: DataCentreEvidence, family: Family, min_tries: int) -> _Inside:
    prefixes = of_family(evidence.datacentre.prefixes, family)
    return _Inside(
        family,
        tuple(
            _Reached(reach, _answered(item, reach))
            for item in evidence.inside
            for reach in endpoint_reach(item, [family], min_tries)
            if within(reach.address, prefixes)
        ),
    )


def _answered(evidence: EndpointEvidence, reach: Reach) -> bool | None:
    """A refusal and a stall on an open connection did pass the uplinks, both ways.

    Who says by ICMP that an address is unreachable or prohibited is not known, and mostly its own firewall.
    """
    connected = any(fact.id == reach.fact and fact.hops and fact.hops[0].connect_ms for fact in evidence.web)
    if reach.ok or connected:
        return True
    if reach.failure is None:
        return bool(reach.fact)
    if reach.failure.reason is not Reason.TIMEOUT:
        return True if reach.failure.side is Side.TARGET and reach.ok is False else None
    return reach.ok


def _row(item: _Reached) -> Observation:
    row = item.reach.row()
    return Observation(where=row.where, saw=row.saw, address=row.address, family=row.family, ok=item.answered)


def _name(evidence: DataCentreEvidence, state: UplinkState) -> str:
    return f"{named([state.fact.asn], evidence.datacentre.uplinks)[0]} {family_word(state.family)}"


def _riding(evidence: DataCentreEvidence, dead: Iterable[UplinkState]) -> list[str]:
    """The sessions over the other family that keep these routes announced."""
    wanted = {(state.fact.asn, state.family) for state in dead}
    return [
        f"{session.peer_address} (AS{session.peer_asn})"
        for fact in evidence.sessions
        for session in fact.sessions
        for family in session.families
        if (session.peer_asn, family) in wanted and family is not family_of(session.peer_address)
    ]


_UNSEEN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no uplink was tried")
_UNMARKED = Failure(
    reason=Reason.NO_DATA, side=Side.OURS, detail="no firewall mark chooses the uplink, and no service tells"
)
