"""Whether a service can be used over IPv6 alone, and what breaks first: names, address, connection, redirect, page."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.verdict import Observation, Outcome, Status, could_not_test, failed, passed
from netaudit.rules.fetches import cut_short, endpoint_reach, in_circle, is_web, untested
from netaudit.rules.one_family import judge_chain
from netaudit.rules.page_reach import needed_hosts, seen_in_browser
from netaudit.rules.zones import unlooked


def judge(evidence: EndpointEvidence, *, min_tries: int, failing_rounds: int) -> Outcome:
    """Go the way that a visitor with IPv6 alone goes; the first step that is known to break is the answer.

    Each step has a check of its own, which says more. A step that could not be seen leaves the rest in doubt, but not
    a later step that is known to break.
    """
    blind = evidence.blind(Family.IPV6)
    if blind is not None:
        return untested(evidence, _V6)
    steps = list(_steps(evidence, min_tries, failing_rounds))
    rows = tuple(Observation(where=step.name, saw=step.saw, ok=step.ok, family=Family.IPV6) for step in steps)
    broken = next((step for step in steps if step.ok is False), None)
    if broken is not None:
        return failed(broken.name, observed=rows, facts=broken.facts, what=broken.what)
    unknown = next((step for step in steps if step.ok is None), None)
    if unknown is not None and unknown.failure is not None:
        return could_not_test("not_tested", unknown.failure, observed=rows, facts=unknown.facts)
    if unknown is not None:
        return untested(evidence, _V6)
    return passed("ok", observed=rows, facts=tuple(fact for step in steps for fact in step.facts))


_V6 = (Family.IPV6,)
_NOT_KNOWN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="not every name server was looked up")


class _Step(NamedTuple):
    """One step: whether it works over IPv6 alone (None: not known), in words, and what is at fault."""

    name: str
    ok: bool | None
    saw: str
    what: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    failure: Failure | None = None


def _steps(evidence: EndpointEvidence, min_tries: int, failing_rounds: int) -> Iterator[_Step]:
    makers: list[Callable[[], _Step]] = [
        lambda: _names(evidence),
        lambda: _address(evidence),
        lambda: _connection(evidence, min_tries, failing_rounds),
    ]
    if is_web(evidence):
        makers += [lambda: _redirect(evidence), lambda: _page(evidence)]
    for make in makers:
        step = make()
        yield step
        if step.ok is False:
            return


def _names(evidence: EndpointEvidence) -> _Step:
    """The host's zone can be found from the root over IPv6 alone."""
    if not evidence.host.zones:
        return _Step("names", None, "the zone is not known", failure=_failure_of_lookups(evidence))
    if not evidence.host.zones[-1].fact.audited:
        return _servers(evidence)
    found = judge_chain(evidence.host.zones[-1], Family.IPV6)
    zone = str(found.args.get("zone", evidence.host.zones[-1].zone))
    if found.status is Status.FAIL:
        return _Step("names", False, f"{zone} can't be resolved", (zone,), found.facts)
    if found.status is Status.COULD_NOT_TEST:
        return _Step("names", None, f"{zone} is not known to resolve", failure=found.failure)
    return _Step("names", True, "resolves from the root", facts=found.facts)


def _servers(evidence: EndpointEvidence) -> _Step:
    """Of a zone that was only passed through, no more is known than the addresses of the servers on the way."""
    for zone in evidence.host.zones:
        if any(server.family is Family.IPV6 for server in zone.servers):
            continue
        if not zone.servers or unlooked(zone):
            failure = zone.fact.failure or _NOT_KNOWN
            return _Step("names", None, f"the name servers of {zone.zone} are not known", failure=failure)
        return _Step("names", False, f"{zone.zone} has no name server with IPv6", (zone.zone,), (zone.fact.id,))
    return _Step("names", True, "every zone on the way has name servers with IPv6")


def _address(evidence: EndpointEvidence) -> _Step:
    lookup = evidence.host.aaaa
    if lookup is None or lookup.failure is not None:
        return _Step("address", None, "AAAA not looked up", failure=_failure_of_lookups(evidence))
    if not lookup.addresses:
        return _Step("address", False, "no AAAA record", (evidence.host.host,), lookup.facts)
    return _Step("address", True, ", ".join(lookup.addresses), facts=lookup.facts)


def _connection(evidence: EndpointEvidence, min_tries: int, failing_rounds: int) -> _Step:
    reached = endpoint_reach(evidence, _V6, min_tries, failing_rounds)
    bad = tuple(reach.label for reach in reached if reach.ok is False)
    facts = tuple(reach.fact for reach in reached if reach.fact)
    if bad:
        return _Step("connection", False, "; ".join(bad), bad, facts)
    unknown = [reach for reach in reached if reach.ok is None]
    if not reached or unknown:
        failure = next((reach.failure for reach in unknown if reach.failure is not None), None)
        return _Step("connection", None, "not determined", facts=facts, failure=failure)
    return _Step("connection", True, "every address serves", facts=facts)


def _redirect(evidence: EndpointEvidence) -> _Step:
    """Every redirect that was followed over IPv6 led to a host with IPv6."""
    for fact, url, failure in cut_short(evidence, Family.IPV6):
        if failure.reason is Reason.NO_ADDRESS:
            return _Step("redirect", False, f"{url} has no IPv6", (url,), (fact.id,))
        if in_circle(fact):
            return _Step("circle", False, f"redirects lead back to {url}", (url,), (fact.id,))
        return _Step("redirect", None, url, facts=(fact.id,), failure=failure)
    return _Step("redirect", True, "no redirect leaves IPv6")


def _page(evidence: EndpointEvidence) -> _Step:
    page = evidence.page
    if page is None:
        return _Step("page", None, "not fetched")
    browser = evidence.browser
    facts = (page.id, *((browser.id,) if browser is not None else ()))
    found = needed_hosts(page, browser)
    if found.ipv4_only:
        asked = [host for host in found.ipv4_only if host in seen_in_browser(page, browser)]
        saw = f"loads from {', '.join(found.ipv4_only)}" + (f"; seen in a browser: {', '.join(asked)}" if asked else "")
        return _Step("page", False, saw, found.ipv4_only, facts)
    if found.unknown:
        return _Step("page", None, f"not looked up: {', '.join(found.unknown)}", facts=facts, failure=found.failure)
    if browser is not None and browser.failure is not None:
        return _Step("page", None, "not loaded whole in a browser", facts=facts, failure=browser.failure)
    return _Step("page", True, "loads from hosts with IPv6", facts=facts)


def _failure_of_lookups(evidence: EndpointEvidence) -> Failure | None:
    lookup = evidence.host.aaaa
    return lookup.failure if lookup is not None else None
