import random
from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec import structs

from netaudit.judge.catalogue import Catalogue, load_catalogue
from netaudit.judge.pillar_coverage import pillar_coverage_of_run
from netaudit.judge.run import judge
from netaudit.judge.verdicts import with_standard_messages
from netaudit.model.book import FactBook
from netaudit.model.common import Reason, Text
from netaudit.model.facts import CertificateRow, Fact, JobFact, RegisterFact, ScanEndFact
from netaudit.model.inventory import Service, Tier, Unit
from netaudit.model.profile import Basis, Clause, Confidence, Measure, Profile, Severity
from netaudit.model.run import Coverage, RegisterSummary, Run
from netaudit.model.verdict import Outcome, Status, TargetKind
from netaudit.rules.algorithms import REGISTRY_DATE
from tests.judge.builders import NAME, WEB, catalogue, check, inventory, outcome
from tests.judge.conftest import Scan
from tests.judge.test_derive import WWW, without

DAY = 86_400.0


def saying(words: dict[str, str], default: str = "pass") -> Catalogue:
    """A catalogue of one check of endpoints that concludes what it is told by endpoint."""

    def told(evidence: Any) -> Outcome:
        return outcome(words.get(evidence.endpoint, default))

    made = check("web.reachable", TargetKind.ENDPOINT)
    return catalogue(type(WEB)(info=made.info, judge=told, path=made.path, lines={}))


def plan(severity: Severity) -> Profile:
    measure = Measure(kind="scan", checks=("web.reachable",), kinds=("*",))
    asked = Clause(
        id="C-1", text=NAME, measure=measure, severity=severity, basis=Basis.PRACTICE, source="s",
        confidence=Confidence.VERIFIED,
    )  # fmt: skip
    return Profile(
        id="plan", version=date(2026, 1, 1), name=NAME, legal=(), effective=date(1970, 1, 1), clauses=(asked,)
    )


def judged(facts: list[Fact], checks: Catalogue, *profiles: Profile, **options: Any) -> Run:
    return judge(FactBook(facts), checks, profiles, **{"judged_at": 99.0, **options})


@pytest.mark.parametrize(
    ("word", "severity", "fail_on", "allow", "code"),
    [
        ("pass", Severity.HIGH, Severity.HIGH, False, 0),
        ("warn", Severity.HIGH, Severity.LOW, False, 0),
        ("fail", Severity.HIGH, Severity.HIGH, False, 1),
        ("fail", Severity.CRITICAL, Severity.HIGH, False, 1),
        ("fail", Severity.MEDIUM, Severity.HIGH, False, 0),
        ("fail", Severity.MEDIUM, Severity.MEDIUM, False, 1),
        ("fail", Severity.HIGH, None, False, 0),
        ("gap", Severity.HIGH, Severity.HIGH, False, 3),
        ("gap", Severity.HIGH, Severity.HIGH, True, 0),
        ("gap", Severity.HIGH, None, False, 3),
        ("closed", Severity.HIGH, Severity.HIGH, False, 0),  # the inventory says so: no gap of the scan
        ("manual", Severity.CRITICAL, Severity.LOW, False, 0),
        ("na", Severity.HIGH, Severity.HIGH, False, 0),
    ],
)
async def test_the_exit_code_says_what_was_found(
    scan: Scan, word: str, severity: Severity, fail_on: Severity | None, allow: bool, code: int
) -> None:
    checks = saying({WWW: word})
    run = judged(await scan(), checks, plan(severity), fail_on=fail_on, allow_incomplete=allow)
    assert run.exit_code == code
    assert run.fail_on is fail_on


async def test_findings_win_over_gaps(scan: Scan) -> None:
    run = judged(await scan(), saying({WWW: "fail"}, default="gap"), plan(Severity.HIGH))
    assert run.exit_code == 1


async def test_a_finding_that_no_profile_asks_about_is_information(scan: Scan) -> None:
    run = judged(await scan(), saying({WWW: "fail"}), fail_on=Severity.LOW)
    assert (run.exit_code, run.totals.findings) == (0, {Severity.INFO: 1})


