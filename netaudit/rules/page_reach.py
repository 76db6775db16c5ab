"""Which of the hosts that a page names, or asks for in a browser, a visitor with IPv6 alone can reach."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from netaudit.model.common import Failure
from netaudit.model.facts import BrowserFact, Lookup, PageFact
from netaudit.model.verdict import Observation

__all__ = ["NamedHosts", "seen_in_browser", "named_hosts", "needed_hosts"]

_DISPENSABLE = {"ping", "cspviolationreport", "preflight", "prefetch"}  # nothing that a visitor sees waits for them


class NamedHosts(NamedTuple):
    """Hosts of a page, sorted by what is known of their addresses."""

    reachable: tuple[str, ...]  # with IPv6
    ipv4_only: tuple[str, ...]
    unknown: tuple[str, ...]  # the look-up of AAAA failed
    rows: tuple[Observation, ...]
    failure: Failure | None  # of the first look-up that failed


class _LookedUp(Protocol):
    def addresses(self, host: str) -> dict[str, Lookup]: ...


def named_hosts(looked_up: _LookedUp, hosts: Iterable[str], kinds: Mapping[str, tuple[str, ...]] = {}) -> NamedHosts:
    """Sort hosts by their look-ups. One without any address is reached by nobody and stands in no list.

    `kinds`: what each was asked for in a browser, if it was.
    """
    found: dict[str, list[str]] = {"IPv6": [], "IPv4 alone": [], "unknown": [], "no address": []}
    rows: list[Observation] = []
    failures: list[Failure] = []
    for host in hosts:
        lookups = looked_up.addresses(host)
        state, failure = _state(lookups.get("A"), lookups.get("AAAA"))
        found[state].append(host)
        failures += [failure] if failure is not None else []
        ok = {"IPv6": True, "IPv4 alone": False}.get(state)
        asked = f"; seen in a browser: {', '.join(kinds[host])}" if host in kinds else ""
        rows.append(Observation(where=host, saw=f"{state}{asked}", ok=ok))
    v6, v4, unknown = (tuple(found[state]) for state in ("IPv6", "IPv4 alone", "unknown"))
    return NamedHosts(v6, v4, unknown, tuple(rows), failures[0] if failures else None)


def needed_hosts(page: PageFact, browser: BrowserFact | None) -> NamedHosts:
    """The hosts that a page loads from: those that its HTML names, then those that it asked for in a browser alone."""
    named = named_hosts(page, page.resources)
    if browser is None:
        return named
    scripted = seen_in_browser(page, browser)
    asked = named_hosts(browser, scripted, scripted)
    return NamedHosts(
        named.reachable + asked.reachable,
        named.ipv4_only + asked.ipv4_only,
        named.unknown + asked.unknown,
        named.rows + asked.rows,
        named.failure or asked.failure,
    )


def seen_in_browser(page: PageFact, browser: BrowserFact | None) -> dict[str, tuple[str, ...]]:
    """What a page needs of each host that only a browser saw; its HTML names none of them as a resource."""
    asked = browser.asked if browser is not None else ()
    found = {one.host: tuple(kind for kind in one.kinds if kind not in _DISPENSABLE) for one in asked}
    return {host: kinds for host, kinds in found.items() if kinds and host not in page.resources}


def _state(a: Lookup | None, aaaa: Lookup | None) -> tuple[str, Failure | None]:
    if aaaa is not None and aaaa.addresses:
        return "IPv6", None
    if aaaa is None or aaaa.failure is not None:
        return "unknown", aaaa.failure if aaaa is not None else None
    return ("IPv4 alone" if a is not None and a.addresses else "no address"), None
