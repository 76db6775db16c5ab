"""The IPv6 checks, case by case."""

import pytest

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.verdict import Status
from tests.checks.mail.builders import MX1, MX2, mail, silent, talk
from tests.checks.web.builders import (
    BLIND_V6,
    BUDGET,
    ENDPOINT,
    HOST,
    NO_ROUTE,
    OUT_OF_SCOPE,
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
)
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

PASS, FAIL = Status.PASS, Status.FAIL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
_STRANDED = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="www.example has no ipv6")
_EXCLUDED = Failure(reason=Reason.OUT_OF_SCOPE, side=Side.OURS, detail="www.example is excluded")
_MOVED = hop(V6, 302, headers=(("location", "https://www.example/"),))
_ULA = "fd00::80"

CASES: dict[str, list[Case]] = {
    "ipv6.aaaa": [
        Case("both families", host(V4, V6), PASS, "ok", {"addresses": (V6,)}),
        Case("IPv6 alone", host(V6), PASS, "ok"),
        Case("IPv4 alone", host(V4), FAIL, "ipv4_only", {"ipv4": (V4,)}),
        Case("nothing", host(), FAIL, "no_aaaa"),
        Case("look-up failed", host(failure=SERVFAIL), UNTESTED, "not_tested"),
        Case("not asked", host(asked=False), UNTESTED, "not_tested"),
    ],
    "ipv6.address_scope": [
        Case("global", host(V6), PASS, "ok"),
        Case("unique local", host(V6, _ULA), FAIL, "special", {"addresses": (f"{_ULA} (unique local, RFC 4193)",)}),
        Case("IPv4-mapped", host("::ffff:203.113.131.1"), FAIL, "special"),
        Case("6to4", host("2002:cb71:8301::1"), FAIL, "special"),
        Case("3fff::/20", host("3fff::1"), FAIL, "special"),
        Case("documentation", host("2001:db8::1"), FAIL, "special"),
        Case("documentation allowed", host("2001:db8::1", allowed=("2001:db8::/32",)), PASS, "ok"),
        Case("no AAAA", host(V4), NONE, "no_aaaa"),
        Case("look-up failed", host(V4, failure=SERVFAIL), UNTESTED, "not_tested"),
        Case("not asked", host(asked=False), UNTESTED, "not_tested"),
    ],
    "ipv6.web_reachable": [
        Case("all answer", endpoint(fetch(V4), fetch(V6), fetch(V6B)), PASS, "ok", {"total": 2}),
        Case("turned away is reachable", endpoint(fetch(V6, hop(V6, 403))), PASS, "ok"),
        Case("too many requests is reachable", endpoint(fetch(V6, hop(V6, 429))), PASS, "ok"),
        Case("redirect not followed", endpoint(fetch(V6, _MOVED, hop(V6, failure=_EXCLUDED, tries=0))), PASS, "ok"),
        Case("TCP service", endpoint(connect(V6), key=f"tcp://{HOST}:8443"), PASS, "ok"),
        Case(
            "one of two is silent", endpoint(fetch(V6), dead(V6B)), FAIL, "unreachable",
            {"addresses": (V6B,), "failing": 1, "total": 2},
        ),
        Case("refused", endpoint(dead(V6, REFUSED, tries=1)), FAIL, "unreachable", {"addresses": (V6,)}),
        Case("TLS fails", endpoint(dead(V6, TLS, tries=1)), FAIL, "unreachable"),
        Case(
            "gateway error", endpoint(fetch(V6, hop(V6, 502))), FAIL, "unreachable",
            {"addresses": (f"{V6} (HTTP 502)",)},
        ),
        Case(
            "unique local", endpoint(dead(_ULA, OUT_OF_SCOPE, tries=0)), FAIL, "unreachable",
            {"addresses": (f"{_ULA} (unique local)",)},
        ),
        Case("TCP refused", endpoint(connect(V6, REFUSED), key=f"tcp://{HOST}:8443"), FAIL, "unreachable"),
        Case(
            "redirect to a host without IPv6", endpoint(fetch(V6, _MOVED, hop(V6, url="https://www.example/",
            failure=_STRANDED, tries=0))), FAIL, "redirect_without_ipv6", {"url": "https://www.example/"},
        ),
        Case("no AAAA", endpoint(fetch(V4)), NONE, "no_aaaa"),
        Case("one silence is none", endpoint(dead(V6, TIMEOUT, tries=1)), UNTESTED, "not_tested"),
        Case(
            "enough tries by parameter", endpoint(dead(V6, TIMEOUT, tries=1)), FAIL, "unreachable",
            parameters={"min_tries": 1},
        ),
        Case("our own host is blind", endpoint(dead(V6), vantage=BLIND_V6), UNTESTED, "not_tested"),
        Case("budget", endpoint(fetch(V6), dead(V6B, BUDGET)), UNTESTED, "partly_tested", {"addresses": (V6B,)}),
        Case("no route", endpoint(dead(V6, NO_ROUTE, tries=0)), UNTESTED, "not_tested"),
        Case("name not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
        Case("not fetched", endpoint(at=host(V6)), UNTESTED, "not_tested"),
        Case("closed network", endpoint(at=host(V6), network="tslcd"), UNTESTED, "not_tested"),
    ],
    "ipv6.mx_aaaa": [
        Case("every exchanger", mail({MX1: (V4, V6), MX2: (V6B,)}), PASS, "ok", {"total": 2}),
        Case("one lacks it", mail({MX1: (V4, V6), MX2: (V4,)}), FAIL, "missing", {"exchangers": (MX2,), "total": 2}),
        Case("unusable address", mail({MX1: ("::ffff:203.113.131.1",)}), FAIL, "missing"),
        Case("allowed address", mail({MX1: ("2001:db8::1",)}, allowed=("2001:db8::/32",)), PASS, "ok"),
        Case("null MX", mail({}, null=True), NONE, "null_mx"),
        Case("no MX", mail({}), NONE, "no_mx"),
        Case("MX not resolved", mail({}, failure=SERVFAIL), UNTESTED, "not_tested"),
        Case("exchanger not resolved", mail({MX1: ()}, host_failure=SERVFAIL), UNTESTED, "not_tested"),
    ],
    "ipv6.mail_reachable": [
        Case("greets", mail({MX1: (V4, V6)}, talk(MX1, V4), talk(MX1, V6)), PASS, "ok", {"total": 1}),
        Case("turns us away", mail({MX1: (V6,)}, talk(MX1, V6, refusal="554 5.7.1 no")), PASS, "ok"),
        Case(
            "silent", mail({MX1: (V4, V6)}, talk(MX1, V4), silent(MX1, V6)), FAIL, "unreachable",
            {"servers": (f"{MX1} {V6}",), "failing": 1, "total": 1},
        ),
        Case("refused", mail({MX1: (V6,)}, silent(MX1, V6, REFUSED, tries=1)), FAIL, "unreachable"),
        Case("no SMTP", mail({MX1: (V6,)}, talk(MX1, V6, refusal="the reply is not SMTP")), FAIL, "unreachable"),
        Case("special address", mail({MX1: (_ULA,)}, silent(MX1, _ULA, OUT_OF_SCOPE, tries=0)), FAIL, "unreachable"),
        Case("no AAAA", mail({MX1: (V4,)}, talk(MX1, V4)), NONE, "no_aaaa"),
        Case("null MX", mail({}, null=True), NONE, "null_mx"),
        Case("no MX", mail({}), NONE, "no_mx"),
        Case("one silence is none", mail({MX1: (V6,)}, silent(MX1, V6, tries=1)), UNTESTED, "not_tested"),
        Case("blind", mail({MX1: (V6,)}, silent(MX1, V6), vantage=BLIND_V6), UNTESTED, "not_tested"),
        Case("no dialogue", mail({MX1: (V6,)}), UNTESTED, "not_tested"),
        Case("exchanger not resolved", mail({MX1: ()}, host_failure=SERVFAIL), UNTESTED, "not_tested"),
        Case(
            "one address untold", mail({MX1: (V6, V6B)}, talk(MX1, V6)), UNTESTED, "partly_tested",
            {"servers": (f"{MX1} {V6B}",)},
        ),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED)
    if check != "ipv6.aaaa":
        hold_statuses(CASES[check], NONE)


def test_the_endpoint_under_test_is_not_its_plain_sibling() -> None:
    evidence = endpoint(dead(V6, REFUSED, endpoint=f"http://{HOST}:80"), fetch(V6))
    hold("ipv6.web_reachable", Case("plain refused", evidence, PASS, "ok"))
    assert evidence.endpoint == ENDPOINT
