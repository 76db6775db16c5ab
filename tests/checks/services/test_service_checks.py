"""Checks of services for mail clients and of network time, case by case; and what other checks say of such services."""

import msgspec
import pytest

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import TlsObservation
from netaudit.model.verdict import Status
from tests.checks.services.builders import (
    IMAP,
    IMAP_OFFER,
    IMAPS,
    NTP,
    SMTP_OFFER,
    SUBMISSION,
    SUBMISSIONS,
    UDP,
    answered,
    talk,
    told,
    unanswered,
)
from tests.checks.web.builders import (
    BLIND_V6,
    DAY,
    NOW,
    REFUSED,
    TIMEOUT,
    TLS,
    V4,
    V6,
    connect,
    endpoint,
    fetch,
    trust,
)
from tests.checks.web.harness import Case, hold, hold_texts, labels, pairs

PASS, FAIL, WARN, UNKNOWN, NONE = (
    Status.PASS, Status.FAIL, Status.WARN, Status.COULD_NOT_TEST, Status.NOT_APPLICABLE,
)  # fmt: skip

AWAY = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="554 not you")
NO_SESSION = TlsObservation(server_name="portal.example", failure=TLS)
CUT_OFF = TlsObservation(server_name="portal.example", failure=TIMEOUT)
CLEAR = ("STARTTLS", "AUTH PLAIN LOGIN")
SCRAM = ("STARTTLS", "AUTH SCRAM-SHA-256")

WEB = endpoint(fetch(V4), fetch(V6))


def at(*facts: object, key: str = SUBMISSION, **more: object) -> EndpointEvidence:
    return endpoint(*facts, key=key, **more)  # type: ignore[arg-type]


def both(key: str, **more: object) -> EndpointEvidence:
    return at(talk(V4, key, **more), talk(V6, key, **more), key=key)  # type: ignore[arg-type]


def lying_clock(evidence: EndpointEvidence) -> EndpointEvidence:
    """The same seen from a host whose own clock is two days ahead."""
    vantage = msgspec.structs.replace(BLIND_V6, families=(), clock_offset_s=2 * DAY)
    return msgspec.structs.replace(evidence, vantage=vantage)


