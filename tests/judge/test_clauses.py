from datetime import date
from typing import Any

import pytest

from netaudit.judge.clauses import clause_result, demands_of
from netaudit.judge.derive import Derived
from netaudit.judge.subjects import Subjects, enclosing_zone
from netaudit.model.common import Family
from netaudit.model.inventory import Attestation, Inventory, Service
from netaudit.model.profile import Basis, Clause, Confidence, Measure, Profile, Severity
from netaudit.model.run import ClauseResult, ClauseStatus, Timeliness
from netaudit.model.verdict import TargetKind
from tests.judge.builders import CATALOGUE, NAME, NOW, inventory, said, site, verdicts

TODAY = date(2026, 11, 24)
V4, V6 = Family.IPV4, Family.IPV6
MET, PARTLY, UNMET = ClauseStatus.MET, ClauseStatus.PARTLY, ClauseStatus.UNMET
NOT_TESTED, NOT_APPLICABLE = ClauseStatus.NOT_TESTED, ClauseStatus.NOT_APPLICABLE
SITES = tuple(site(name, "one") for name in ("a", "b", "c", "d"))


def clause(measure: Measure, **more: Any) -> Clause:
    given = {"severity": Severity.HIGH, "basis": Basis.PRACTICE, "confidence": Confidence.VERIFIED, "source": "s"}
    return Clause(id="C-1", text=NAME, measure=measure, **{**given, **more})


def profile(*clauses: Clause, **more: Any) -> Profile:
    return Profile(id="plan", version=TODAY, name=NAME, legal=(), effective=date(2020, 1, 1), clauses=clauses, **more)


def measured(measure: Measure, targets: list[Derived], listed: Inventory | None = None, **more: Any) -> ClauseResult:
    owner = listed or inventory(*SITES)
    ended = {"ended": more.pop("ended")} if "ended" in more else {}
    chosen = more.pop("chosen", None)
    plan = profile(clause(measure, **more), **ended)
    (demand,) = demands_of([plan], Subjects(owner, NOW), CATALOGUE, TODAY)
    return clause_result(demand, verdicts(*targets), owner.attestations, TODAY, chosen)


def endpoints(words: str) -> list[Derived]:
    """The verdicts on the sites a, b, c, d by their first letters; `.`: not asked."""
    word = {"p": "pass", "f": "fail", "w": "warn", "g": "gap", "c": "closed", "n": "na", "m": "manual"}
    return [
        said(TargetKind.ENDPOINT, service.endpoint, word[letter], services=[service])
        for service, letter in zip(SITES, words, strict=False)
        if letter != "."
    ]


@pytest.mark.parametrize(
    ("words", "ratio", "status", "passed", "failed", "measurable"),
    [
        ("pppp", None, MET, 4, 0, 4),
        ("ppwp", None, MET, 4, 0, 4),  # a departure from a SHOULD is none from a plan
        ("pppf", None, PARTLY, 3, 1, 4),
        ("ffff", None, UNMET, 0, 4, 4),
        ("pppf", 0.75, MET, 3, 1, 4),
        ("ppff", 0.75, PARTLY, 2, 2, 4),
        ("pppf", 0.8, PARTLY, 3, 1, 4),
        ("pppg", None, NOT_TESTED, 3, 0, 3),  # the last one could turn it
        ("ppp.", None, NOT_TESTED, 3, 0, 3),  # so could one that was not asked
        ("pppm", None, NOT_TESTED, 3, 0, 3),
        ("pppg", 0.75, MET, 3, 0, 3),  # it could not
        ("ppfg", None, PARTLY, 2, 1, 3),
        ("fggg", None, UNMET, 0, 1, 1),
        ("gggg", None, NOT_TESTED, 0, 0, 0),
        ("pppc", None, MET, 3, 0, 3),  # a closed network is nobody's failure, and no success
        ("cccc", None, NOT_TESTED, 0, 0, 0),
        ("pppn", None, MET, 3, 0, 3),
        ("nnnn", None, NOT_APPLICABLE, 0, 0, 0),
    ],
)
def test_a_clause_is_counted(
    words: str, ratio: float | None, status: ClauseStatus, passed: int, failed: int, measurable: int
) -> None:
    found = measured(Measure(kind="scan", checks=("web.open",), kinds=("site",), ratio=ratio), endpoints(words))
    assert (found.status, found.passed, found.failed, found.measurable) == (status, passed, failed, measurable)
    assert found.total == 4  # fixed by the inventory


@pytest.mark.parametrize(
    ("words", "status"),
    [("ppff", MET), ("pfff", PARTLY), ("pfgg", NOT_TESTED), ("pffg", NOT_TESTED), ("ffff", UNMET), ("ppgg", MET)],
)
def test_a_count_is_enough_once_it_is_reached(words: str, status: ClauseStatus) -> None:
    found = measured(Measure(kind="scan", checks=("web.open",), kinds=("site",), count=2), endpoints(words))
    assert found.status is status


