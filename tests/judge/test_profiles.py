from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from netaudit.judge.profiles import ProfileError, load_profiles, select_profiles
from netaudit.model.profile import Severity
from netaudit.rules.calendar import day_of
from tests.judge.builders import CATALOGUE, ZONE, catalogue

PLAN = """id: plan
version: 2026-01-01
name: {vi: Kế hoạch, en: Plan}
legal: ["1/QĐ"]
effective: 2020-01-01
clauses:
  - id: C-1
    text: {vi: Một, en: One}
    measure: {kind: scan, checks: [dns.tcp], kinds: [zone], ratio: 1.0}
    severity: high
    basis: practice
    source: RFC 7766
    confidence: verified
  - id: C-2
    text: {vi: Hai, en: Two}
    measure: {kind: attest, field: paper}
    severity: low
    basis: programme
    source: somewhere
    confidence: secondary
"""
CHILD = """id: child
version: 2026-02-01
name: {vi: Con, en: Child}
legal: []
effective: 2025-06-01
ended: 2025-12-31
inherits: [plan]
clauses:
  - id: C-1
    text: {vi: Một, en: One}
    measure: {kind: scan, checks: [dns.tcp], kinds: [zone], ratio: 0.5}
    severity: critical
    basis: legal
    source: RFC 7766
    confidence: verified
"""


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        load_profiles(folder, CATALOGUE)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_inherited_clauses_come_first_and_own_ones_replace_them(tmp_path: Path) -> None:
    profiles = load_profiles(write(tmp_path, plan=PLAN, child=CHILD), CATALOGUE)
    assert [clause.id for clause in profiles["child"].clauses] == ["C-1", "C-2"]
    assert profiles["child"].clauses[0].severity is Severity.CRITICAL
    assert profiles["child"].clauses[0].measure.ratio == 0.5
    assert profiles["plan"].clauses[0].severity is Severity.HIGH


def test_a_check_is_found_by_its_former_name(tmp_path: Path) -> None:
    renamed = replace(ZONE, info=structs.replace(ZONE.info, id="dns.stream", aliases=("dns.tcp",)))
    profiles = load_profiles(write(tmp_path, plan=PLAN), catalogue(renamed))
    assert profiles["plan"].clauses[0].measure.checks == ("dns.stream",)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("dns.tcp", "dns.tpc", 'plan.yaml:9: unknown check "dns.tpc"  (did you mean "dns.tcp"?)'),
        ("id: C-2", "id: C-1", 'plan.yaml:14: the clause id "C-1" is already taken in this profile'),
        ("severity: low", "severity: lowest", "plan.yaml:17: severity can't be"),
        ("ratio: 1.0", "ratio: 1.5", "plan.yaml:9: ratio"),
        ("ratio: 1.0", "ratio: 1.0, count: 2", "plan.yaml:9: either a ratio or a count is wanted, not both"),
        ("ratio: 1.0", "parameters: {lest: 1}", 'plan.yaml:9: none of the checks has a parameter "lest"'),
        ("ratio: 1.0", "accept: []", "plan.yaml:9: nothing would be accepted"),
        ("kinds: [zone], ", "", "plan.yaml:9: a measured clause needs checks and kinds"),
        (", field: paper", "", "plan.yaml:16: an attested clause needs the field of the attestation"),
        ("effective: 2020-01-01", "effective: 2020-01-01\nended: 2019-01-01", "plan.yaml:6: the profile ends before"),
        ("effective: 2020-01-01", "effective: soon", "plan.yaml:5: effective"),
        ("basis: practice", "bases: practice", 'plan.yaml:11: unknown key "bases"  (did you mean "basis"?)'),
    ],
)
def test_a_wrong_profile_is_named_with_its_line(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    assert problems(write(tmp_path, plan=PLAN.replace(old, new)))[0].startswith(wanted)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ({"child": CHILD}, 'child.yaml:7: unknown profile "plan"'),
        (
            {"plan": PLAN.replace("clauses:", "inherits: [child]\nclauses:"), "child": CHILD},
            'child.yaml:7: "plan" inherits from this profile: a circle',
        ),
        ({"plan": PLAN, "twin": PLAN}, 'twin.yaml:1: the profile "plan" is already in {folder}/plan.yaml'),
        (
            {"plan": PLAN, "other": CHILD.replace("inherits: [plan]\n", "")},
            'plan.yaml:7: the clause id "C-1" is already taken in {folder}/other.yaml',
        ),
        ({"plan": "", "child": CHILD}, "plan.yaml: the file is empty"),
    ],
)
def test_profiles_that_do_not_go_together_are_refused(tmp_path: Path, texts: dict[str, str], wanted: str) -> None:
    assert wanted.format(folder=tmp_path) in problems(write(tmp_path, **texts))


def test_what_was_asked_for_is_selected_in_that_order(tmp_path: Path) -> None:
    profiles = load_profiles(write(tmp_path, plan=PLAN, child=CHILD), CATALOGUE)
    chosen = select_profiles(profiles, ("plan", "child", "plan"), at("2026-11-24"))
    assert [profile.id for profile in chosen] == ["plan", "child"]


def test_an_unknown_profile_is_answered_with_the_nearest(tmp_path: Path) -> None:
    profiles = load_profiles(write(tmp_path, plan=PLAN, child=CHILD), CATALOGUE)
    with pytest.raises(ProfileError, match='did you mean "plan"'):
        select_profiles(profiles, ("plam",), at("2026-11-24"))


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        ("2019-12-31T16:59", []),
        ("2019-12-31T17:00", ["plan"]),  # the first of January in Viet Nam
        ("2025-06-15", ["child", "plan"]),
        ("2025-12-31T16:59", ["child", "plan"]),  # in force on its last day
        ("2025-12-31T17:00", ["plan"]),
    ],
)
def test_of_none_those_in_force_are_selected(tmp_path: Path, moment: str, wanted: list[str]) -> None:
    profiles = load_profiles(write(tmp_path, plan=PLAN, child=CHILD), CATALOGUE)
    assert [profile.id for profile in select_profiles(profiles, (), at(moment))] == wanted


def test_days_are_those_of_viet_nam() -> None:
    assert day_of(at("2026-11-24T17:30")).isoformat() == "2026-11-25"
