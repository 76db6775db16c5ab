"""The plan in time: what is late, what is ahead, what is closed; drawn, and said in words."""

import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from netaudit.model.common import Text
from netaudit.model.profile import Basis, Clause, Confidence, Measure, Profile, Severity
from netaudit.model.run import ClauseResult, ClauseStatus, Run, Timeliness
from netaudit.writers.plan import PlanInTime
from netaudit.writers.wording import Wording

AHEAD, PAST = date(2027, 12, 31), date(2026, 6, 30)


def clause(id: str, deadline: date | None, day: Confidence | None = None) -> Clause:
    return Clause(
        id=id, text=Text("Điều", "Clause"), measure=Measure(kind="scan"), severity=Severity.HIGH, basis=Basis.DERIVED,
        source="s", confidence=Confidence.VERIFIED, deadline=deadline,
        deadline_confidence=day,
    )  # fmt: skip


def result(id: str, timeliness: Timeliness, passed: int, needed: int) -> ClauseResult:
    return ClauseResult(
        profile="plan", clause=id, status=ClauseStatus.PARTLY, severity=Severity.HIGH, passed=passed, needed=needed,
        timeliness=timeliness,
    )  # fmt: skip


@pytest.fixture
def run(province: Run) -> Run:
    """Scanned on 24 November 2026."""
    clauses = (
        clause("ahead", AHEAD),
        clause("late", PAST, Confidence.UNVERIFIED),
        clause("met", PAST),
        clause("undated", None),
    )
    plan = Profile(
        id="plan", version=PAST, name=Text("Kế hoạch <b>", "Plan <b>"), legal=(), effective=date(2020, 1, 1),
        clauses=clauses,
    )  # fmt: skip
    results = (
        result("ahead", Timeliness.ON_TRACK, 6, 12),
        result("late", Timeliness.LATE, 1_000, 1_688),
        result("met", Timeliness.MET, 3, 3),
        result("undated", Timeliness.NO_DEADLINE, 0, 2),
    )
    return msgspec.structs.replace(province, profiles=(plan,), clauses=results)


def test_the_agenda_begins_with_what_is_late(run: Run) -> None:
    assert [each.clause.id for each in PlanInTime(run, Wording("en")).agenda] == ["late", "ahead"]


def test_nothing_of_another_countrys_plan_is_due(run: Run) -> None:
    profiles = tuple(msgspec.structs.replace(profile, only_by_name=True) for profile in run.profiles)
    plan = PlanInTime(msgspec.structs.replace(run, profiles=profiles), Wording("en"))
    assert plan.agenda == []
    assert plan.count(Timeliness.LATE) == 0
    assert plan.picture is not None


def test_gaps_and_days_are_said_in_both_languages(run: Run) -> None:
    english, vietnamese = PlanInTime(run, Wording("en")), PlanInTime(run, Wording("vi"))
    ahead, late, met, _undated = run.clauses
    assert english.gap(ahead) == "6 of 12 met, 6 missing"
    assert vietnamese.gap(late) == "đạt 1.000/1.688, còn thiếu 688"
    assert english.gap(met) == ""
    assert english.days(ahead, AHEAD) == "402 days left"
    assert vietnamese.days(late, PAST) == "đã qua 147 ngày"
    assert english.days(met, PAST) == ""


def test_what_could_not_be_tested_or_was_not_attested_is_not_missing(run: Run) -> None:
    plan = PlanInTime(run, Wording("en"))
    untested = msgspec.structs.replace(run.clauses[0], status=ClauseStatus.NOT_TESTED)
    assert plan.gap(untested) == "6 of 12 met, 6 not known"
    manual = msgspec.structs.replace(run.clauses[0], status=ClauseStatus.MANUAL, passed=0, needed=0)
    assert plan.gap(manual) == "attestation missing"


def test_marks_stand_at_their_day_with_sign_number_and_basis(run: Run) -> None:
    picture = PlanInTime(run, Wording("en")).picture
    assert picture is not None
    root = ElementTree.fromstring(str(picture))
    groups = {group.findtext("title"): group for group in root.findall("g")}
    assert list(groups) == [
        "Plan <b>: in effect since 1 Jan 2020",
        "30 Jun 2026: met, met (derived: 1)",
        "30 Jun 2026: late, late (derived: 1)",
        "31 Dec 2027: on track, ahead (derived: 1)",
    ]
    late = groups["30 Jun 2026: late, late (derived: 1)"]
    use = late.find("use")
    assert use is not None
    assert use.get("href") == "#m-fail"
    assert "doubtful" in late.get("class", "")  # its day is not verified
    places = [float(group.find("rect").get("x", "")) for group in list(groups.values())[1:]]  # type: ignore[union-attr]
    assert places == sorted(places)
    assert "without a deadline: 0 of 1 met" in root.findtext("desc", "")


def test_a_programme_that_ended_is_closed_and_never_late(province_report: Path, province: Run) -> None:
    page = (province_report / "index.html").read_text(encoding="utf-8")
    ended = {profile.id for profile in province.profiles if profile.ended is not None}
    closed = [
        result for result in province.clauses if result.profile in ended and result.status is not ClauseStatus.MET
    ]
    assert closed
    assert {result.timeliness for result in closed} == {Timeliness.CLOSED}
    table = page.partition('id="profile-1"')[2].partition("</details>\n")[0]
    badges = re.findall(r'<span class="badge s-na">.*?</span>', table)
    assert badges
    assert not re.search("quá hạn|>late<", "".join(badges))