def test_failing_and_untested_targets_are_named() -> None:
    found = measured(Measure(kind="scan", checks=("web.open",), kinds=("site",)), endpoints("pfgc"))
    assert found.failing == ("https://b.p.example:443",)
    assert found.untested == ("https://c.p.example:443", "https://d.p.example:443")


def test_ratios_are_counted_exactly() -> None:
    """0.7 of 10 is 7, whatever binary fractions make of it."""
    sites = tuple(site(f"s{n}", "one") for n in range(10))
    targets = [
        said(TargetKind.ENDPOINT, s.endpoint, "pass" if n < 7 else "fail", services=[s]) for n, s in enumerate(sites)
    ]
    measure = Measure(kind="scan", checks=("web.open",), kinds=("site",), ratio=0.7)
    assert measured(measure, targets, inventory(*sites)).status is MET


def test_a_check_that_was_not_chosen_decides_nothing() -> None:
    measure = Measure(kind="scan", checks=("web.open",), kinds=("site",))
    for words in ("ffff", "pppp"):
        left_out = measured(measure, endpoints(words), chosen=frozenset({"ipv6.aaaa"}))
        assert (left_out.status, left_out.measurable, len(left_out.untested)) == (NOT_TESTED, 0, 4)
        assert measured(measure, endpoints(words), chosen=frozenset({"web.open"})).measurable == 4


def test_every_check_must_pass_and_a_fail_comes_before_a_gap() -> None:
    service = SITES[0]
    measure = Measure(kind="scan", checks=("web.open", "ipv6.aaaa"), kinds=("site",))
    statuses = {}
    for web, host in (("pass", "pass"), ("pass", "fail"), ("gap", "fail"), ("pass", "gap"), ("pass", "na")):
        targets = [
            said(TargetKind.ENDPOINT, service.endpoint, web, services=[service]),
            said(TargetKind.HOST, service.host, host, services=[service]),
        ]
        statuses[web, host] = measured(measure, targets, inventory(service)).status
    assert statuses == {
        ("pass", "pass"): MET, ("pass", "fail"): UNMET, ("gap", "fail"): UNMET, ("pass", "gap"): NOT_TESTED,
        ("pass", "na"): MET,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("accept", "families", "status"),
    [
        (("ipv6_only",), {V6}, MET),
        (("ipv6_only",), {V4, V6}, UNMET),
        (("ipv6_only",), {V4}, UNMET),
        (("ipv6_only",), None, NOT_TESTED),
        (("dual_stack",), {V4, V6}, MET),
        (("dual_stack",), {V6}, UNMET),
        (("dual_stack", "ipv6_only"), {V6}, MET),
        (("dual_stack", "ipv6_only"), {V4, V6}, MET),
        (("dual_stack", "ipv6_only"), {V4}, MET),  # what the checks let pass: they may ask for other things
        (("dual_stack", "ipv6_only"), None, MET),
    ],
)
def test_a_clause_accepts_families(accept: tuple[str, ...], families: set[Family] | None, status: ClauseStatus) -> None:
    service = SITES[0]
    targets = [said(TargetKind.ENDPOINT, service.endpoint, "pass", services=[service], families=families)]
    measure = Measure(kind="scan", checks=("web.open",), kinds=("site",), accept=accept)  # type: ignore[arg-type]
    assert measured(measure, targets, inventory(service)).status is status


def test_a_clause_has_its_own_parameters() -> None:
    targets = [said(TargetKind.ZONE, "p.example", "at least 2")]
    lenient = Measure(kind="scan", checks=("dns.tcp",), kinds=("zone",))
    strict = Measure(kind="scan", checks=("dns.tcp",), kinds=("zone",), parameters={"least": 3})
    assert measured(lenient, targets).status is MET
    assert measured(strict, targets).status is UNMET


SERVICES = (
    site("@", "one", kind="portal"),
    site("www", "one"),
    Service(id="www-two", kind="site", host="www.p.example", units=("two",), path="/two"),
    site("axis", "one", scheme="tcp", port=8443, kind="axis"),
    Service(id="mail", kind="mail", scheme="mail", host="p.example", units=("one", "two")),
    site("x.q", "one"),
)
ZONES = ("p.example", "q.p.example")