CASES = {
    "services.tls_offered": [
        Case("offered", both(SUBMISSION), PASS, "ok", {"answered": 2, "total": 2}),
        Case("first", both(IMAPS), PASS, "ok"),
        Case("none over IPv6", at(talk(V4), talk(V6, offers=("PIPELINING",), within=(), tls=None)), FAIL,
             "not_offered", {"addresses": (V6,), "failing": 1, "total": 2}),
        Case("handshake fails", at(talk(V4), talk(V6, tls=NO_SESSION, offers=SMTP_OFFER, failure=TLS)), FAIL,
             "handshake", {"addresses": (V6,)}),
        Case("no TLS at a port that begins with it", at(talk(V4, IMAPS, tls=NO_SESSION, failure=TLS), key=IMAPS), FAIL,
             "handshake"),
        Case("cut off in the handshake", at(talk(V4, tls=CUT_OFF, offers=SMTP_OFFER, failure=TIMEOUT)), UNKNOWN,
             "not_tested"),
        Case("dead over IPv6 is no matter of TLS", at(talk(V4), talk(V6, failure=TIMEOUT)), PASS, "ok",
             {"answered": 1, "total": 2}),
        Case("turned away over IPv6", at(talk(V4), talk(V6, failure=AWAY)), UNKNOWN, "partly_tested",
             {"addresses": (V6,)}),
        Case("nobody there", at(talk(V4, failure=REFUSED)), UNKNOWN, "not_tested"),
        Case("a web site", WEB, NONE, "other_service"),
    ],
    "services.auth_protected": [
        Case("within TLS alone", both(SUBMISSION), PASS, "ok", {"answered": 2, "total": 2}),
        Case("IMAP with LOGINDISABLED", both(IMAP), PASS, "ok"),
        Case("a mechanism that shows nothing", both(SUBMISSION, offers=SCRAM), PASS, "ok"),
        Case("in the clear over IPv6", at(talk(V4), talk(V6, offers=CLEAR)), FAIL, "in_the_clear",
             {"addresses": (V6,), "mechanisms": ("LOGIN", "PLAIN")}),
        Case("IMAP's LOGIN", at(talk(V4, IMAP, offers=("IMAP4rev1", "STARTTLS")), key=IMAP), FAIL, "in_the_clear",
             {"mechanisms": ("LOGIN",)}),
        Case("a token", both(IMAP, offers=(*IMAP_OFFER, "AUTH=XOAUTH2")), FAIL, "in_the_clear",
             {"mechanisms": ("XOAUTH2",)}),
        Case("turned away", at(talk(V4), talk(V6, failure=AWAY)), UNKNOWN, "partly_tested"),
        Case("silent", at(talk(V4, failure=TIMEOUT)), UNKNOWN, "not_tested"),
        Case("TLS first", both(SUBMISSIONS), NONE, "tls_first"),
        Case("a web site", WEB, NONE, "other_service"),
    ],
    "services.ntp_usable": [
        Case("in step", at(told(V4), told(V6, stratum=2), key=NTP), PASS, "ok", {"total": 2, "strata": ("2", "3")}),
        Case("leap unknown", at(told(V4), told(V6, leap=3), key=NTP), FAIL, "unsynchronised", {"addresses": (V6,)}),
        Case("stratum 16", at(told(V4, stratum=16), key=NTP), FAIL, "unsynchronised"),
        Case("stratum 0 at start", at(told(V4, stratum=0, leap=3, source=b"INIT"), key=NTP), FAIL, "unsynchronised"),
        Case("ahead", at(told(V4, ahead=30), key=NTP), FAIL, "wrong_time", {"seconds": 30.0, "addresses": (V4,)}),
        Case("behind", at(told(V4, ahead=-1.5), key=NTP), FAIL, "wrong_time", {"seconds": -1.5}),
        Case("a little off", at(told(V4, ahead=0.9), key=NTP), PASS, "ok"),
        Case("within what the way there leaves open", at(told(V4, ahead=1.4, took=1.0), key=NTP), PASS, "ok"),
        Case("a stricter plan", at(told(V4, ahead=0.9), key=NTP), FAIL, "wrong_time",
             parameters={"max_offset_ms": 100}),
        Case("our own clock is wrong", lying_clock(at(told(V4, ahead=-2 * DAY), key=NTP)), UNKNOWN, "not_tested"),
        Case("unsure of itself", at(told(V4, distance=2.0), key=NTP), FAIL, "too_far"),
        Case("asked too often", at(told(V4, stratum=0, source=b"RATE"), key=NTP), UNKNOWN, "not_tested",
             {"failure": "turned away: kiss code RATE"}),
        Case("denied over IPv6, wrong over IPv4",
             at(told(V4, leap=3), told(V6, stratum=0, source=b"DENY"), key=NTP), FAIL, "unsynchronised",
             {"addresses": (V4,)}),
        Case("silent", at(unanswered(V4, TIMEOUT, endpoint=NTP), key=NTP), UNKNOWN, "not_tested"),
        Case("no NTP", at(answered(V4, b"hello", endpoint=NTP), key=NTP), UNKNOWN, "not_tested"),
        Case("a web site", WEB, NONE, "other_service"),
    ],
    "dual_stack.network_time": [
        Case("in step", at(told(V4), told(V6, ahead=0.03), key=NTP), PASS, "ok", {"total": 2}),
        Case("our own clock takes no part", at(told(V4, ahead=99), told(V6, ahead=99), key=NTP), PASS, "ok"),
        Case("apart", at(told(V4), told(V6, ahead=0.5), key=NTP), FAIL, "time_differs", {"milliseconds": 480}),
        Case("apart by what the ways leave open", at(told(V4), told(V6, ahead=0.5, took=1), key=NTP), PASS, "ok"),
        Case("not synchronised over IPv6", at(told(V4), told(V6, leap=3), key=NTP), FAIL, "state_differs",
             {"ipv4": ("leap 0",), "ipv6": ("leap 3",)}),
        Case("stratum 16 over IPv6", at(told(V4), told(V6, stratum=16), key=NTP), FAIL, "state_differs",
             {"ipv6": ("stratum 16",)}),
        Case("a leap second that one side knows of", at(told(V4), told(V6, leap=1), key=NTP), PASS, "ok"),
        Case("denied over IPv6", at(told(V4), told(V6, stratum=0, source=b"DENY"), key=NTP), FAIL, "state_differs",
             {"ipv6": ("kiss code DENY",)}),
        Case("silent over IPv6", at(told(V4), unanswered(V6, TIMEOUT, endpoint=NTP), key=NTP), UNKNOWN, "not_tested"),
        Case("blind", at(told(V4), unanswered(V6, TIMEOUT, endpoint=NTP), key=NTP, vantage=BLIND_V6), UNKNOWN,
             "not_tested", {"failure": "no route: no IPv6 here"}),
        Case("one family", at(told(V4), key=NTP), NONE, "one_family"),
        Case("a web site", WEB, NONE, "other_service"),
    ],
    "dual_stack.dialogue": [
        Case("alike", both(SUBMISSION), PASS, "ok", {"total": 2}),
        Case("IMAP alike", both(IMAP, greeting="ready."), PASS, "ok"),
        Case("no STARTTLS over IPv6", at(talk(V4), talk(V6, offers=("PIPELINING",), within=(), tls=None)), FAIL,
             "starttls_differs", {"ipv4": "STARTTLS", "ipv6": "-", "addresses": (V6,)}),
        Case("logs in earlier over IPv6", at(talk(V4), talk(V6, offers=CLEAR)), FAIL, "login_differs",
             {"ipv4": "-; LOGIN PLAIN", "ipv6": "LOGIN PLAIN; LOGIN PLAIN"}),
        Case("older TLS over IPv6",
             at(talk(V4), talk(V6, tls=TlsObservation(server_name="a", version="TLSv1.2"))), FAIL, "tls_differs",
             {"ipv4": "TLSv1.3", "ipv6": "TLSv1.2"}),
        Case("offers less over IPv6", at(talk(V4), talk(V6, within=("AUTH PLAIN LOGIN",), offers=("STARTTLS",))), FAIL,
             "capabilities_differ", {"ipv4": "PIPELINING", "ipv6": "-"}),
        Case("another name over IPv6", at(talk(V4), talk(V6, greeting="khac.example ESMTP")), WARN,
             "greeting_differs", {"ipv6": "khac.example"}),
        Case("another word behind the name", at(talk(V4), talk(V6, greeting="portal.example ready")), PASS, "ok"),
        Case("one of two machines is enough",
             at(talk(V4), talk("203.113.131.2", offers=CLEAR), talk(V6, offers=CLEAR)), PASS, "ok"),
        Case("dead over IPv6", at(talk(V4), talk(V6, failure=TIMEOUT)), UNKNOWN, "not_tested"),
        Case("blind", at(talk(V4), talk(V6, failure=TIMEOUT), vantage=BLIND_V6), UNKNOWN, "not_tested",
             {"failure": "no route: no IPv6 here"}),
        Case("one family", at(talk(V4)), NONE, "one_family"),
        Case("a web site", WEB, NONE, "other_service"),
    ],
}  # fmt: skip

