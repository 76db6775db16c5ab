"""Parity of ports, redirects, TLS sessions, header fields and connection times, case by case."""

import pytest

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Status
from tests.checks.services.builders import NTP, told
from tests.checks.web.builders import (
    BLIND_V6,
    HOST,
    REFUSED,
    SERVFAIL,
    TIMEOUT,
    TLS,
    V4,
    V6,
    V6B,
    connect,
    dead,
    endpoint,
    fetch,
    hop,
    host,
    times,
    tls,
)
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
TCP = f"tcp://{HOST}:8443"
PLAIN = f"http://{HOST}:80"
TOO_MANY = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="more than 5 redirects")
STRANDED = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="www.example has no ipv6")

ONE_FAMILY = [
    Case("IPv4 alone", endpoint(fetch(V4)), NONE, "one_family"),
    Case("IPv6 alone", endpoint(fetch(V6)), NONE, "one_family"),
    Case("no address", endpoint(at=host()), NONE, "one_family"),
]
UNSEEN = [
    Case("blind", endpoint(fetch(V4), dead(V6), vantage=BLIND_V6), UNTESTED, "not_tested",
        {"failure": "no route: no IPv6 here"}),
    Case("not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
    Case("not fetched", endpoint(at=host(V4, V6)), UNTESTED, "not_tested"),
]  # fmt: skip
SILENT = [
    Case("IPv6 silent", endpoint(fetch(V4), dead(V6)), UNTESTED, "not_tested"),
    Case("IPv6 refused", endpoint(fetch(V4), dead(V6, REFUSED, 1)), UNTESTED, "not_tested",
        {"failure": "refused: connection refused"}),
]  # fmt: skip
NOT_WEB = [Case("TCP", endpoint(connect(V4), connect(V6), key=TCP), NONE, "not_web")]


def way(address: str, *urls: str) -> WebFact:
    """A fetch that was redirected from each URL to the next."""
    return fetch(address, *(hop(address, 301, url=url) for url in urls[:-1]), hop(address, url=urls[-1]))


def agreed(address: str, version: str, alpn: str = "") -> WebFact:
    return fetch(address, hop(address, session=tls(version, alpn=alpn)))


def fields(address: str, **headers: str) -> WebFact:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return fetch(address, hop(address, headers=pairs))


def port80(address: str, failure: Failure | None = None, tries: int = 2) -> WebFact:
    made = hop(address, 301, url=f"http://{HOST}/", failure=failure, tries=tries)
    return fetch(address, made, endpoint=PLAIN)


def both(*plain: WebFact) -> tuple[WebFact, ...]:
    return fetch(V4), fetch(V6), *plain


SITE, SAFE = "http://a.example/", "https://a.example/"
CSP = "default-src 'self'; script-src 'nonce-{}'"


def circle(address: str, *headers: tuple[str, str]) -> WebFact:
    """Redirects that lead back to where they came from, until they were given up."""
    turn = hop(address, 302, url=SAFE, headers=headers)
    return fetch(address, turn, turn, hop("", url=SAFE, failure=TOO_MANY, tries=0))


CASES: dict[str, list[Case]] = {
    "dual_stack.redirects": [
        Case("alike", endpoint(way(V4, SITE, SAFE), way(V6, SITE, SAFE)), PASS, "ok",
            {"way": "301 http://a.example → 200 https://a.example"}),
        Case("other paths", endpoint(way(V4, SITE, f"{SAFE}?s=1"), way(V6, SITE, f"{SAFE}?s=2")), PASS, "ok"),
        Case("a detour over IPv6", endpoint(way(V4, SITE, SAFE), way(V6, SITE, "http://old.example/", SAFE)), FAIL,
            "differs", {"addresses": (V6,), "ipv6": "301 http://a.example → 301 http://old.example → "
            "200 https://a.example"}),
        Case("at one of two addresses", endpoint(way(V4, SAFE), way(V6, SAFE), way(V6B, SAFE, f"{SAFE}x")), FAIL,
            "differs", {"addresses": (V6B,)}),
        Case("in a circle over IPv4", endpoint(circle(V4), fetch(V6)), FAIL, "circle_ipv4", {"addresses": (V4,)}),
        Case("in a circle over IPv6", endpoint(fetch(V4), circle(V6)), FAIL, "circle_ipv6",
            {"addresses": (V6,), "back": SAFE}),
        Case("in a circle over both", endpoint(circle(V4), circle(V6)), UNTESTED, "not_tested"),
        Case("a circle that a cookie may open", endpoint(fetch(V4), circle(V6, ("set-cookie", "a=b"))), UNTESTED,
            "not_tested"),
        Case("no redirect", endpoint(fetch(V4), fetch(V6)), NONE, "no_redirect"),
        Case("another status, but no redirect", endpoint(fetch(V4), fetch(V6, hop(V6, 404))), NONE, "no_redirect"),
        Case("stranded", endpoint(fetch(V4), fetch(V6, hop(V6, 302), hop("", failure=STRANDED))), UNTESTED,
            "not_tested"),
        *ONE_FAMILY, *UNSEEN, *SILENT, *NOT_WEB,
    ],
    "dual_stack.tls_session": [
        Case("alike", endpoint(agreed(V4, "TLSv1.3", "h2"), agreed(V6, "TLSv1.3", "h2")), PASS, "ok",
            {"session": "TLSv1.3, h2"}),
        Case("older over IPv6", endpoint(agreed(V4, "TLSv1.3"), agreed(V6, "TLSv1.2")), FAIL, "differs",
            {"ipv4": "TLSv1.3", "ipv6": "TLSv1.2", "addresses": (V6,)}),
        Case("no HTTP/2 over IPv6", endpoint(agreed(V4, "TLSv1.3", "h2"), agreed(V6, "TLSv1.3", "http/1.1")), FAIL,
            "differs", {"ipv6": "TLSv1.3, http/1.1"}),
        Case("http", endpoint(fetch(V4, endpoint=PLAIN), key=PLAIN), NONE, "no_tls"),
        *ONE_FAMILY, *UNSEEN, *SILENT,
    ],
    "dual_stack.headers": [
        Case("alike", endpoint(fields(V4, x_frame_options="DENY"), fields(V6, x_frame_options="DENY")), PASS, "ok",
            {"headers": ("x-frame-options",)}),
        Case("another nonce", endpoint(fields(V4, content_security_policy=CSP.format("YWJj")),
            fields(V6, content_security_policy=CSP.format("ZGVm"))), PASS, "ok"),
        Case("none", endpoint(fetch(V4), fetch(V6)), PASS, "none"),
        Case("other fields are no matter", endpoint(fields(V4, server="a"), fields(V6, server="b")), PASS, "none"),
        Case("missing over IPv6", endpoint(fields(V4, strict_transport_security="max-age=31536000"), fetch(V6)), FAIL,
            "differs", {"headers": ("strict-transport-security",), "addresses": (V6,)}),
        Case("weaker over IPv6", endpoint(fields(V4, x_frame_options="DENY"),
            fields(V6, x_frame_options="SAMEORIGIN")), FAIL, "differs", {"headers": ("x-frame-options",)}),
        *ONE_FAMILY, *UNSEEN, *SILENT, *NOT_WEB,
    ],
    "dual_stack.ports": [
        Case("alike", endpoint(*both(port80(V4), port80(V6))), PASS, "ok", {"ports": ("80", "443")}),
        Case("80 closed in both", endpoint(*both(port80(V4, REFUSED), port80(V6, REFUSED))), PASS, "ok",
            {"ports": ("443",)}),
        Case("bad TLS is an open port", endpoint(fetch(V4), dead(V6, TLS)), PASS, "ok"),
        Case("80 over IPv4 alone", endpoint(*both(port80(V4), port80(V6, REFUSED))), FAIL, "only_ipv4",
            {"ports": ("80",)}),
        Case("80 over IPv6 alone", endpoint(*both(port80(V4, TIMEOUT), port80(V6))), FAIL, "only_ipv6",
            {"ports": ("80",)}),
        Case("silent over IPv6", endpoint(fetch(V4), dead(V6)), FAIL, "only_ipv4", {"ports": ("443",)}),
        Case("silent once", endpoint(fetch(V4), dead(V6, tries=1)), UNTESTED, "not_tested"),
        Case("a unique local address", endpoint(fetch(V4), fetch("fd00::1")), FAIL, "only_ipv4", {"ports": ("443",)}),
        Case("one of two addresses answers", endpoint(fetch(V4), dead(V6), fetch(V6B)), PASS, "ok"),
        *ONE_FAMILY, *UNSEEN, *NOT_WEB,
    ],
    "dual_stack.connect_time": [
        Case("network time", endpoint(told(V4), told(V6), key=NTP), NONE, "no_connections"),
        Case("alike", endpoint(fetch(V4), fetch(V6), times=times((20, 21, 22), (23, 22, 21))), PASS, "ok",
            {"ipv4": 21, "ipv6": 22, "cost": 1}),
        Case("IPv6 is faster", endpoint(fetch(V4), fetch(V6), times=times((80, 81, 82), (3, 2, 1))), PASS, "ok",
            {"cost": 0}),
        Case("a lost packet", endpoint(fetch(V4), fetch(V6), times=times((20, 21, 22), (23, 1023, 22, 3024, 21))), PASS,
            "ok", {"ipv6": 22}),
        Case("notable", endpoint(fetch(V4), fetch(V6), times=times((20, 21, 22), (90, 91, 92))), WARN, "slower",
            {"ipv4": 21, "ipv6": 91, "cost": 70}),
        Case("clients go to IPv4", endpoint(fetch(V4), fetch(V6), times=times((20, 21, 22), (590, 591, 1592, 592))),
            FAIL, "leaves_ipv6", {"ipv6": 591, "cost": 250}),
        Case("always slow is no lost packet", endpoint(fetch(V4), fetch(V6), times=times((20, 21, 22),
            (1590, 1591, 1592))), FAIL, "leaves_ipv6", {"ipv6": 1591}),
        Case("too few", endpoint(fetch(V4), fetch(V6), times=times((20, 21, 22), (22, 1022, 1023), 2)), UNTESTED,
            "not_tested", {"failure": "timeout: too many connections were lost for a median"}),
        *ONE_FAMILY, *UNSEEN, *SILENT,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)


def test_connection_times_show_every_sample() -> None:
    outcome = judge(
        "dual_stack.connect_time", endpoint(fetch(V4), fetch(V6), times=times((20, 21.25, 22), (9, 9, 9), 1))
    )
    assert [(row.address, row.saw) for row in outcome.observed] == [
        (V4, "20.0, 21.2, 22.0 ms"), (V6, "9.0, 9.0, 9.0 ms; 1 lost"),
    ]  # fmt: skip
