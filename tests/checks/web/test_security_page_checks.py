"""web.security_txt and web.security_headers, case by case."""

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Status
from netaudit.rules.security_txt import SECURITY_TXT, parse_security_txt
from tests.checks.web.builders import (
    BLIND_V6,
    HOST,
    NO_ROUTE,
    PLAIN,
    REFUSED,
    TIMEOUT,
    V4,
    V6,
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
GOOD = "Contact: mailto:a@portal.example\nExpires: 2027-01-01T00:00:00Z\n"
OLD = GOOD.replace("2027", "2026")
PAGE = (("content-type", "text/html; charset=utf-8"),)
HARD = (("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"))
POLICY = (HARD[0], ("content-security-policy", "default-src 'self'; Frame-Ancestors 'none'"))


def txt(
    address: str, text: str = GOOD, *, status: int = 200, kind: str = "text/plain", failure: Failure | None = None
) -> WebFact:
    """A fetch of the file."""
    url = f"https://{HOST}{SECURITY_TXT}"
    made = hop(address, status, url=url, headers=(("content-type", kind),), body=text.encode(), failure=failure)
    return replace(fetch(address, made), document=SECURITY_TXT)


def page(address: str, *headers: tuple[str, str], status: int = 200) -> WebFact:
    return fetch(address, hop(address, status, headers=headers))


CASES = {
    "web.security_txt": [
        Case("both", endpoint(txt(V4), txt(V6)), PASS, "ok",
            {"contacts": ("mailto:a@portal.example",), "until": "2027-01-01"}),
        Case("signed", endpoint(txt(V4, f"-----BEGIN PGP SIGNED MESSAGE-----\n\n{GOOD}")), PASS, "ok"),
        Case("nowhere", endpoint(txt(V4, "", status=404), txt(V6, "", status=404)), NONE, "none"),
        Case("a page for any path", endpoint(txt(V4, "<html>", kind="text/html")), NONE, "none"),
        Case("not over IPv6", endpoint(txt(V4), txt(V6, "", status=404)), FAIL, "differs", {"addresses": (V6,)}),
        Case("out of date", endpoint(txt(V4, OLD)), FAIL, "expired", {"since": "2026-01-01", "addresses": (V4,)}),
        Case("no end", endpoint(txt(V4, "Contact: https://portal.example/")), FAIL, "malformed", {"field": "Expires"}),
        Case("two ends", endpoint(txt(V4, GOOD + "Expires: 2028-01-01T00:00:00Z")), FAIL, "malformed"),
        Case("a local time", endpoint(txt(V4, GOOD.replace("Z", ""))), FAIL, "malformed", {"field": "Expires"}),
        Case("no contact", endpoint(txt(V4, GOOD.replace("Contact", "Contract"))), FAIL, "malformed",
            {"field": "Contact"}),
        Case("a bare address", endpoint(txt(V4, GOOD.replace("mailto:", ""))), FAIL, "malformed", {"field": "Contact"}),
        Case("silence over IPv6", endpoint(txt(V4), txt(V6, failure=TIMEOUT)), UNTESTED, "not_tested"),
        Case("too many requests", endpoint(txt(V4), txt(V6, status=429)), UNTESTED, "not_tested"),
        Case("error of the server", endpoint(txt(V4, status=503)), UNTESTED, "not_tested",
            {"failure": "protocol: HTTP 503"}),
        Case("not fetched", endpoint(fetch(V4)), UNTESTED, "not_tested"),
        Case("closed network", endpoint(at=host(), network="tslcd"), UNTESTED, "not_tested"),
        Case("TCP", endpoint(connect(V4), key=f"tcp://{HOST}:8443"), NONE, "not_web"),
        Case("HTTP", endpoint(fetch(V4, endpoint=PLAIN), key=PLAIN), NONE, "plain_http"),
    ],
    "web.security_headers": [
        Case("both", endpoint(page(V4, *HARD), page(V6, *HARD)), PASS, "ok"),
        Case("by policy", endpoint(page(V4, *POLICY)), PASS, "ok"),
        Case("none over IPv6", endpoint(page(V4, *HARD), page(V6)), FAIL, "missing",
            {"headers": ("x-content-type-options", "x-frame-options"), "addresses": (V6,)}),
        Case("framed by all", endpoint(page(V4, HARD[0], ("x-frame-options", "ALLOWALL"))), FAIL, "missing",
            {"headers": ("x-frame-options",)}),
        Case("guessed", endpoint(page(V4, ("x-content-type-options", "sniff"), HARD[1])), FAIL, "missing",
            {"headers": ("x-content-type-options",)}),
        Case("an error page beside", endpoint(page(V4, *HARD), page(V6, status=404)), PASS, "ok"),
        Case("where a redirect ends", endpoint(fetch(V4, hop(V4, 302), hop(V4, headers=HARD))), PASS, "ok"),
        Case("error pages alone", endpoint(page(V4, status=404)), UNTESTED, "not_tested",
            {"failure": "protocol: HTTP 404"}),
        Case("turned away", endpoint(page(V4, status=429)), UNTESTED, "not_tested"),
        Case("refused", endpoint(dead(V4, REFUSED)), UNTESTED, "not_tested"),
        Case("we are blind", endpoint(dead(V6, NO_ROUTE, 0), at=host(V6), vantage=BLIND_V6), UNTESTED, "not_tested"),
        Case("closed network", endpoint(at=host(), network="tslcd"), UNTESTED, "not_tested"),
        Case("TCP", endpoint(connect(V4), key=f"tcp://{HOST}:8443"), NONE, "not_web"),
        Case("HTTP", endpoint(fetch(V4, endpoint=PLAIN), key=PLAIN), NONE, "plain_http"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)


@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"Expires: 0000-00-00", b"Contact:\nExpires:", b":" * 9_000])
def test_no_body_breaks_the_reader(body: bytes) -> None:
    assert parse_security_txt(body).problem
