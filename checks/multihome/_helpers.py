"""What the judges of data centres share: names of upstreams, enough peers or not, the upstreams of a family."""

from collections.abc import Iterable, Sequence

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.inventory import Uplink
from netaudit.model.verdict import Observation, Outcome, could_not_test
from netaudit.rules.routes import PrefixRoutes

BOTH = (Family.IPV4, Family.IPV6)


def sourced(evidence: DataCentreEvidence, outcome: Outcome) -> Outcome:
    """The outcome with what re-checking needs: the files read, and the prefixes looked for."""
    sources = tuple(dict.fromkeys(fact.source for fact in evidence.routes if fact.source)) or ("TABLE.mrt",)
    return outcome.with_args({"sources": sources, "declared": evidence.datacentre.prefixes})


def named(asns: Iterable[int], uplinks: Sequence[Uplink]) -> tuple[str, ...]:
    """AS numbers with the operator's name where the inventory has it, lowest first."""
    names = {uplink.asn: uplink.operator for uplink in uplinks}
    return tuple(f"AS{asn} ({names[asn]})" if asn in names else f"AS{asn}" for asn in sorted(asns))


def row(item: PrefixRoutes, saw: str, ok: bool | None) -> Observation:
    """A row about one prefix."""
    return Observation(where=item.prefix, saw=saw, family=item.family, ok=ok)


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
