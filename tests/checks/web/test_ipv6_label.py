"""web.ipv6_label, case by case: one scan a week, and what is left of the label."""

import msgspec
import pytest

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.history import PastStatus
from netaudit.model.verdict import Status
from tests.checks.web.builders import BUDGET, DAY, HOST, NOW, V4, V6, connect, dead, endpoint, fetch
from tests.checks.web.harness import Case, hold, hold_texts, judge, labels, pairs

CHECK = "web.ipv6_label"
_STATUS = {"+": Status.PASS, "-": Status.FAIL, "?": Status.COULD_NOT_TEST}
GOOD, BAD = endpoint(fetch(V4), fetch(V6)), endpoint(fetch(V4), dead(V6))


def after(weeks: str, now: EndpointEvidence) -> EndpointEvidence:
    """Scans once a week before `now`, oldest first; a blank is a week without one."""
    past = tuple(
        PastStatus(at=NOW - (len(weeks) - place) * 7 * DAY, status=_STATUS[mark])
        for place, mark in enumerate(weeks)
        if mark != " "
    )
    return msgspec.structs.replace(now, history=past)


CASES = {
    CHECK: [
        Case("always met", after("+++", GOOD), Status.PASS, "holds", {"known": 4, "missed": 0}),
        Case("met again", after("+-- ?", GOOD), Status.PASS, "holds", {"known": 4, "missed": 2}),
        Case("met again after six", after("------", GOOD), Status.PASS, "holds", {"known": 7, "missed": 6}),
        Case("fails now", after("++", BAD), Status.WARN, "at_risk",
             {"failed": 1, "unknown": 0, "since": "2026-11-18", "limit": 6}),
        Case("five weeks", after("+----", BAD), Status.WARN, "at_risk", {"failed": 5}),
        Case("weeks without a scan do not count", after("+-   --", BAD), Status.WARN, "at_risk",
             {"failed": 4, "unknown": 3, "since": "2026-10-07"}),
        Case("a week that could not be tested does not count", after("+----?-", BAD), Status.WARN, "at_risk",
             {"failed": 6, "unknown": 1}),
        Case("six weeks", after("+-----", BAD), Status.FAIL, "lost",
             {"failed": 6, "since": "2026-10-14", "lost": "2026-11-18", "limit": 6}),
        Case("eight weeks", after("-------", BAD), Status.FAIL, "lost", {"failed": 8, "lost": "2026-11-04"}),
        Case("by a plan with two weeks", after("+-", BAD), Status.FAIL, "lost", parameters={"failed_weeks": 2}),
        Case("no AAAA", after("-----", endpoint(fetch(V4))), Status.FAIL, "lost"),
        Case("no earlier scan", GOOD, Status.NOT_APPLICABLE, "no_history"),
        Case("no web site", after("+", endpoint(connect(V6), key=f"tcp://{HOST}:8443")), Status.NOT_APPLICABLE,
             "not_web"),
        Case("this week unknown", after("------", endpoint(fetch(V4), dead(V6, BUDGET))), Status.COULD_NOT_TEST,
             "not_tested"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


def test_every_message_is_written_and_produced() -> None:
    hold_texts(CHECK, CASES[CHECK])


def test_each_week_is_a_row_oldest_first() -> None:
    outcome = judge(CHECK, after("+ ?-", BAD))
    assert [(row.where, row.saw, row.ok) for row in outcome.observed] == [
        ("2026-W43", "meets the rule", True),
        ("2026-W44", "no scan", None),
        ("2026-W45", "could not be tested", None),
        ("2026-W46", "does not meet the rule", False),
        ("2026-W47", "does not meet the rule", False),
    ]
