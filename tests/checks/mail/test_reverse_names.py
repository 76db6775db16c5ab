"""mail.reverse_dns, case by case: what the exchangers' addresses are called over IPv6, and over IPv4 beside it."""

import pytest
from msgspec.structs import replace

from netaudit.model.evidence import FoundRecords, MailEvidence
from netaudit.model.verdict import Status
from tests.checks.mail.builders import MX1, MX2, mail
from tests.checks.path.test_path_checks import NO_NAME, pointer
from tests.checks.web.builders import BLIND_V6, SERVFAIL, V4, V6, V6B
from tests.checks.web.harness import Case, hold, hold_texts, judge, labels, pairs

CHECK = "mail.reverse_dns"
Reverse = dict[str, tuple[FoundRecords, ...]]
BOTH: dict[str, tuple[str, ...]] = {MX1: (V4, V6)}
NAMED_V4, NAMED_V6 = pointer(V4, MX1, leads=(V4,)), pointer(V6, MX1, leads=(V6,))


def called(found: MailEvidence, reverse: Reverse) -> MailEvidence:
    """Each exchanger's addresses with what was looked up about them."""
    hosts = {name: replace(host, reverse=reverse) for name, host in found.hosts.items()}
    return replace(found, hosts=hosts)


CASES = {
    CHECK: [
        Case("named", called(mail(BOTH), {**NAMED_V4, **NAMED_V6}), Status.PASS, "ok", {"total": 1}),
        Case("only IPv4 is nameless", called(mail(BOTH), {**pointer(V4), **NAMED_V6}), Status.PASS, "ok"),
        Case("no PTR at all", called(mail(BOTH), {**pointer(V4), **pointer(V6)}), Status.WARN, "missing",
             {"servers": (f"{MX1} ({V6})",)}),
        Case("IPv4 has one", called(mail(BOTH), {**NAMED_V4, **pointer(V6)}), Status.WARN, "ipv6_only",
             {"servers": (f"{MX1} ({V6})",)}),
        Case("leads elsewhere", called(mail(BOTH), pointer(V6, MX1, leads=("2405:4800::9",))), Status.WARN,
             "unconfirmed", {"servers": (f"{MX1} ({V6})",)}),
        Case("the second exchanger has none", called(mail({MX1: (V6,), MX2: (V6B,)}), {**NAMED_V6, **pointer(V6B)}),
             Status.WARN, "missing", {"servers": (f"{MX2} ({V6B})",)}),
        Case("one was not asked", called(mail({MX1: (V6,), MX2: (V6B,)}), NAMED_V6), Status.COULD_NOT_TEST,
             "not_tested"),
        Case("no answer", called(mail(BOTH), pointer(V6, failure=NO_NAME)), Status.COULD_NOT_TEST, "not_tested"),
        Case("exchanger not resolved", mail({MX1: ()}, host_failure=SERVFAIL), Status.COULD_NOT_TEST, "not_tested"),
        Case("our own host has no IPv6: names are records", called(mail(BOTH, vantage=BLIND_V6), NAMED_V6),
             Status.PASS, "ok"),
        Case("not asked", mail(BOTH), Status.NOT_APPLICABLE, "not_asked"),
        Case("no AAAA", called(mail({MX1: (V4,)}), NAMED_V4), Status.NOT_APPLICABLE, "no_aaaa"),
        Case("null MX", mail({}, null=True), Status.NOT_APPLICABLE, "null_mx"),
        Case("no MX", mail({}), Status.NOT_APPLICABLE, "no_mx"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


def test_every_message_is_written_and_produced() -> None:
    hold_texts(CHECK, CASES[CHECK])


def test_the_table_shows_each_name() -> None:
    (row,) = judge(CHECK, called(mail(BOTH), pointer(V6, MX1, leads=("2405:4800::9",)))).observed
    assert (row.where, row.saw, row.address, row.ok) == (MX1, f"{MX1}, which has not this address", V6, False)
