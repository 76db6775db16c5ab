"""Which of the hosts that a page names a visitor with IPv6 alone can reach."""

from collections.abc import Iterable
from typing import NamedTuple

from netaudit.model.common import Failure
from netaudit.model.facts import Lookup, PageFact
from netaudit.model.verdict import Observation

__all__ = ["NamedHosts", "named_hosts"]


class NamedHosts(NamedTuple):
    """Hosts of a page, sorted by what is known of their addresses."""

    reachable: tuple[str, ...]  # with IPv6
    ipv4_only: tuple[str, ...]
    unknown: tuple[str, ...]  # the look-up of AAAA failed
    rows: tuple[Observation, ...]
    failure: Failure | None  # of the first look-up that failed


def named_hosts(page: PageFact, hosts: Iterable[str]) -> NamedHosts:
    """Sort hosts that a page names. One without any address is reached by nobody and stands in no list."""
    found: dict[str, list[str]] = {"IPv6": [], "IPv4 alone": [], "unknown": [], "no address": []}
    rows: list[Observation] = []
    failures: list[Failure] = []
    for host in hosts:
        lookups = page.addresses(host)
        state, failure = _state(lookups.get("A"), lookups.get("AAAA"))
        found[state].append(host)
        failures += [failure] if failure is not None else []
        ok = {"IPv6": True, "IPv4 alone": False}.get(state)
        rows.append(Observation(where=host, saw=state, ok=ok))
    v6, v4, unknown = (tuple(found[state]) for state in ("IPv6", "IPv4 alone", "unknown"))
    return NamedHosts(v6, v4, unknown, tuple(rows), failures[0] if failures else None)


def _state(a: Lookup | None, aaaa: Lookup | None) -> tuple[str, Failure | None]:
    if aaaa is not None and aaaa.addresses:
        return "IPv6", None
    if aaaa is None or aaaa.failure is not None:
        return "unknown", aaaa.failure if aaaa is not None else None
    return ("IPv4 alone" if a is not None and a.addresses else "no address"), None