async def test_a_gap_in_what_no_profile_asks_about_is_a_gap(scan: Scan) -> None:
    assert judged(await scan(), saying({WWW: "gap"})).exit_code == 3


@pytest.mark.parametrize(("allow", "code"), [(False, 3), (True, 0)])
async def test_a_scan_that_was_cut_off_is_incomplete(scan: Scan, allow: bool, code: int) -> None:
    run = judged(without(await scan(), "none:"), saying({}), plan(Severity.HIGH), allow_incomplete=allow)
    assert (run.complete, run.incomplete_reason, run.exit_code) == (False, "interrupted", code)
    assert run.ended == 1.0


async def test_a_deadline_is_named_as_the_reason(scan: Scan) -> None:
    facts = [
        structs.replace(fact, complete=False, reason="deadline") if isinstance(fact, ScanEndFact) else fact
        for fact in await scan()
    ]
    run = judged(facts, saying({}))
    assert (run.complete, run.incomplete_reason) == (False, "deadline")


async def test_an_interrupted_scan_gives_a_whole_report_with_gaps(scan: Scan) -> None:
    run = judged(without(await scan(), "endpoint:"), load_catalogue(), allow_incomplete=True)
    gaps = [r for r in run.results if r.verdict.target.name == WWW]
    assert gaps
    assert {r.verdict.outcome.status for r in gaps} == {Status.COULD_NOT_TEST}
    info = run.checks[gaps[0].verdict.check]
    assert "{reason}" in info.messages[gaps[0].verdict.outcome.message].vi
    assert {(f.reason, f.detail) for r in gaps if (f := r.verdict.outcome.failure)} == {
        (Reason.CANCELLED, "the scan ended before this target was observed: interrupted")
    }


async def test_the_run_names_what_was_scanned_and_what_judged_it(scan: Scan) -> None:
    facts = await scan()
    run = judged(facts, load_catalogue())
    book = FactBook(facts)
    assert (run.id, run.started, run.judged_at) == (book.scan.id, 1.0, 99.0)
    assert run.catalogue_sha256 == load_catalogue().sha256
    assert run.algorithm_registry == REGISTRY_DATE
    assert [service.id for service in run.services] == ["www", "www-two", "four", "axis", "mail", "inside"]
    assert {family.family for family in run.families} == {"ipv4", "ipv6"}
    assert set(run.checks) == {result.verdict.check for result in run.results}
    assert len({result.id for result in run.results}) == len(run.results)
    assert [unit.unit for unit in run.unit_results] == ["head", "one", "two"]
    decoded = msgspec.json.decode(msgspec.json.encode(run), type=Run)
    assert decoded == run


async def test_no_judge_of_the_program_stumbles(scan: Scan) -> None:
    run = judged(await scan(), load_catalogue())
    bugs = [
        (r.verdict.check, r.verdict.outcome.failure.detail)
        for r in run.results
        if r.verdict.outcome.failure is not None and r.verdict.outcome.failure.side == "bug"
    ]
    assert bugs == []


async def test_coverage_has_a_fixed_denominator(scan: Scan) -> None:
    run = judged(await scan(), saying({}))
    assert run.coverage == (
        Coverage(tier="commune", kind="site", expected=3, listed=2, declared=2, present=2, working=2, untested=0),
        Coverage(tier="commune", kind="axis", expected=3, listed=2, declared=1, present=1, working=0, untested=0),
        Coverage(tier="commune", kind="mail", expected=3, listed=2, declared=2, present=2, working=2, untested=0),
        Coverage(
            tier="commune", kind="documents", expected=3, listed=2, declared=2, present=0, working=0, untested=2,
            closed=2,
        ),
    )  # fmt: skip