REFUSED_V6 = at(answered(V4, b"!"), unanswered(V6, REFUSED), key=UDP)
OTHERS = {
    "ipv6.web_reachable": [
        Case("IMAP", both(IMAP), PASS, "ok", {"total": 1}),
        Case("IMAP silent", at(talk(V4, IMAP), talk(V6, IMAP, failure=TIMEOUT, tries=2), key=IMAP), FAIL,
             "unreachable"),
        Case("turned away is reached", at(talk(V6, failure=AWAY)), PASS, "ok"),
        Case("greeted, then cut off", at(msgspec.structs.replace(talk(V6), failure=TIMEOUT)), PASS, "ok"),
        Case("no TLS at a port that begins with it", at(talk(V6, IMAPS, failure=TLS), key=IMAPS), FAIL, "unreachable"),
        Case("NTP", at(told(V4), told(V6), key=NTP), PASS, "ok"),
        Case("NTP silent", at(told(V4), unanswered(V6, TIMEOUT, endpoint=NTP), key=NTP), FAIL, "unreachable"),
        Case("NTP silent at both", at(unanswered(V4, TIMEOUT, endpoint=NTP), unanswered(V6, TIMEOUT, endpoint=NTP),
                                      key=NTP), FAIL, "unreachable"),
        Case("UDP closed over IPv6", REFUSED_V6, FAIL, "unreachable", {"failing": 1}),
        Case("UDP silent over IPv6 alone", at(answered(V4, b"!"), unanswered(V6, TIMEOUT), key=UDP), FAIL,
             "unreachable"),
        Case("UDP silent at both says nothing", at(unanswered(V4, TIMEOUT), unanswered(V6, TIMEOUT), key=UDP), UNKNOWN,
             "not_tested"),
    ],
    "web.reachable": [
        Case("UDP silent", at(unanswered(V4, TIMEOUT), key=UDP), UNKNOWN, "not_tested"),
        Case("UDP closed", at(unanswered(V4, REFUSED), key=UDP), FAIL, "unreachable"),
    ],
    "web.certificate_trusted": [
        Case("IMAP", at(talk(V4, IMAPS), key=IMAPS, trusts={V4: trust()}), PASS, "ok", {"total": 1}),
        Case("submission misnamed", at(talk(V4), talk(V6), trusts={
            V4: trust(), V6: trust(name_matches=False, names=("khac.example",))}), FAIL, "name_mismatch",
            {"addresses": (V6,), "names": ("khac.example",)}),
        Case("expired", at(talk(V4), trusts={V4: trust(trusted=False, until=NOW - DAY)}), FAIL, "expired"),
        Case("no STARTTLS", at(talk(V4, offers=(), within=(), tls=None)), NONE, "no_tls"),
        Case("silent", at(talk(V4, failure=TIMEOUT)), UNKNOWN, "not_tested"),
        Case("TCP", at(connect(V4), key="tcp://portal.example:8443"), NONE, "not_web"),
    ],
    "web.certificate_expiry": [
        Case("IMAP ends soon", at(talk(V4, IMAPS), key=IMAPS, trusts={V4: trust(until=NOW + DAY)}), WARN,
             "expires_soon"),
    ],
    "web.tls_version": [
        Case("submission", both(SUBMISSION), PASS, "ok", {"versions": ("TLSv1.3",)}),
        Case("old", at(talk(V4, tls=TlsObservation(server_name="a", version="TLSv1.1"))), FAIL, "old"),
        Case("no STARTTLS", at(talk(V4, offers=(), within=(), tls=None)), NONE, "no_tls"),
    ],
    "dual_stack.certificate": [
        Case("one", at(talk(V4), talk(V6), trusts={V4: trust(), V6: trust()}), PASS, "ok"),
        Case("another", at(talk(V4), talk(V6), trusts={
            V4: trust(), V6: trust(fingerprint="bb", names=("khac.example",))}), FAIL, "differs"),
        Case("no STARTTLS over IPv6",
             at(talk(V4), talk(V6, offers=(), within=(), tls=None), trusts={V4: trust()}), NONE, "no_tls"),
    ],
    "dual_stack.connect_time": [Case("no connections", at(told(V4), told(V6), key=NTP), NONE, "no_connections")],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])


@pytest.mark.parametrize(("check", "case"), pairs(OTHERS), ids=labels(OTHERS))
def test_what_other_checks_say_of_these_services(check: str, case: Case) -> None:
    hold(check, case)