@pytest.mark.parametrize(
    ("checks", "kinds", "wanted"),
    [
        (("web.open",), ("site",), ["https://www.p.example:443", "https://x.q.p.example:443"]),  # a shared host once
        (
            ("web.open",), ("*",),
            ["https://p.example:443", "https://www.p.example:443", "tcp://axis.p.example:8443", "https://x.q.p.example:443"],
        ),
        (("ipv6.aaaa",), ("portal",), ["p.example"]),
        (("dns.tcp",), ("zone",), ["p.example", "q.p.example"]),
        (("dns.tcp",), ("*",), ["p.example", "q.p.example"]),
        (("dns.tcp",), ("site",), ["p.example", "q.p.example"]),  # the zones that hold the sites
        (("dns.tcp",), ("portal",), ["p.example"]),
        (("mail.starttls",), ("*",), ["p.example"]),
        (("mail.starttls",), ("site",), []),
        (("multihome.two",), ("datacentre",), ["dc"]),
        (("certificates.count",), ("register",), ["reg"]),
        (("coverage.working",), ("site",), ["commune/site"]),
        (("web.open", "mail.starttls"), ("portal", "mail"), ["https://p.example:443", "p.example"]),
        (("web.open", "dns.tcp"), ("portal",), ["https://p.example:443"]),  # one subject, asked two things
        (("web.open",), ("nothing",), []),
    ],
)  # fmt: skip
def test_subjects_are_the_inventory_s(checks: tuple[str, ...], kinds: tuple[str, ...], wanted: list[str]) -> None:
    owner = inventory(*SERVICES, zones=ZONES)
    found = Subjects(owner, NOW).of(Measure(kind="scan", checks=checks, kinds=kinds), CATALOGUE)
    assert [subject.name for subject in found] == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("p.example", "p.example"), ("a.q.p.example", "q.p.example"), ("ap.example", "."), ("xq.p.example", "p.example")],
)
def test_the_nearest_zone_holds_a_name(name: str, wanted: str) -> None:
    assert enclosing_zone(name, {".", "p.example", "q.p.example"}) == wanted
    assert enclosing_zone("other.test", {"p.example"}) is None


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({}, Severity.HIGH),
        ({"deadline": date(2026, 11, 23)}, Severity.HIGH),
        ({"deadline": TODAY}, Severity.MEDIUM),  # the last day is a day
        ({"deadline": date(2030, 1, 1), "severity": Severity.CRITICAL}, Severity.MEDIUM),
        ({"deadline": date(2030, 1, 1), "severity": Severity.LOW}, Severity.LOW),
        ({"not_before": date(2026, 11, 25)}, Severity.INFO),
        ({"not_before": TODAY}, Severity.HIGH),
    ],
)
def test_severity_is_today_s(more: dict[str, Any], severity: Severity) -> None:
    measure = Measure(kind="scan", checks=("web.open",), kinds=("site",))
    assert measured(measure, endpoints("ffff"), **more).severity is severity


@pytest.mark.parametrize(
    ("words", "deadline", "ended", "overdue"),
    [
        ("ffff", date(2025, 1, 1), None, True),
        ("pfff", date(2025, 1, 1), None, True),
        ("pppp", date(2025, 1, 1), None, False),
        ("gggg", date(2025, 1, 1), None, False),
        ("ffff", TODAY, None, False),
        ("ffff", None, None, False),
        ("ffff", date(2025, 1, 1), date(2025, 12, 31), False),  # nothing of an ended programme is overdue
        ("ffff", date(2025, 1, 1), TODAY, True),  # it ends today
    ],
)
def test_what_is_overdue(words: str, deadline: date | None, ended: date | None, overdue: bool) -> None:
    measure = Measure(kind="scan", checks=("web.open",), kinds=("site",))
    found = measured(measure, endpoints(words), deadline=deadline, ended=ended)
    assert found.overdue is overdue
    assert found.ended == (ended if ended != TODAY else None)


@pytest.mark.parametrize(
    ("count", "given", "status"),
    [
        (None, None, ClauseStatus.ATTESTED),
        (5, 5, ClauseStatus.ATTESTED),
        (5, 4, UNMET),
        (5, None, UNMET),
    ],
)
def test_an_attestation_must_reach_what_is_asked(count: int | None, given: int | None, status: ClauseStatus) -> None:
    paper = Attestation(field="paper", document="Báo cáo 1", date=TODAY, signer="x", count=given)
    found = measured(Measure(kind="attest", field="paper", count=count), [], inventory(attestations=(paper,)))
    assert (found.status, found.attestation, found.total) == (status, paper, 0)


def test_a_missing_attestation_waits_for_a_person() -> None:
    found = measured(Measure(kind="attest", field="paper"), [])
    assert (found.status, found.attestation) == (ClauseStatus.MANUAL, None)


@pytest.mark.parametrize(
    ("words", "ratio", "needed"),
    [("pppf", None, 4), ("pppf", 0.75, 3), ("pp.c", None, 3), ("ppfn", 0.5, 2), ("cccc", None, 0), ("nnnn", None, 0)],
)
def test_a_clause_tells_how_many_must_pass(words: str, ratio: float | None, needed: int) -> None:
    found = measured(Measure(kind="scan", checks=("web.open",), kinds=("site",), ratio=ratio), endpoints(words))
    assert found.needed == needed


def test_what_is_late_is_overdue_and_nothing_else_is() -> None:
    measure = Measure(kind="scan", checks=("web.open",), kinds=("site",))
    late = measured(measure, endpoints("pfpp"), deadline=date(2026, 11, 23))
    closed = measured(measure, endpoints("pfpp"), deadline=date(2026, 11, 23), ended=date(2026, 11, 23))
    assert (late.timeliness, late.overdue, late.needed - late.passed) == (Timeliness.LATE, True, 1)
    assert (closed.timeliness, closed.overdue) == (Timeliness.CLOSED, False)
