"""Profiles of an inventory's own: what they inherit, change, leave out and add, and what is said of mistakes."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from netaudit.judge.profile_files import kept_profiles, read_own_profiles
from netaudit.judge.profiles import ProfileError, load_profiles
from netaudit.model.profile import Basis, Confidence, Profile, Severity

OWN = """id: own
version: 2026-02-01
name: {vi: Của tỉnh, en: Own}
legal: [02/KH-UBND]
effective: 2026-02-01
inherits: [vn-base]
changes:
  - clause: BASE-DNS-01
    severity: critical
  - clause: VN-COV-01
    text: {vi: Chín phần mười., en: Nine tenths.}
    ratio: 0.9
    deadline: 2027-06-30
    source: Kế hoạch 02/KH-UBND, mục 3
    parameters: {min_ratio: 0.9}
without: [VN-CRT-02]
clauses:
  - id: OWN-1
    text: {vi: TCP., en: TCP.}
    measure: {kind: scan, checks: [dns.tcp], kinds: [zone], ratio: 0.5}
    severity: low
    basis: policy
    source: Kế hoạch 02/KH-UBND, mục 4
    confidence: verified
"""


def own(folder: Path, text: str = OWN) -> dict[str, Profile]:
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    return load_profiles(own=read_own_profiles(folder / "inventory.yaml", ["own.yaml"]))


def problems(folder: Path, old: str, new: str) -> list[str]:
    assert old in OWN
    with pytest.raises(ProfileError) as caught:
        own(folder, OWN.replace(old, new))
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_it_inherits_changes_leaves_out_and_adds(tmp_path: Path) -> None:
    profiles = own(tmp_path)
    base = {clause.id: clause for clause in profiles["vn-base"].clauses}
    mine = {clause.id: clause for clause in profiles["own"].clauses}
    assert list(mine) == [*(id for id in base if id != "VN-CRT-02"), "OWN-1"]
    assert mine["BASE-DNS-01"] == msgspec.structs.replace(base["BASE-DNS-01"], severity=Severity.CRITICAL)
    coverage, before = mine["VN-COV-01"], base["VN-COV-01"]
    assert (coverage.text.en, coverage.deadline) == ("Nine tenths.", date(2027, 6, 30))
    assert (coverage.measure.ratio, coverage.measure.parameters) == (
        0.9,
        {**before.measure.parameters, "min_ratio": 0.9},
    )
    assert (coverage.measure.checks, coverage.severity) == (before.measure.checks, before.severity)
    changed = {"BASE-DNS-01", "VN-COV-01"}
    assert all(mine[id] == base[id] for id in mine.keys() & base.keys() - changed)
    assert base == {clause.id: clause for clause in load_profiles()["vn-base"].clauses}, "what is inherited stays"


def test_a_changed_demand_rests_on_the_decision_that_changed_it(tmp_path: Path) -> None:
    """What a province decides by itself is never shown as what the plan says."""
    coverage = {clause.id: clause for clause in own(tmp_path)["own"].clauses}["VN-COV-01"]
    assert coverage.source == "Kế hoạch 02/KH-UBND, mục 3"
    assert (coverage.basis, coverage.confidence) == (Basis.POLICY, Confidence.UNVERIFIED)
    sure = OWN.replace("    ratio: 0.9\n", "    ratio: 0.9\n    basis: programme\n    confidence: verified\n")
    coverage = {clause.id: clause for clause in own(tmp_path, sure)["own"].clauses}["VN-COV-01"]
    assert (coverage.basis, coverage.confidence) == (Basis.PROGRAMME, Confidence.VERIFIED)


def test_a_count_takes_the_place_of_a_ratio(tmp_path: Path) -> None:
    clauses = {c.id: c for c in own(tmp_path, OWN.replace("    ratio: 0.9\n", "    count: 3\n"))["own"].clauses}
    assert (clauses["VN-COV-01"].measure.ratio, clauses["VN-COV-01"].measure.count) == (None, 3)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("clause: BASE-DNS-01", "clause: BASE-DSN-01", 'own.yaml:8: no clause "BASE-DSN-01" is inherited  (did'),
        ("clause: BASE-DNS-01", "clause: VN-COV-01", 'own.yaml:10: the clause "VN-COV-01" is changed twice'),
        ("clause: BASE-DNS-01", "clause: VN-CRT-02", 'own.yaml:8: the clause "VN-CRT-02" is changed and left out'),
        ("without: [VN-CRT-02]", "without: [VN-CRT-99]", 'own.yaml:16: no clause "VN-CRT-99" is inherited'),
        ("    source: Kế hoạch 02/KH-UBND, mục 3\n", "", "own.yaml:10: a change of what is demanded"),
        ("    ratio: 0.9\n", "    ratio: 0.9\n    basis: legal\n", "own.yaml:13: what is changed here is not the"),
        ("    ratio: 0.9\n", "    ratio: 0.9\n    count: 3\n", "own.yaml:13: either a ratio or a count"),
        ("    ratio: 0.9\n", "    ratio: 1.9\n", "own.yaml:12: ratio: expected a number <= 1.0"),
        ("{min_ratio: 0.9}", "{min_share: 0.9}", 'own.yaml:15: none of the checks has a parameter "min_share"'),
        ("severity: critical", "severity: fatal", 'own.yaml:9: severity can\'t be "fatal"; it is one of: critical'),
        ("deadline: 2027-06-30", "deadline: 30/6/2027", "own.yaml:13: deadline: "),
        ("changes:", "chnages:", 'own.yaml:7: unknown key "chnages"  (did you mean "changes"?)'),
        ("inherits: [vn-base]", "inherits: [vn-bse]", 'own.yaml:6: unknown profile "vn-bse"  (did you mean'),
        ("id: own", "id: vn-base", 'own.yaml:1: the profile "vn-base" is already in '),
        ("id: OWN-1", "id: VN-DNS-04", 'own.yaml:18: the clause id "VN-DNS-04" is already taken in '),
        ("checks: [dns.tcp]", "checks: [dns.tpc]", 'own.yaml:20: unknown check "dns.tpc"  (did you mean "dns.tcp"?)'),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = problems(tmp_path, old, new)
    assert any(problem.startswith(expected) for problem in found), found


def test_a_profile_without_any_clause_is_refused(tmp_path: Path) -> None:
    head = OWN.partition("inherits")[0]
    with pytest.raises(ProfileError, match=r"own\.yaml:1: the profile has no clauses"):
        own(tmp_path, head)


def test_the_profile_as_facts_keep_it_gives_the_same_clauses(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    (file,) = read_own_profiles(tmp_path / "inventory.yaml", ["own.yaml"])
    kept = msgspec.json.decode(msgspec.json.encode(file.profile), type=Profile)
    assert load_profiles(own=kept_profiles([kept])) == load_profiles(own=[file])
    broken = msgspec.structs.replace(kept, inherits=("gone",))
    with pytest.raises(ProfileError, match='the facts\' profile own: unknown profile "gone"'):
        load_profiles(own=kept_profiles([broken]))


def test_the_example_of_the_guide_works(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "inventory.md").read_text(encoding="utf-8")
    example = "id: our-plan" + guide.partition("```yaml\nid: our-plan")[2].partition("```")[0]
    profile = own(tmp_path, example)["our-plan"]
    clauses = {clause.id: clause for clause in profile.clauses}
    assert (clauses["BASE-DNS-01"].severity, clauses["VN-COV-01"].basis) == (Severity.CRITICAL, Basis.POLICY)
    assert ("VN-CRT-02" in clauses, "OUR-01" in clauses) == (False, True)
