"""The mail checks, case by case."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.senders import Senders
from netaudit.model.verdict import Status
from netaudit.rules.spf import spf_records
from tests.checks.mail.builders import DOMAIN, MX1, MX2, mail, silent, talk
from tests.checks.web.builders import BLIND_V6, DAY, NO_ROUTE, NOW, REFUSED, SERVFAIL, TIMEOUT, TLS, V4, V6, trust
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
BOTH: dict[str, tuple[str, ...]] = {MX1: (V4, V6)}
_GONE = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="the handshake took too long")
_LATER = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="454 TLS not available")
_NULL = Case("null MX", mail({}, null=True), NONE, "null_mx")
_NO_MX = Case("no MX", mail({}), NONE, "no_mx")
_MX_UNKNOWN = Case("MX unknown", mail({}, failure=SERVFAIL), UNTESTED, "not_tested")
_SPF = "v=spf1 mx -all"


def _led(
    records: dict[str, tuple[str, ...]], spf: str = "v=spf1 redirect=_spf.example", **found: dict[str, tuple[str, ...]]
) -> MailEvidence:
    """A domain whose record leads to names that hold these records and addresses."""
    kept = {name: spf_records(texts) for name, texts in records.items()}
    return mail(BOTH, spf=(spf,), senders=Senders(records=kept, **found))


CASES: dict[str, list[Case]] = {
    "mail.mx_present": [
        Case("both", mail({MX1: (V4, V6), MX2: (V4,)}), PASS, "ok", {"exchangers": (MX1, MX2), "total": 2}),
        Case("IPv6 alone", mail({MX1: (V6,)}), PASS, "ok"),
        Case("null MX", mail({}, null=True), NONE, "null_mx"),
        Case("none", mail({}), FAIL, "no_mx"),
        Case("one has no address", mail({MX1: (V4,), MX2: ()}), FAIL, "no_address", {"exchangers": (MX2,), "total": 2}),
        Case("alias", mail({MX1: (V4,)}, alias={MX1: "host.example"}), FAIL, "alias", {"exchangers": (MX1,)}),
        Case("target unknown", mail({MX1: ()}, host_failure=SERVFAIL), UNTESTED, "not_tested"),
        Case("a known fault outweighs an unknown", mail({MX1: (), MX2: (V4,)}, host_failure=SERVFAIL,
            alias={MX2: "host.example"}), FAIL, "alias"),
        _MX_UNKNOWN,
    ],
    "mail.starttls": [
        Case("both", mail(BOTH, talk(MX1, V4), talk(MX1, V6)), PASS, "ok", {"answered": 2, "total": 2}),
        Case("unreachable addresses do not count", mail(BOTH, talk(MX1, V4), silent(MX1, V6)),
            PASS, "ok", {"answered": 1, "total": 2}),
        Case("refused addresses do not count", mail(BOTH, talk(MX1, V4), silent(MX1, V6, REFUSED)), PASS, "ok"),
        Case("not over IPv6", mail(BOTH, talk(MX1, V4), talk(MX1, V6, starttls=False)),
            FAIL, "not_offered", {"servers": (f"{MX1} ({V6})",), "failing": 1, "total": 2}),
        Case("handshake fails", mail(BOTH, talk(MX1, V4), talk(MX1, V6, handshake=TLS)),
            FAIL, "handshake", {"servers": (f"{MX1} ({V6})",)}),
        Case("offered and then refused", mail(BOTH, talk(MX1, V4, handshake=_LATER)), FAIL, "handshake"),
        Case("handshake lost on the way", mail(BOTH, talk(MX1, V4), talk(MX1, V6, handshake=_GONE)),
            UNTESTED, "partly_tested", {"servers": (f"{MX1} ({V6})",)}),
        Case("turned away", mail(BOTH, talk(MX1, V4), talk(MX1, V6, refusal="554 go away")),
            UNTESTED, "partly_tested", {"failure": "protocol: 554 go away"}),
        Case("we are blind", mail(BOTH, talk(MX1, V4), silent(MX1, V6, NO_ROUTE, 0), vantage=BLIND_V6),
            UNTESTED, "partly_tested"),
        Case("an address nobody asked", mail(BOTH, talk(MX1, V4)), UNTESTED, "partly_tested"),
        Case("all silent", mail(BOTH, silent(MX1, V4), silent(MX1, V6)), UNTESTED, "not_tested"),
        Case("no address to ask", mail({MX1: ()}), UNTESTED, "not_tested",
            {"failure": f"no address: {MX1} without address"}),
        _NULL, _NO_MX, _MX_UNKNOWN,
    ],
    "mail.certificate": [
        Case("good", mail(BOTH, talk(MX1, V4), talk(MX1, V6), trusts={V4: trust(), V6: trust()}),
            PASS, "ok", {"total": 2, "until": "2027-02-16"}),
        Case("one family offers none", mail(BOTH, talk(MX1, V4), talk(MX1, V6, starttls=False), trusts={V4: trust()}),
            PASS, "ok", {"total": 1}),
        Case("other name", mail(BOTH, talk(MX1, V4), trusts={V4: trust(name_matches=False, names=("localhost",))}),
            WARN, "name_mismatch", {"names": ("localhost",), "servers": (f"{MX1} ({V4})",)}),
        Case("self-signed", mail(BOTH, talk(MX1, V4), trusts={V4: trust(trusted=False, error="self-signed")}),
            WARN, "untrusted", {"error": "self-signed"}),
        Case("expired", mail(BOTH, talk(MX1, V4), trusts={V4: trust(trusted=False, until=NOW - DAY)}),
            WARN, "expired"),
        Case("soon", mail(BOTH, talk(MX1, V4), trusts={V4: trust(until=NOW + 3 * DAY)}),
            WARN, "expires_soon", {"days": 3}),
        Case("by parameter", mail(BOTH, talk(MX1, V4), trusts={V4: trust(until=NOW + 3 * DAY)}), PASS, "ok",
            parameters={"min_days": 2}),
        Case("beyond all years", mail(BOTH, talk(MX1, V4), trusts={V4: trust(until=1e18)}), PASS, "ok",
            {"until": "out of range"}),
        Case("no STARTTLS", mail(BOTH, talk(MX1, V4, starttls=False)), NONE, "no_starttls"),
        Case("silent", mail(BOTH, silent(MX1, V4), talk(MX1, V6, starttls=False)), UNTESTED, "not_tested"),
        _NULL, _NO_MX, _MX_UNKNOWN,
    ],
    "mail.spf": [
        Case("closed", mail(BOTH, spf=(_SPF, "other=1")), PASS, "ok", {"end": "-all", "lookups": 1, "limit": 10}),
        Case("soft", mail(BOTH, spf=("V=SPF1 ip4:192.0.2.0/24 include:_spf.example ~ALL",)), PASS, "ok", {
            "end": "~all"}),
        Case("a domain without mail", mail({}, null=True, spf=("v=spf1 -all",)), PASS, "ok", {"lookups": 0}),
        Case("none", mail(BOTH, spf=("v=spf10 -all", "hello")), FAIL, "missing"),
        Case("two", mail(BOTH, spf=(_SPF, "v=spf1")), FAIL, "several", {"count": 2}),
        Case("bad address", mail(BOTH, spf=("v=spf1 ip4:192.0.2.300 -all",)), FAIL, "malformed", {
            "term": "ip4:192.0.2.300"}),
        Case("everybody", mail(BOTH, spf=("v=spf1 mx +all",)), FAIL, "open"),
        Case("no opinion", mail(BOTH, spf=("v=spf1 mx ?all",)), FAIL, "open"),
        Case("no end", mail(BOTH, spf=("v=spf1 mx",)), FAIL, "no_all"),
        Case("ten", mail(BOTH, spf=("v=spf1 " + "include:a.example " * 10 + "-all",)), PASS, "ok", {"lookups": 10}),
        Case("eleven", mail(BOTH, spf=("v=spf1 " + "include:a.example " * 11 + "-all",)),
            FAIL, "too_many_lookups", {"lookups": 11, "limit": 10}),
        Case("ptr", mail(BOTH, spf=("v=spf1 ptr -all",)), WARN, "ptr"),
        Case("policy elsewhere", mail(BOTH, spf=("v=spf1 redirect=_spf.example",)), UNTESTED, "not_tested"),
        Case("policy found elsewhere", _led({"_spf.example": ("v=spf1 mx:x.example -all",)}), PASS, "ok", {
            "end": "-all", "lookups": 2}),
        Case("policy at the third", _led({"_spf.example": ("v=spf1 redirect=b.example",),
            "b.example": ("v=spf1 ip4:192.0.2.1 ~all",)}), PASS, "ok", {"end": "~all", "lookups": 2}),
        Case("policy elsewhere, open", _led({"_spf.example": ("v=spf1 a ?all",)}), FAIL, "open"),
        Case("policy elsewhere, no end", _led({"_spf.example": ("v=spf1 a",)}), FAIL, "no_all"),
        Case("policy nowhere", _led({"_spf.example": ()}), FAIL, "broken_name", {"name": "_spf.example"}),
        Case("policy in a circle", _led({"_spf.example": ("v=spf1 redirect=_spf.example",)}),
            FAIL, "too_many_lookups"),
        Case("policy beyond", _led({"_spf.example": ("v=spf1 redirect=b.example",)}), UNTESTED, "not_tested"),
        Case("included record is none", _led({"a.example": ("hello",)}, "v=spf1 include:a.example -all"),
            FAIL, "broken_name", {"name": "a.example"}),
        Case("all is overruled by nothing included", _led({"a.example": ("v=spf1 +all",)},
            "v=spf1 include:a.example -all"), PASS, "ok", {"end": "-all", "lookups": 1}),
        Case("six and six", _led({"a.example": ("v=spf1 " + "exists:%{i}.x.example " * 6,)},
            "v=spf1 include:a.example mx a a a a -all"), FAIL, "too_many_lookups", {"lookups": 11}),
        Case("five and five", _led({"a.example": ("v=spf1 " + "exists:%{i}.x.example " * 5,)},
            "v=spf1 include:a.example mx a a a -all"), PASS, "ok", {"lookups": 10}),
        Case("three that are not there", _led({}, "v=spf1 a:x.example a:y.example mx:z.example -all",
            addresses={"x.example": (), "y.example": ()}, exchangers={"z.example": ()}), WARN, "void_lookups", {
            "names": ("x.example", "y.example", "z.example"), "limit": 2}),
        Case("two that are not there", _led({}, "v=spf1 a:x.example mx:z.example -all",
            addresses={"x.example": ()}, exchangers={"z.example": ()}), PASS, "ok"),
        Case("unknown", mail(BOTH, record_failure=SERVFAIL), UNTESTED, "not_tested"),
        Case("not looked up", mail(BOTH, spf=None), UNTESTED, "not_tested"),
    ],
    "mail.dmarc": [
        Case("reject", mail(BOTH, dmarc=("v=DMARC1; p=reject; rua=mailto:a@example",)), PASS, "ok", {
            "policy": "reject"}),
        Case("quarantine, spaces", mail(BOTH, dmarc=("v = DMARC1 ;p = Quarantine ;",)), PASS, "ok", {
            "policy": "quarantine"}),
        Case("a stranger's text beside it", mail(BOTH, dmarc=("hello", "v=DMARC1; p=reject")), PASS, "ok"),
        Case("watching", mail(BOTH, dmarc=("v=DMARC1; p=none",)), WARN, "none"),
        Case("of no mail", mail(BOTH, dmarc=("v=DMARC1; p=reject; pct=0",)), WARN, "none"),
        Case("of half the mail", mail(BOTH, dmarc=("v=DMARC1; p=reject; pct=50",)), WARN, "partial", {"percent": 50}),
        Case("none", mail(BOTH, dmarc=("hello",)), FAIL, "missing", {"name": f"_dmarc.{DOMAIN}"}),
        Case("two", mail(BOTH, dmarc=("v=DMARC1; p=none", "v=DMARC1; p=reject")), FAIL, "several", {"count": 2}),
        Case("lower case", mail(BOTH, dmarc=("v=dmarc1; p=reject",)), FAIL, "malformed"),
        Case("no policy", mail(BOTH, dmarc=("v=DMARC1; rua=mailto:a@example",)), FAIL, "malformed", {
            "problem": "p is missing"}),
        Case("unknown policy", mail(BOTH, dmarc=("v=DMARC1; p=block",)), FAIL, "malformed"),
        Case("unknown", mail(BOTH, record_failure=TIMEOUT), UNTESTED, "not_tested"),
        Case("not looked up", mail(BOTH, dmarc=None), UNTESTED, "not_tested"),
    ],
}  # fmt: skip

_RECORDS = ("mail.spf", "mail.dmarc")  # asked of every mail domain, even of one that takes no mail


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, UNTESTED, WARN if check == "mail.certificate" else FAIL)
    if check not in _RECORDS:
        hold_statuses(CASES[check], NONE)


@pytest.mark.parametrize("check", _RECORDS)
@pytest.mark.parametrize("record", ["", "v=spf1 -all", "v=DMARC1; p=reject"])
def test_a_verdict_on_a_record_cites_the_exchange_that_showed_it(check: str, record: str) -> None:
    assert judge(check, mail(BOTH, spf=(record,), dmarc=(record,))).facts == ("dns-txt",)


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(st.text(max_size=60), max_size=4).map(tuple),
    spf=st.text(alphabet="amxptrilnced:=/%{}.-+~?0123456789 ", max_size=60),
    dmarc=st.text(alphabet="psctruav=;noe01 ", max_size=60),
)
def test_no_text_breaks_a_judge(texts: tuple[str, ...], spf: str, dmarc: str) -> None:
    evidence = mail(BOTH, spf=(f"v=spf1 {spf}", *texts), dmarc=(f"v=DMARC1;{dmarc}", *texts))
    for check in _RECORDS:
        assert judge(check, evidence).observed


@pytest.mark.parametrize("check", CASES)
def test_a_flood_of_bytes_breaks_no_judge_and_is_not_printed(check: str) -> None:
    banner = "x" * 100_000
    evidence = mail(
        BOTH, talk(MX1, V4, greeting=banner), talk(MX1, V6, refusal=f"554 {'y' * 100_000}"),
        spf=("v=spf1 " + "a:" * 50_000,), dmarc=("v=DMARC1;" + "a=b;" * 25_000,), trusts={V4: trust()},
    )  # fmt: skip
    outcome = judge(check, evidence)
    if check in _RECORDS:
        assert max(len(row.saw) for row in outcome.observed) < 300
        assert all(len(str(value)) < 300 for value in outcome.args.values())