def test_a_tier_of_which_nothing_is_listed_yet_counts_as_declared() -> None:
    """Ten wards are declared and none is listed: none of ten, not nothing at all."""
    tiers = (Tier(id="ward", name=Text("Phường", "Wards"), expected=10), Tier(id="body", name=Text("Ban", "Bodies")))
    bare = msgspec.structs.replace(inventory(), tiers=tiers, units=(), services=())
    rows = list(pillar_coverage_of_run((), bare, 0.0))
    assert [(row.tier, row.kind, row.working, row.expected) for row in rows] == [
        ("ward", "dnssec", 0, 10),
        ("ward", "ipv6", 0, 10),
        ("ward", "dual_stack", 0, 10),
    ]


def test_a_tier_on_the_closed_network_alone_is_untested_and_not_left_out() -> None:
    tiers = (Tier(id="body", name=Text("Ban", "Bodies")),)
    units = (Unit(id="b", tier="body", name=Text("Ban", "Body")),)
    service = Service(id="s", kind="documents", host="qlvb.tinh.vn", units=("b",), network="tslcd")
    closed = msgspec.structs.replace(inventory(), tiers=tiers, units=units, services=(service,))
    rows = list(pillar_coverage_of_run((), closed, 0.0))
    assert [(row.kind, row.expected, row.working, row.untested, row.closed) for row in rows] == [
        ("dnssec", 1, 0, 1, 1),
        ("ipv6", 1, 0, 1, 1),
        ("dual_stack", 1, 0, 1, 1),
    ]


async def test_registers_are_counted_by_holder_and_by_what_is_left(scan: Scan) -> None:
    rows = tuple(
        CertificateRow(
            line=n, pseudonym=str(n), holder=holder, serial=str(n), not_before=0.0, not_after=1.0 + days * DAY
        )
        for n, (holder, days) in enumerate(
            [*(("person", day) for day in (-1, 10, 50)), ("organisation", 80), ("organisation", 400), ("robot", 400)]
        )
    )
    rows += (msgspec.structs.replace(rows[0], line=7),)  # once more: no second certificate that has expired
    facts = [
        RegisterFact(id=f.id, register="reg", source="r.csv", at=1.0, rows=rows, broken={"9": "no date"})
        if isinstance(f, RegisterFact)
        else f
        for f in await scan()
    ]
    assert judged(facts, saying({})).registers == (
        RegisterSummary(
            register="reg", declared={"person": 1}, counted={"person": 3, "organisation": 2, "robot": 1},
            expired=1, expiring_30=1, expiring_60=2, expiring_90=3, broken=1,
        ),
    )  # fmt: skip


async def test_a_register_that_could_not_be_read_is_not_counted_as_empty(scan: Scan) -> None:
    assert judged(await scan(), saying({})).registers == ()


async def test_the_same_facts_in_any_order_give_the_same_run(scan: Scan) -> None:
    facts = await scan()
    first = judged(facts, load_catalogue(), plan(Severity.HIGH))
    for seed in range(5):
        shuffled = random.Random(seed).sample(facts, len(facts))
        assert judged(shuffled, load_catalogue(), plan(Severity.HIGH)) == first


async def test_judging_again_changes_the_time_of_judging_alone(scan: Scan) -> None:
    facts = await scan()
    first, second = (judged(facts, load_catalogue(), plan(Severity.HIGH), judged_at=at) for at in (1.0, 9e9))
    assert first != second
    assert structs.replace(second, judged_at=1.0) == first


async def test_a_resumed_scan_is_judged_by_its_last_word(scan: Scan) -> None:
    """Facts written again replace the earlier ones; the last end counts."""
    facts = await scan()
    begun = [f for f in facts if not isinstance(f, (ScanEndFact, JobFact))]
    cut = ScanEndFact(id="end-0", at=1.0, complete=False, jobs_done=0, jobs_total=9, reason="deadline")
    assert judged([*begun, cut, *facts], load_catalogue()) == judged(facts, load_catalogue())


def test_messages_of_the_judging_itself_exist_in_both_languages() -> None:
    added = with_standard_messages(WEB.info).messages
    for id, says in (("not_observed", "{reason}"), ("judge_failed", "{detail}")):
        assert added[id].vi != added[id].en
        assert all(says in text for text in (added[id].vi, added[id].en))
