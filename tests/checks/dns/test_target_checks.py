"""The checks of where records lead, case by case: to names that exist, that anybody could take, or neither."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import FoundRecords, HostEvidence, MailEvidence, ZoneEvidence
from netaudit.model.facts import Lookup
from netaudit.model.security import SecurityStatus
from netaudit.model.targets import ListedName, ListedTarget, Standing, TargetName, ZoneListing
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import APEX, evidence, failing, pair, serving, unsigned
from tests.checks.mail.builders import mail
from tests.checks.web.builders import NO_ROUTE, TIMEOUT, V4, host
from tests.checks.web.harness import Case, hold, hold_texts, judge, labels, pairs

PASS, FAIL, MANUAL = Status.PASS, Status.FAIL, Status.MANUAL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
REFUSED = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="REFUSED")


def good(rdtype: str) -> TargetName:
    return TargetName(owner="a.agency.gov.vn", rdtype=rdtype, name="used.example.com", standing=Standing.EXISTS)


def missing(rdtype: str, name: str, missing: str = "", *, own: bool = False) -> TargetName:
    above = (missing or name).partition(".")[2]
    return TargetName(
        owner="b.agency.gov.vn", rdtype=rdtype, name=name, standing=Standing.NONEXISTENT, zone=above,
        missing=missing or name, own=own, security=SecurityStatus.SECURE,
    )  # fmt: skip


def lost(rdtype: str, failure: Failure = TIMEOUT) -> TargetName:
    standing = Standing.LAME if failure is REFUSED else Standing.UNKNOWN
    return TargetName(owner="c.agency.gov.vn", rdtype=rdtype, name="x.example.net", standing=standing, failure=failure)


def cases(rdtype: str, make: Callable[..., HostEvidence | MailEvidence | ZoneEvidence]) -> list[Case]:
    """What all these checks have in common; another kind of record beside must change nothing."""
    fine, other = good(rdtype), missing("TXT", "elsewhere.gone.com", "gone.com")
    free = missing(rdtype, "www.gone.vn", "gone.vn")
    cloud, own = missing(rdtype, "site.provider.com"), missing(rdtype, "old.agency.gov.vn", own=True)
    return [
        Case("exists", make(fine), PASS, "ok", {"targets": ("used.example.com",), "count": 1}),
        Case("unregistered", make(fine, free), FAIL, "unregistered", {"targets": ("www.gone.vn",),
            "domains": ("gone.vn",), "count": 1}),
        Case("below a category", make(missing(rdtype, "a.b.gone.com.vn", "gone.com.vn")), FAIL, "unregistered",
            {"domains": ("gone.com.vn",)}),
        Case("at a provider", make(cloud), FAIL, "elsewhere", {"domains": ("site.provider.com",)}),
        Case("worst first", make(own, cloud, lost(rdtype), free), FAIL, "unregistered", {"count": 1}),
        Case("one's own", make(own, fine), FAIL, "dead", {"targets": ("old.agency.gov.vn",)}),
        Case("lame", make(own, lost(rdtype, REFUSED)), FAIL, "lame", {"targets": ("x.example.net",)}),
        Case("lost packet", make(fine, lost(rdtype)), UNTESTED, "not_tested",
            {"failure": "timeout: no answer"}),
        Case("blind", make(lost(rdtype, NO_ROUTE)), UNTESTED, "not_tested"),
        *([Case("other kinds", make(fine, other), PASS, "ok", {"count": 1})] if rdtype != "NS" else []),
    ]  # fmt: skip


def at_host(*targets: TargetName) -> HostEvidence:
    return replace(host(V4), targets=targets)


def at_mail(*targets: TargetName) -> MailEvidence:
    return replace(mail({}), targets=targets)


def at_zone(*targets: TargetName) -> ZoneEvidence:
    return replace(evidence(*pair(serving(unsigned()))), targets=targets)


NAMES = (
    ListedName(name=APEX, types=("NS", "SOA", "MX")),
    ListedName(name=f"www.{APEX}", types=("A",)),
    ListedName(name=f"_dmarc.{APEX}", types=("TXT",)),
    ListedName(name=f"_x.{APEX}", types=("CNAME",)),
    ListedName(name=f"*.{APEX}", types=("A",)),
    ListedName(name=f"mx.{APEX}", types=("A",)),
)
LISTING = ZoneListing(
    source="agency.zone", names=NAMES, targets=(ListedTarget(owner=APEX, rdtype="MX", target=f"mx.{APEX}"),)
)
KNOWN = frozenset({f"www.{APEX}", APEX})


def listed(listing: ZoneListing | None, *targets: TargetName) -> ZoneEvidence:
    found = at_zone()
    return replace(found, fact=replace(found.fact, listing=listing), listed=targets, known=KNOWN)


def held(*more: tuple[str, tuple[str, ...]], **changes: object) -> ZoneEvidence:
    names = (*NAMES, *(ListedName(name=f"{label}.{APEX}", types=types) for label, types in more))
    return listed(replace(LISTING, names=names, **changes))


UNREAD = ZoneListing(source="agency.zone", complete=False, failure=Failure(reason=Reason.MALFORMED, side=Side.OURS))

CASES = {
    "dns.cname_target": [
        *cases("CNAME", at_host),
        Case("no alias", at_host(), NONE, "none"),
        Case("not looked up", host(failure=TIMEOUT), UNTESTED, "not_tested"),
    ],
    "dns.https_target": [
        *cases("HTTPS", at_host),
        Case("no record", at_host(), NONE, "none"),
        Case("not looked up", host(failure=TIMEOUT), UNTESTED, "not_tested"),
    ],
    "dns.ns_target": [
        *cases("NS", at_zone),
        Case("nobody told", at_zone(), UNTESTED, "not_tested"),
    ],
    "mail.mx_target": [
        *cases("MX", at_mail),
        Case("no exchanger", at_mail(), NONE, "none"),
        Case("not looked up", mail({}, failure=TIMEOUT), UNTESTED, "not_tested"),
    ],
    "mail.spf_targets": [
        *cases("SPF", at_mail),
        Case("no name", at_mail(), NONE, "none"),
        Case("not looked up", mail({}, record_failure=TIMEOUT), UNTESTED, "not_tested"),
    ],
    "dns.dangling_records": [
        *(case for case in cases("MX", lambda *t: listed(LISTING, *t)) if case.name != "other kinds"),
        Case("no target", listed(LISTING), NONE, "none"),
        Case("not known", listed(None), NONE, "not_known"),
        Case("not read", listed(UNREAD), UNTESTED, "not_tested"),
    ],
    "dns.unlisted_names": [
        Case("all known", listed(LISTING), PASS, "ok", {"count": 6, "source": "agency.zone"}),
        Case("a host", held(("intranet", ("A", "AAAA"))), MANUAL, "unlisted", {"names": (f"intranet.{APEX}",)}),
        Case("a delegation", held(("branch", ("NS",))), MANUAL, "unlisted", {"names": (f"branch.{APEX}",)}),
        Case("a mail domain", held(("post", ("MX",))), MANUAL, "unlisted", {"count": 1}),
        Case("no service", held(("text", ("TXT",))), PASS, "ok"),
        Case("a part only", held(complete=False), UNTESTED, "not_tested"),
        Case("found in a part", held(("intranet", ("A",)), complete=False), MANUAL, "unlisted", {"count": 1}),
        Case("not known", listed(None), NONE, "not_known"),
        Case("not read", listed(UNREAD), UNTESTED, "not_tested"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])


def test_rows_say_who_denied_what_and_whether_it_is_proved() -> None:
    rows = judge("dns.cname_target", at_host(good("CNAME"), missing("CNAME", "www.gone.vn", "gone.vn"))).observed
    assert [(row.where, row.saw, row.ok) for row in rows] == [
        ("b.agency.gov.vn", "CNAME www.gone.vn: NXDOMAIN for gone.vn from vn, proved by DNSSEC", False),
        ("a.agency.gov.vn", "CNAME used.example.com: exists", True),
    ]


def test_rows_have_a_line_for_the_inventory() -> None:
    rows = judge("dns.unlisted_names", held(("a.b", ("A",)), ("branch", ("NS",)), ("post", ("MX",)))).observed
    assert [row.saw for row in rows] == [
        f"A; services: - {{id: a-b, kind: site, host: a.b.{APEX}, units: [UNIT]}}",
        f"NS; zones: - branch.{APEX}",
        f"MX; services: - {{id: post, kind: site, scheme: mail, host: post.{APEX}, units: [UNIT]}}",
    ]


def test_a_zone_that_can_not_be_found_is_not_tested() -> None:
    found = evidence(*pair(failing()))
    found = replace(found, fact=replace(found.fact, failure=TIMEOUT))
    hold("dns.ns_target", Case("lost", found, UNTESTED, "not_tested"))


def test_a_failed_look_up_of_https_is_not_tested() -> None:
    at = host(V4)
    asked = FoundRecords(lookup=Lookup(name=at.host, rdtype="HTTPS", failure=TIMEOUT))
    hold("dns.https_target", Case("lost", replace(at, found=(asked,)), UNTESTED, "not_tested"))
