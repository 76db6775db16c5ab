"""Which route tables are samples of one collector at several times.

BGP shows states that do not last: while it converges, and after a session was reset. What the newest table of a
collector alone shows, where an earlier one of the same collector shows otherwise, may be such a state.
"""

from collections.abc import Iterable, Sequence

from netaudit.model.facts import RoutesFact

__all__ = ["samples_of"]

_ALIKE = 0.5  # of the peers of two tables together, the part that both have when they are of one collector


def samples_of(sources: Iterable[RoutesFact], apart: float) -> tuple[tuple[RoutesFact, ...], ...]:
    """The dated sources by sample, the newest first; a sample has each collector's sources of that time.

    Sources of one collector less than `apart` seconds from the newest of them are one sample: its IPv4 and its IPv6
    table may be files of their own. A collector with fewer samples than others counts in the earlier ones with its
    last, so that no sample lacks its peers.
    """
    series = [_series(collector, apart) for collector in _collectors(sources)]
    depth = max((len(samples) for samples in series), default=0)
    return tuple(
        tuple(fact for samples in series for fact in samples[min(place, len(samples) - 1)]) for place in range(depth)
    )


def _collectors(sources: Iterable[RoutesFact]) -> list[list[RoutesFact]]:
    """Tables of one format and mostly the same peers are of one collector: they seldom say which it was."""
    found: list[list[RoutesFact]] = []
    for fact in sources:
        group = next((group for group in found if _same_collector(group[0], fact)), None)
        if group is None:
            found.append([fact])
        else:
            group.append(fact)
    return found


def _same_collector(one: RoutesFact, other: RoutesFact) -> bool:
    if one.format != other.format:
        return False
    first, second = frozenset(one.peers), frozenset(other.peers)
    if not first or not second:
        return one.source == other.source
    return len(first & second) >= _ALIKE * len(first | second)


def _series(facts: Sequence[RoutesFact], apart: float) -> list[list[RoutesFact]]:
    samples: list[list[RoutesFact]] = []
    for fact in sorted(facts, key=_time, reverse=True):
        if samples and _time(samples[-1][0]) - _time(fact) < apart:
            samples[-1].append(fact)
        else:
            samples.append([fact])
    return samples


def _time(fact: RoutesFact) -> float:
    return fact.data_time or 0.0
