"""The web checks, case by case."""

import pytest

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import HttpHop, TlsObservation, WebFact
from netaudit.model.verdict import Status
from tests.checks.services.builders import SUBMISSION, talk
from tests.checks.web.builders import (
    BLIND_V6,
    DAY,
    ENDPOINT,
    HOST,
    NO_ROUTE,
    NOW,
    PLAIN,
    REFUSED,
    SERVFAIL,
    TIMEOUT,
    TLS,
    V4,
    V6,
    connect,
    dead,
    endpoint,
    fetch,
    hop,
    host,
    tls,
    trust,
)
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
TCP = f"tcp://{HOST}:8443"
PLAIN_SUBMISSION = endpoint(talk(V4, offers=(), within=(), tls=None), key=SUBMISSION)
_STRANDED = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="www.example has no ipv6")
_TOO_MANY = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="more than 5 redirects")
_EXCLUDED = Failure(reason=Reason.OUT_OF_SCOPE, side=Side.OURS, detail="www.example is excluded")
_TO_HTTPS = (("location", f"https://{HOST}/"),)
_MOVED = hop(V6, 302, headers=(("location", "https://www.example/"),))
_COOKIE = hop(V6, 302, headers=(("location", f"https://{HOST}/"), ("set-cookie", "seen=1")))
_AGAIN = hop(V6, 302, headers=(("location", f"https://{HOST}/"),))
_CIRCLE = fetch(V6, _AGAIN, hop("", failure=_TOO_MANY, tries=0))


