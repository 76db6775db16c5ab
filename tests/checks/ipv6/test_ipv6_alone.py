"""What a visitor with IPv6 alone can use: the page, its links, and the first step that breaks."""

from typing import Any

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence, ZoneEvidence
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import APEX, evidence, failing, four, pair, serving, unsigned
from tests.checks.web.builders import (
    BLIND_V6,
    HOST,
    PLAIN,
    REFUSED,
    SERVFAIL,
    V4,
    V6,
    connect,
    dead,
    endpoint,
    fetch,
    hop,
    host,
    names,
    opened,
)
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL = Status.PASS, Status.FAIL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
TCP = f"tcp://{HOST}:8443"
TOO_MANY = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="more than 5 redirects")
STRANDED = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="old.example has no ipv6")
STRAYED = Failure(reason=Reason.OUT_OF_SCOPE, side=Side.OURS, detail="from one outside host to another")
NO_BROWSER = Failure(reason=Reason.NO_BROWSER, side=Side.OURS, detail="no chromium")
CUT = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail="the page was not loaded after 20 seconds")
SCRIPT = ("script",)
ZONE = evidence(*four(*[serving(unsigned())] * 4))
ZONE_V4 = evidence(*pair(serving(unsigned())))
ZONE_LOST = evidence(*four(*[failing()] * 4))


def at(zone: ZoneEvidence, *facts: Any, page: Any = None, **more: Any) -> EndpointEvidence:
    """An endpoint whose host lies in `zone`."""
    made = endpoint(*facts, page=page, **more)
    return replace(made, host=replace(made.host, zones=(zone,)))


def passed(zone: ZoneEvidence) -> ZoneEvidence:
    """A zone that the scan only passed through on its way to the host."""
    return replace(zone, fact=replace(zone.fact, audited=False))


