"""What the judges of data centres share: names of upstreams, enough peers or not, samples that must agree."""

from collections.abc import Callable, Iterable, Sequence

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.inventory import Uplink
from netaudit.model.verdict import Observation, Outcome, Status, could_not_test
from netaudit.rules.routes import PrefixRoutes, RouteTable, route_tables

BOTH = (Family.IPV4, Family.IPV6)


def sourced(evidence: DataCentreEvidence, outcome: Outcome) -> Outcome:
    """The outcome with what re-checking needs: the files read, and the prefixes looked for."""
    sources = tuple(dict.fromkeys(fact.source for fact in evidence.routes if fact.source)) or ("TABLE.mrt",)
    return outcome.with_args({"sources": sources, "declared": evidence.datacentre.prefixes})


def agreed(
    evidence: DataCentreEvidence,
    max_age_days: float,
    min_apart_minutes: float,
    conclude: Callable[[RouteTable], Outcome],
    *,
    at_once: Iterable[str] = (),
) -> Outcome:
    """Judge the newest table, and let a finding stand only where an earlier sample of the collectors has one too.

    A single sample stands alone, and its row says so. The messages `at_once` are of what was seen, not of what is
    missing: no state of a converging network invents it. A finding that no earlier sample shares gives `unstable`
    with `samples` and `agreeing`.
    """
    tables = route_tables(evidence, max_age_days, min_apart_minutes)
    if isinstance(tables, Outcome):
        return tables
    newest, *earlier = (conclude(table) for table in tables)
    judged = [outcome for outcome in earlier if outcome.status in _JUDGED]
    agreeing = 1 + sum((outcome.status in _FOUND) == (newest.status in _FOUND) for outcome in judged)
    samples = 1 + len(judged)
    where = ", ".join(tables[0].sources)
    if newest.status not in _JUDGED:
        return newest
    if newest.status not in _FOUND or samples == 1:
        return newest.with_row(Observation(where=where, saw=f"{samples} samples" if samples > 1 else "one sample"))
    if agreeing > 1 or newest.message in at_once:
        return newest.with_row(Observation(where=where, saw=f"seen in {agreeing} of {samples} samples"))
    failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=f"seen in {agreeing} of {samples} samples")
    unsure = could_not_test(
        "unstable", failure, observed=newest.observed, facts=newest.facts, samples=samples, agreeing=agreeing
    )
    return unsure.with_row(Observation(where=where, saw=failure.detail))


def named(asns: Iterable[int], uplinks: Sequence[Uplink]) -> tuple[str, ...]:
    """AS numbers with the operator's name where the inventory has it, lowest first."""
    names = {uplink.asn: uplink.operator for uplink in uplinks}
    return tuple(f"AS{asn} ({names[asn]})" if asn in names else f"AS{asn}" for asn in sorted(asns))


def row(item: PrefixRoutes, saw: str, ok: bool | None) -> Observation:
    """A row about one prefix."""
    return Observation(where=item.prefix, saw=saw, family=item.family, ok=ok)


def over(families: Iterable[Family]) -> tuple[str, ...]:
    """The families as an argument, IPv4 first; writers know it by the name `over`."""
    met = frozenset(families)
    return tuple(family.value for family in BOTH if family in met)


def gone(items: Iterable[PrefixRoutes], min_peers: int) -> bool:
    """Whether no prefix is seen although enough peers would see it."""
    return all(item.absent and len(item.feeds) >= min_peers for item in items)


def not_enough(
    prefixes: Iterable[str], peers: int, minimum: int, rows: tuple[Observation, ...], facts: tuple[str, ...]
) -> Outcome:
    """Too few vantages to say anything: message `not_enough_data` with `prefixes`, `peers` and `minimum`."""
    failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=f"{peers} peers, {minimum} are needed")
    return could_not_test(
        "not_enough_data", failure, observed=rows, facts=facts, prefixes=tuple(prefixes), peers=peers, minimum=minimum
    )


_FOUND = frozenset({Status.FAIL, Status.WARN})
_JUDGED = frozenset({Status.PASS, *_FOUND})