def plain(address: str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> WebFact:
    """What port 80 of the host says."""
    return fetch(address, hop(address, status, url=f"http://{HOST}/", headers=headers), endpoint=PLAIN)


def hsts(value: str, status: int = 200) -> HttpHop:
    return hop(V4, status, headers=(("strict-transport-security", value),))


def broken_handshake(address: str) -> WebFact:
    session = TlsObservation(server_name=HOST, failure=TLS)
    return fetch(address, hop(address, failure=TLS, session=session))


_NOT_TLS = [
    Case("TCP service", endpoint(connect(V4), key=TCP), NONE, "not_web"),
    Case("declared as http", endpoint(plain(V4), key=PLAIN), NONE, "plain_http"),
    Case("unreachable", endpoint(dead(V4), dead(V6)), UNTESTED, "not_tested"),
    Case("not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested", {
        "failure": "name resolution: no name server answered"}),
    Case("no address", endpoint(at=host()), UNTESTED, "not_tested"),
]  # fmt: skip

CASES: dict[str, list[Case]] = {
    "web.reachable": [
        Case("both", endpoint(fetch(V4), fetch(V6)), PASS, "ok", {"answered": 2, "total": 2, "over": ("ipv4", "ipv6")}),
        Case("IPv6 dead", endpoint(fetch(V4), dead(V6)), PASS, "ok", {"answered": 1, "over": ("ipv4",)}),
        Case("turned away", endpoint(fetch(V4, hop(V4, 403))), PASS, "ok"),
        Case("TCP", endpoint(connect(V4), key=TCP), PASS, "ok"),
        Case("all dead", endpoint(dead(V4), dead(V6, REFUSED, 1)), FAIL, "unreachable", {
            "addresses": (V4, V6)}),
        Case("gateway errors", endpoint(fetch(V4, hop(V4, 503))), FAIL, "unreachable"),
        Case("a wall against robots", endpoint(fetch(V4, hop(V4, 503, headers=(("cf-mitigated", "challenge"),)))), PASS,
            "ok"),
        Case("no address", endpoint(at=host()), FAIL, "no_address", {"host": HOST}),
        Case("one family unknown", endpoint(dead(V4), dead(V6), vantage=BLIND_V6), UNTESTED, "not_tested"),
        Case("a single silence", endpoint(dead(V4, tries=1)), UNTESTED, "not_tested"),
        Case("not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
        Case("closed network", endpoint(at=host(), network="tslcd"), UNTESTED, "not_tested", {
            "failure": "not from internet"}),
    ],
    "web.ipv6_ready": [
        Case("opens", endpoint(fetch(V4), fetch(V6)), PASS, "ok", {"total": 1}),
        Case("opens over IPv6 alone", endpoint(fetch(V6)), PASS, "ok"),
        Case("redirect followed", endpoint(fetch(V6, _MOVED, hop(V6, url="https://www.example/"))), PASS, "ok"),
        Case("redirect not ours to follow", endpoint(fetch(V6, _MOVED, hop(V6, failure=_EXCLUDED))), PASS, "ok"),
        Case("TCP", endpoint(connect(V6), key=TCP), PASS, "connects"),
        Case("no AAAA", endpoint(fetch(V4)), FAIL, "no_aaaa"),
        Case("no address at all", endpoint(at=host()), FAIL, "no_aaaa"),
        Case("silent", endpoint(fetch(V4), dead(V6)), FAIL, "unreachable", {"addresses": (V6,)}),
        Case("not found", endpoint(fetch(V6, hop(V6, 404))),
            FAIL, "does_not_open", {"addresses": (f"{V6} (HTTP 404)",)}),
        Case("redirect to IPv4 alone", endpoint(fetch(V6, _MOVED, hop(
            "", url="https://www.example/", failure=_STRANDED, tries=0))), FAIL, "does_not_open"),
        Case("redirects in a circle", endpoint(fetch(V6, _MOVED, hop("", failure=_TOO_MANY, tries=0))), FAIL,
            "does_not_open"),
        Case("in a circle, with a cookie", endpoint(fetch(V6, _COOKIE, hop("", failure=_TOO_MANY, tries=0))), UNTESTED,
            "not_tested"),
        Case("many redirects", endpoint(fetch(V6, _MOVED, hop("", url="https://www.example/", failure=_TOO_MANY,
            tries=0))), UNTESTED, "not_tested"),
        Case("turned away", endpoint(fetch(V6, hop(V6, 403))), UNTESTED, "not_tested"),
        Case("redirect target silent", endpoint(fetch(V6, _MOVED, hop(V6, failure=TIMEOUT))), UNTESTED, "not_tested"),
        Case("blind", endpoint(dead(V6, NO_ROUTE, 0), vantage=BLIND_V6), UNTESTED, "not_tested"),
        Case("not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
    ],
    "web.https": [
        Case("both", endpoint(fetch(V4), fetch(V6)), PASS, "ok", {"answered": 2, "total": 2}),
        Case("one silent", endpoint(fetch(V4), dead(V6)), PASS, "ok", {"answered": 1, "total": 2}),
        Case("refused everywhere on IPv6", endpoint(fetch(V4), plain(V4), dead(V6, REFUSED),
            dead(V6, REFUSED, endpoint=PLAIN)), PASS, "ok"),
        Case("http leads there", endpoint(fetch(V4, hop(V4, 301, url=f"http://{HOST}/", headers=_TO_HTTPS), hop(V4),
            endpoint=PLAIN), key=PLAIN), PASS, "ok"),
        Case("http is told to go there", endpoint(plain(V4, 301, _TO_HTTPS), key=PLAIN), PASS, "ok"),
        Case("nothing on 443", endpoint(dead(V4, REFUSED), plain(V4)), FAIL, "plain_only", {"addresses": (V4,)}),
        Case("declared http and served so", endpoint(plain(V4), key=PLAIN), FAIL, "plain_only"),
        Case("no handshake", endpoint(fetch(V4), broken_handshake(V6)), FAIL, "handshake", {"addresses": (V6,)}),
        Case("silent", endpoint(dead(V4), plain(V4)), UNTESTED, "not_tested"),
        Case("http silent", endpoint(dead(V4, endpoint=PLAIN), key=PLAIN), UNTESTED, "not_tested"),
        Case("not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
        Case("TCP", endpoint(connect(V4), key=TCP), NONE, "not_web"),
    ],
    "web.redirect": [
        Case("redirects", endpoint(fetch(V4), plain(V4, 301, _TO_HTTPS)), PASS, "ok", {"addresses": (V4,)}),
        Case("relative first, then https", endpoint(fetch(V4), fetch(V4, hop(V4, 302, url=f"http://{HOST}/", headers=(
            ("location", "/vi"),)), hop(V4, 302, url=f"http://{HOST}/vi", headers=_TO_HTTPS), endpoint=PLAIN)),
                PASS, "ok"),
        Case("in a circle", endpoint(fetch(V4), _CIRCLE, plain(V4, 301, _TO_HTTPS)), FAIL, "circle",
            {"addresses": (V6,), "back": f"https://{HOST}/"}),
        Case("closed", endpoint(fetch(V4), dead(V4, REFUSED, endpoint=PLAIN)), PASS, "closed"),
        Case("page", endpoint(fetch(V4), plain(V4, 301, _TO_HTTPS), plain(V6)),
            FAIL, "plain_page", {"addresses": (V6,)}),
        Case("redirects to http", endpoint(fetch(V4), fetch(V4, hop(V4, 302, url=f"http://{HOST}/", headers=(
            ("location", "http://www.example/"),)), hop(V4, url="http://www.example/"), endpoint=PLAIN)),
                FAIL, "plain_page"),
        Case("broken location", endpoint(fetch(V4), plain(V4, 301, (("location", "http://["),))), FAIL, "plain_page"),
        Case("silent", endpoint(fetch(V4), dead(V4, endpoint=PLAIN)), UNTESTED, "not_tested"),
        Case("error page", endpoint(fetch(V4), plain(V4, 404)), UNTESTED, "not_tested"),
        Case("nothing known", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
        Case("measured elsewhere", endpoint(fetch(V4)), NONE, "measured_elsewhere"),
        Case("TCP", endpoint(connect(V4), key=TCP), NONE, "not_web"),
    ],
    "web.certificate_trusted": [
        Case("submission without TLS", PLAIN_SUBMISSION, NONE, "no_tls"),
        Case("good", endpoint(fetch(V4), fetch(V6), trusts={V4: trust(), V6: trust()}), PASS, "ok", {"total": 2}),
        Case("other name on IPv6", endpoint(fetch(V4), fetch(V6), trusts={
            V4: trust(), V6: trust(name_matches=False, names=("old.example",))}), FAIL, "name_mismatch",
            {"addresses": (V6,), "names": ("old.example",), "host": HOST}),
        Case("self-signed", endpoint(fetch(V4), trusts={V4: trust(trusted=False, error="self-signed certificate")}),
            FAIL, "untrusted", {"error": "self-signed certificate"}),
        Case("expired", endpoint(fetch(V4), trusts={V4: trust(trusted=False, until=NOW - DAY)}), FAIL, "expired"),
        *_NOT_TLS,
    ],
    "web.certificate_expiry": [
        Case("submission without TLS", PLAIN_SUBMISSION, NONE, "no_tls"),
        Case("long", endpoint(fetch(V4), trusts={V4: trust()}), PASS, "ok", {"days": 90, "until": "2027-02-16"}),
        Case("first to end decides", endpoint(fetch(V4), fetch(V6), trusts={V4: trust(),
            V6: trust(until=NOW + 5 * DAY)}),
            WARN, "expires_soon", {"days": 5}),
        Case("by parameter", endpoint(fetch(V4), trusts={V4: trust()}), WARN, "expires_soon",
            parameters={"min_days": 91}),
        Case("expired", endpoint(fetch(V4), trusts={V4: trust(until=NOW - 1)}),
            FAIL, "expired", {"ended": "2026-11-18"}),
        Case("not yet", endpoint(fetch(V4), trusts={V4: trust(since=NOW + DAY)}), FAIL, "not_yet_valid"),
        Case("beyond all years", endpoint(fetch(V4), trusts={V4: trust(until=1e18)}), PASS, "ok"),
        *_NOT_TLS,
    ],
    "web.tls_version": [
        Case("submission without TLS", PLAIN_SUBMISSION, NONE, "no_tls"),
        Case("current", endpoint(fetch(V4), fetch(V6)), PASS, "ok", {"versions": ("TLSv1.3",), "total": 2}),
        Case("from the future", endpoint(fetch(V4, hop(V4, session=tls("TLSv1.4")))), PASS, "ok"),
        Case("old on IPv6", endpoint(fetch(V4), fetch(V6, hop(V6, session=tls("TLSv1.1")))), FAIL, "old",
            {"addresses": (f"{V6} (TLSv1.1)",), "minimum": "TLSv1.2"}),
        Case("by parameter", endpoint(fetch(V4, hop(V4, session=tls("TLSv1.2")))), FAIL, "old",
            parameters={"min_version": "TLSv1.3"}),
        *_NOT_TLS,
    ],
    "web.hsts": [
        Case("a year", endpoint(fetch(V4, hsts("max-age=31536000; includeSubDomains"))), PASS, "ok", {"days": 365}),
        Case("quoted", endpoint(fetch(V4, hsts('includeSubDomains; Max-Age="31536000"'))), PASS, "ok"),
        Case("none on IPv6", endpoint(fetch(V4, hsts("max-age=31536000")), fetch(V6)), FAIL, "missing",
            {"addresses": (V6,)}),
        Case("nonsense", endpoint(fetch(V4, hsts("max-age=forever"))), FAIL, "missing"),
        Case("twice", endpoint(fetch(V4, hsts("max-age=1; max-age=31536000"))), FAIL, "missing"),
        Case("a day", endpoint(fetch(V4, hsts("max-age=86400"))), FAIL, "too_short", {"days": 1, "minimum": 180}),
        Case("switched off", endpoint(fetch(V4, hsts("max-age=0"))), FAIL, "too_short"),
        Case("error page", endpoint(fetch(V4, hop(V4, 403))), UNTESTED, "not_tested"),
        *_NOT_TLS,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED)
    if check not in ("web.reachable", "web.ipv6_ready"):
        hold_statuses(CASES[check], NONE)


def test_the_key_under_test_is_the_default_endpoint() -> None:
    assert endpoint(fetch(V4)).endpoint == ENDPOINT