BOTH = (fetch(V4), fetch(V6))
UNSEEN = [
    Case("silent", endpoint(dead(V4), dead(V6)), UNTESTED, "not_tested"),
    Case("not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
    Case("TCP", endpoint(connect(V4), key=TCP), NONE, "not_web"),
]

CASES: dict[str, list[Case]] = {
    "ipv6.page_resources": [
        Case("own files", endpoint(*BOTH, page=names()), PASS, "none"),
        Case("a host with both", endpoint(*BOTH, page=names(("v6.example",))), PASS, "ok", {"total": 1}),
        Case("a host that nobody reaches", endpoint(*BOTH, page=names(("v6.example", "dead.example"))), PASS, "ok"),
        Case("a host with IPv4 alone", endpoint(*BOTH, page=names(("v6.example", "v4.example"))), FAIL, "ipv4_only",
            {"hosts": ("v4.example",), "failing": 1, "total": 2}),
        Case("links are another matter", endpoint(*BOTH, page=names((), ("v4.example",))), PASS, "none"),
        Case("not looked up", endpoint(*BOTH, page=names(("v6.example", "lost.example"))), UNTESTED, "partly_tested",
            {"hosts": ("lost.example",)}),
        Case("known and unknown", endpoint(*BOTH, page=names(("v4.example", "lost.example"))), FAIL, "ipv4_only"),
        Case("a script finds no more", endpoint(*BOTH, page=names(), browser=opened()), PASS, "none"),
        Case("a script asks a host with both", endpoint(*BOTH, page=names(), browser=opened({"v6.example": SCRIPT})),
            PASS, "ok", {"total": 1}),
        Case("a script asks IPv4 alone", endpoint(*BOTH, page=names(("v6.example",)),
            browser=opened({"v4.example": ("script", "xhr")})), FAIL, "browser_ipv4_only",
            {"hosts": ("v4.example",), "failing": 1, "total": 2}),
        Case("HTML and a script", endpoint(*BOTH, page=names(("v4.example",)),
            browser=opened({"v4.example": SCRIPT, "v4-2.example": SCRIPT})), FAIL, "ipv4_only",
            {"hosts": ("v4.example", "v4-2.example"), "failing": 2, "total": 2}),
        Case("a script loads what the page links to", endpoint(*BOTH, page=names((), ("v4.example",)),
            browser=opened({"v4.example": SCRIPT})), FAIL, "browser_ipv4_only"),
        Case("a beacon that nobody waits for", endpoint(*BOTH, page=names(), browser=opened({"v4.example": ("ping",)})),
            PASS, "none"),
        Case("a script's host not looked up", endpoint(*BOTH, page=names(), browser=opened({"lost.example": SCRIPT})),
            UNTESTED, "partly_tested", {"hosts": ("lost.example",)}),
        Case("no browser", endpoint(*BOTH, page=names(), browser=opened(failure=NO_BROWSER)), UNTESTED, "not_loaded"),
        Case("HTML alone is enough", endpoint(*BOTH, page=names(("v4.example",)), browser=opened(failure=NO_BROWSER)),
            FAIL, "ipv4_only"),
        Case("cut short, after a script", endpoint(*BOTH, page=names(), browser=opened({"v4.example": SCRIPT}, CUT)),
            FAIL, "browser_ipv4_only"),
        *UNSEEN,
    ],
    "ipv6.page_links": [
        Case("no links", endpoint(*BOTH, page=names(("v4.example",))), PASS, "none"),
        Case("both", endpoint(*BOTH, page=names((), ("v6.example",))), PASS, "ok"),
        Case("IPv4 alone", endpoint(*BOTH, page=names((), ("v4.example",))), FAIL, "ipv4_only"),
        Case("not looked up", endpoint(*BOTH, page=names((), ("lost.example",))), UNTESTED, "partly_tested"),
        Case("a script loads it", endpoint(*BOTH, page=names((), ("v4.example",)),
            browser=opened({"v4.example": SCRIPT})), PASS, "none"),
        Case("no browser", endpoint(*BOTH, page=names((), ("v6.example",)), browser=opened(failure=NO_BROWSER)), PASS,
            "ok"),
        *UNSEEN,
    ],
    "ipv6.usable_alone": [
        Case("all the way", at(ZONE, *BOTH, page=names(("v6.example",), ("v4.example",))), PASS, "ok"),
        Case("TCP", at(ZONE, connect(V4), connect(V6), key=TCP), PASS, "ok"),
        Case("the zone has IPv4 servers alone", at(ZONE_V4, *BOTH, page=names()), FAIL, "names", {"what": (APEX,)}),
        Case("passed through", at(passed(ZONE), *BOTH, page=names()), PASS, "ok"),
        Case("passed through, IPv4 alone", at(passed(ZONE_V4), *BOTH, page=names()), FAIL, "names", {"what": (APEX,)}),
        Case("passed through, no server known", at(passed(evidence(failure=SERVFAIL)), *BOTH, page=names()), UNTESTED,
            "not_tested", {"failure": "name resolution: no name server answered"}),
        Case("no AAAA", at(ZONE, fetch(V4), page=names()), FAIL, "address", {"what": (HOST,)}),
        Case("refused", at(ZONE, fetch(V4), dead(V6, REFUSED), page=names()), FAIL, "connection", {"what": (V6,)}),
        Case("a redirect to IPv4", at(ZONE, fetch(V4), fetch(V6, hop(V6, 302), hop("", url="https://old.example/",
            failure=STRANDED)), page=names()), FAIL, "redirect", {"what": ("https://old.example/",)}),
        Case("redirects in a circle", at(ZONE, fetch(V4), fetch(V6, hop(V6, 302), hop("", failure=TOO_MANY)),
            page=names()), FAIL, "circle", {"what": (f"https://{HOST}/",)}),
        Case("a redirect not followed", at(ZONE, fetch(V4), fetch(V6, hop(V6, 302), hop("", failure=STRAYED)),
            page=names()), UNTESTED, "not_tested"),
        Case("a script from IPv4", at(ZONE, *BOTH, page=names(("v4.example",))), FAIL, "page",
            {"what": ("v4.example",)}),
        Case("a script from a script", at(ZONE, *BOTH, page=names(), browser=opened({"v4.example": SCRIPT})), FAIL,
            "page", {"what": ("v4.example",)}),
        Case("no browser", at(ZONE, *BOTH, page=names(), browser=opened(failure=NO_BROWSER)), UNTESTED, "not_tested"),
        Case("a browser saw no more", at(ZONE, *BOTH, page=names(), browser=opened()), PASS, "ok"),
        Case("doubt before, break behind", at(ZONE_LOST, *BOTH, page=names(("v4.example",))), FAIL, "page"),
        Case("only doubt", at(ZONE_LOST, *BOTH, page=names()), UNTESTED, "not_tested"),
        Case("zone not known", endpoint(*BOTH, page=names()), UNTESTED, "not_tested"),
        Case("a host not looked up", at(ZONE, *BOTH, page=names(("lost.example",))), UNTESTED, "not_tested"),
        Case("silent once", at(ZONE, fetch(V4), dead(V6, tries=1), page=names()), UNTESTED, "not_tested"),
        Case("page not read", at(ZONE, fetch(V4, endpoint=PLAIN), fetch(V6, endpoint=PLAIN), key=PLAIN), UNTESTED,
            "not_tested"),
        Case("not resolved", at(ZONE, at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
        Case("blind", at(ZONE, fetch(V4), dead(V6), vantage=BLIND_V6), UNTESTED, "not_tested",
            {"failure": "no route: no IPv6 here"}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED)


def test_the_steps_are_told_up_to_the_one_that_breaks() -> None:
    outcome = judge("ipv6.usable_alone", at(ZONE, fetch(V4), dead(V6, REFUSED), page=names()))
    assert [(row.where, row.ok) for row in outcome.observed] == [
        ("names", True), ("address", True), ("connection", False),
    ]  # fmt: skip


def test_rows_tell_what_only_a_script_asked_for() -> None:
    browser = opened({"v4.example": ("script", "xhr"), "v6.example": ("font",)})
    outcome = judge("ipv6.page_resources", endpoint(*BOTH, page=names(("v6.example",)), browser=browser))
    assert [(row.where, row.saw, row.ok) for row in outcome.observed] == [
        ("v6.example", "IPv6", True), ("v4.example", "IPv4 alone; seen in a browser: script, xhr", False),
    ]  # fmt: skip
    assert outcome.facts == ("page", "browser")
