"""Every IPv4 address of web endpoints and of mail exchangers, case by case: what IPv6 is asked, of IPv4."""

import msgspec
import pytest

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import FamilyCheck, Round
from netaudit.model.verdict import Status
from tests.checks.mail.builders import MX1, MX2, mail, silent, talk
from tests.checks.web.builders import (
    BLIND_V6,
    BUDGET,
    HOST,
    NO_ROUTE,
    NOW,
    REFUSED,
    SERVFAIL,
    TIMEOUT,
    V4,
    V4B,
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
BLIND_V4 = msgspec.structs.replace(
    BLIND_V6,
    families=(FamilyCheck(family=Family.IPV4, available=False, udp=False, tcp=False, failure=NO_ROUTE),),
)
_STRANDED = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="www.example has no ipv4")
_MOVED = hop(V4, 302, headers=(("location", "https://www.example/"),))
_TO_NOWHERE = hop(V4, url="https://www.example/", failure=_STRANDED, tries=0)
_ROUNDS = tuple(Round(at=NOW + n, tries=1, failure=REFUSED if n else None) for n in range(3))
_RETURNING = msgspec.structs.replace(fetch(V4), rounds=_ROUNDS)

CASES: dict[str, list[Case]] = {
    "web.ipv4_reachable": [
        Case("all answer", endpoint(fetch(V4), fetch(V4B), dead(V6)), PASS, "ok", {"total": 2}),
        Case("turned away is reachable", endpoint(fetch(V4, hop(V4, 403))), PASS, "ok"),
        Case("TCP service", endpoint(connect(V4), key=f"tcp://{HOST}:8443"), PASS, "ok"),
        Case(
            "one of two is silent", endpoint(fetch(V4), dead(V4B), fetch(V6)), FAIL, "unreachable",
            {"addresses": (V4B,), "failing": 1, "total": 2},
        ),
        Case("TCP refused", endpoint(connect(V4, REFUSED), key=f"tcp://{HOST}:8443"), FAIL, "unreachable"),
        Case("fails two times of three", endpoint(_RETURNING), FAIL, "unreachable"),
        Case("by more rounds", endpoint(_RETURNING), PASS, "ok", parameters={"failing_rounds": 3}),
        Case("private", endpoint(dead("10.0.0.1", TIMEOUT, tries=0)), FAIL, "unreachable"),
        Case(
            "redirect to a host without IPv4", endpoint(fetch(V4, _MOVED, _TO_NOWHERE)), FAIL,
            "redirect_without_ipv4", {"url": "https://www.example/"},
        ),
        Case("IPv6 alone", endpoint(fetch(V6)), NONE, "no_a"),
        Case("one silence is none", endpoint(dead(V4, tries=1)), UNTESTED, "not_tested"),
        Case("our own host is blind", endpoint(dead(V4), fetch(V6), vantage=BLIND_V4), UNTESTED, "not_tested"),
        Case("budget", endpoint(fetch(V4), dead(V4B, BUDGET)), UNTESTED, "partly_tested", {"addresses": (V4B,)}),
        Case("name not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
        Case("closed network", endpoint(at=host(V4), network="tslcd"), UNTESTED, "not_tested"),
    ],
    "mail.ipv4_reachable": [
        Case("greets", mail({MX1: (V4, V6)}, talk(MX1, V4), silent(MX1, V6)), PASS, "ok", {"total": 1}),
        Case("turns us away", mail({MX1: (V4,)}, talk(MX1, V4, refusal="554 5.7.1 no")), PASS, "ok"),
        Case(
            "the second exchanger is silent", mail({MX1: (V4,), MX2: (V4B,)}, talk(MX1, V4), silent(MX2, V4B)), FAIL,
            "unreachable", {"servers": (f"{MX2} {V4B}",), "failing": 1, "total": 2},
        ),
        Case("refused", mail({MX1: (V4,)}, silent(MX1, V4, REFUSED, tries=1)), FAIL, "unreachable"),
        Case("IPv6 alone", mail({MX1: (V6,)}, talk(MX1, V6)), NONE, "no_a"),
        Case("null MX", mail({}, null=True), NONE, "null_mx"),
        Case("no MX", mail({}), NONE, "no_mx"),
        Case("one silence is none", mail({MX1: (V4,)}, silent(MX1, V4, tries=1)), UNTESTED, "not_tested"),
        Case("blind", mail({MX1: (V4,)}, silent(MX1, V4), vantage=BLIND_V4), UNTESTED, "not_tested"),
        Case("exchanger not resolved", mail({MX1: ()}, host_failure=SERVFAIL), UNTESTED, "not_tested"),
        Case(
            "one address untold", mail({MX1: (V4, V4B)}, talk(MX1, V4)), UNTESTED, "partly_tested",
            {"servers": (f"{MX1} {V4B}",)},
        ),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)
