"""Whether servers that stand for each other are announced from more than one place, for each family by itself.

Apart are addresses in two prefixes of two origin ASes, or in two prefixes that share no upstream. All in one prefix
share its every route. Addresses of which no source tells can only add to the spread, never take from it.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side, family_of
from netaudit.model.evidence import MailEvidence, ZoneEvidence
from netaudit.model.routing import OriginsFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.sources import usable_sources


class Server(NamedTuple):
    """One address of a name server or an exchanger."""

    name: str
    address: str


class _Place(NamedTuple):
    """A prefix with what all sources together tell of it."""

    prefix: str
    asns: frozenset[int]
    upstreams: frozenset[int]


def judge_spread(
    evidence: ZoneEvidence | MailEvidence, servers: Sequence[Server], max_age_days: float, facts: tuple[str, ...]
) -> Outcome:
    """Messages `ok`, `one_prefix`, `one_as`, `unknown`, `one_server`, `not_asked`, `not_tested` and `too_old`."""
    if len({server.name for server in servers}) == 1:
        return not_applicable("one_server", facts=facts, servers=(servers[0].name,))
    if evidence.origins is None:
        return not_applicable("not_asked", facts=facts)
    found = usable_sources(evidence.origins, evidence.now, max_age_days, "origins of addresses")
    if isinstance(found, Outcome):
        return found
    places = {server.address: _place(server.address, found.sources) for server in servers}
    words = {family: _word(family, places) for family in Family if any(family_of(a) is family for a in places)}
    rows = tuple(_row(server, places[server.address], words) for server in servers)
    cited = (*facts, *found.facts)
    for message, outcome in (("one_prefix", failed), ("one_as", warned)):
        bad = tuple(family for family, word in words.items() if word == message)
        if bad:
            return outcome(
                message, observed=rows, facts=cited, families=_shown(bad),
                prefixes=_prefixes(places, bad), asns=_asns(places, bad),
            )  # fmt: skip
    unknown = tuple(family for family, word in words.items() if word == "unknown")
    if unknown:
        silent = tuple(a for a, place in places.items() if not place.asns and family_of(a) in unknown)
        return could_not_test(
            "unknown", _UNKNOWN, observed=rows, facts=cited, families=_shown(unknown), addresses=silent
        )
    return passed("ok", observed=rows, facts=cited, families=_shown(words), count=len(places))


def _word(family: Family, places: dict[str, _Place]) -> str:
    """How the addresses of one family stand: ok, one_prefix, one_as, unknown."""
    known = {address: place for address, place in places.items() if family_of(address) is family}
    prefixes = {place.prefix: place for place in known.values() if place.prefix}
    if len(prefixes) > 1 and _apart(prefixes.values()):
        return "ok"
    if any(not place.prefix for place in known.values()):
        return "unknown"
    if len(prefixes) == 1:
        return "one_prefix"
    return "one_as" if all(place.asns for place in prefixes.values()) else "unknown"


def _apart(places: Iterable[_Place]) -> bool:
    """Whether the loss of one AS or of one upstream leaves some of the prefixes."""
    places = tuple(places)
    if len(frozenset().union(*(place.asns for place in places))) > 1:
        return True
    ways = [place.upstreams for place in places if place.upstreams]
    return any(not one & other for one, other in combinations(ways, 2))


def _place(address: str, sources: Iterable[OriginsFact]) -> _Place:
    """The longest prefix that any source tells, and its origins and upstreams by all that tell it."""
    told = [origin for fact in sources for origin in fact.origins if origin.address == address and origin.prefix]
    prefix = max((origin.prefix for origin in told), key=_length, default="")
    same = [origin for origin in told if origin.prefix == prefix]
    return _Place(prefix, _union(origin.asns for origin in same), _union(origin.upstreams for origin in same))


def _union(values: Iterable[tuple[int, ...]]) -> frozenset[int]:
    return frozenset(asn for asns in values for asn in asns)


def _length(prefix: str) -> int:
    return int(prefix.partition("/")[2])


def _row(server: Server, place: _Place, words: dict[Family, str]) -> Observation:
    family = family_of(server.address)
    ok = {"ok": True, "unknown": None}.get(words[family], False)
    saw = f"in {place.prefix}, from {_named(place.asns)}, via {_named(place.upstreams)}" if place.prefix else "unknown"
    return Observation(where=server.name, saw=saw, address=server.address, family=family, ok=ok)


def _shown(families: Iterable[Family]) -> tuple[str, ...]:
    return tuple("IPv6" if family is Family.IPV6 else "IPv4" for family in families)


def _named(asns: frozenset[int]) -> str:
    return ", ".join(f"AS{asn}" for asn in sorted(asns)[:8]) or "–"


def _prefixes(places: dict[str, _Place], families: Sequence[Family]) -> tuple[str, ...]:
    found = {place.prefix for address, place in places.items() if family_of(address) in families and place.prefix}
    return tuple(sorted(found))


def _asns(places: dict[str, _Place], families: Sequence[Family]) -> tuple[str, ...]:
    found = _union(tuple(place.asns) for address, place in places.items() if family_of(address) in families)
    return tuple(f"AS{asn}" for asn in sorted(found))


_UNKNOWN = Failure(
    reason=Reason.NO_DATA, side=Side.OURS, detail="no source tells where the addresses are announced from"
)
