"""A scan that measured again only a part: each target is of the newest scan that measured it, as of its time."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.parts import measured, parts_problem
from netaudit.judge.run import judge
from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact, JobFact, ScanEndFact, ScanFact
from netaudit.model.run import Run
from netaudit.model.verdict import Target, TargetKind
from netaudit.store.facts import iterate_facts

RECORDED = Path(__file__).parents[1] / "recorded" / "dnssec.facts.jsonl.zst"
DAY = 86_400.0


@pytest.fixture(scope="module")
def whole() -> tuple[Fact, ...]:
    return tuple(iterate_facts(RECORDED))


def later(facts: tuple[Fact, ...], seconds: float, jobs: frozenset[str] | None = None) -> FactBook:
    """The same scan by its own time, begun later; with `jobs` it holds no targets but those."""
    kept: list[Fact] = []
    for fact in facts:
        if isinstance(fact, ScanFact):
            kept.append(replace(fact, id=f"{fact.id}-later", at=fact.at + seconds))
        elif isinstance(fact, ScanEndFact):
            kept.append(replace(fact, at=fact.at + seconds))
        elif jobs is None or _about(fact, jobs):
            kept.append(fact)
    return FactBook(kept)


def _about(fact: Fact, jobs: frozenset[str]) -> bool:
    if isinstance(fact, JobFact):
        return fact.job in jobs
    zone = getattr(fact, "zone", None)
    return zone is None or not getattr(fact, "audited", False) or f"zone:{zone}" in jobs


def zone(name: str) -> Target:
    return Target(kind=TargetKind.ZONE, name=name)


def zones_of(facts: tuple[Fact, ...]) -> list[str]:
    return sorted(f.job.partition(":")[2] for f in facts if isinstance(f, JobFact) and f.job.startswith("zone:"))


def verdicts(run: Run) -> dict[tuple[str, Target], tuple[str, str]]:
    return {
        (r.verdict.check, r.verdict.target): (r.verdict.outcome.status, r.verdict.outcome.message) for r in run.results
    }


def test_each_target_is_of_the_newest_scan_that_measured_it(whole: tuple[Fact, ...]) -> None:
    again = zones_of(whole)[0]
    old, new = FactBook(whole), later(whole, 600.0, frozenset({f"zone:{again}"}))
    found = measured([new, old])
    by_target = {derived.target: derived for derived in found.targets}
    for name in zones_of(whole):
        evidence = by_target[zone(name)].evidence
        assert evidence is not None
        assert evidence.now == (new.scan.at if name == again else old.scan.at)
    newest, earlier = found.parts([new, old])
    assert zone(again) in newest.targets
    assert {target.name for target in earlier.targets if target.kind is TargetKind.ZONE} == {*zones_of(whole)} - {again}
    assert not {*newest.targets} & {*earlier.targets}


def test_the_joint_run_says_what_the_whole_scan_said(whole: tuple[Fact, ...]) -> None:
    catalogue = load_catalogue()
    names = {name for name in zones_of(whole)[::3]}
    names |= {above for above in zones_of(whole) if any(name.endswith(f".{above}") for name in names)}
    old, new = FactBook(whole), later(whole, 1.0, frozenset({f"zone:{name}" for name in names}))
    alone = judge(old, catalogue, (), judged_at=0.0)
    joint = judge(new, catalogue, (), judged_at=0.0, earlier=[old])
    assert verdicts(joint) == verdicts(alone)
    assert joint.started == new.scan.at
    assert {part.run: part.started for part in joint.parts} == {
        new.scan.id: new.scan.at, old.scan.id: old.scan.at,
    }  # fmt: skip
    taken = joint.taken_over()
    assert {*taken.values()} == {old.scan.at}
    assert zone(zones_of(whole)[0]) not in taken
    assert {zone(name) for name in zones_of(whole)} - {*taken} == {zone(name) for name in names}
    assert alone.parts == ()
    assert alone.taken_over() == {}


def test_a_scan_of_now_does_not_date_what_it_takes_over(whole: tuple[Fact, ...]) -> None:
    """Signatures that have ended by now were good when they were seen; as of now they are not."""
    catalogue = load_catalogue()
    old, much_later = FactBook(whole), later(whole, 400 * DAY, frozenset())
    as_seen = verdicts(judge(much_later, catalogue, (), judged_at=0.0, earlier=[old]))
    as_of_now = verdicts(judge(old, catalogue, (), judged_at=0.0, as_of=old.scan.at + 400 * DAY))
    alone = verdicts(judge(old, catalogue, (), judged_at=0.0))
    valid = [key for key, said in alone.items() if key[0] == "dnssec.chain_valid" and said[0] == "pass"]
    assert valid
    assert {as_seen[key] for key in valid} == {alone[key] for key in valid}
    assert {as_of_now[key][0] for key in valid} == {"fail"}


@pytest.mark.parametrize("reason", [Reason.CANCELLED, Reason.BLACKOUT, Reason.BUG])
def test_what_was_broken_off_leaves_the_earlier_measurement(reason: Reason, whole: tuple[Fact, ...]) -> None:
    name = zones_of(whole)[0]
    cut = later(whole, 60.0, frozenset())
    job = JobFact(
        id="job-cut", job=f"zone:{name}", at=cut.scan.at, failure=Failure(reason=reason, side=Side.OURS, detail="")
    )
    old = FactBook(whole)
    found = measured([FactBook([*cut.facts, job]), old])
    derived = next(d for d in found.targets if d.target == zone(name))
    assert derived.evidence is not None
    assert derived.evidence.now == old.scan.at
    assert found.part_of[zone(name)] == 1


def test_what_could_not_be_tested_now_is_not_hidden_by_what_could_before(whole: tuple[Fact, ...]) -> None:
    name = zones_of(whole)[0]
    cut = later(whole, 60.0, frozenset())
    silent = Failure(reason=Reason.TIMEOUT, side=Side.TARGET, detail="")
    job = JobFact(id="job-cut", job=f"zone:{name}", at=cut.scan.at, failure=silent)
    found = measured([FactBook([*cut.facts, job]), FactBook(whole)])
    derived = next(d for d in found.targets if d.target == zone(name))
    assert (derived.evidence, derived.failure) == (None, silent)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"inventory_sha256": "0"}, "inventory has changed"),
        ({"vantage": "elsewhere"}, "another vantage"),
        ({"arguments": {"families": "ipv4"}}, "address families"),
        ({"arguments": {"families": "", "proposed": "a.zone"}}, "address families|proposed"),
    ],
)
def test_unlike_scans_are_no_parts(changed: dict[str, object], words: str, whole: tuple[Fact, ...]) -> None:
    old = FactBook(whole)
    other = FactBook([replace(f, **changed) if isinstance(f, ScanFact) else f for f in later(whole, 60.0).facts])
    assert any(word in parts_problem([other, old]) for word in words.split("|"))
    assert parts_problem([later(whole, 60.0), old]) == ""
    assert "order of their times" in parts_problem([old, later(whole, 60.0)])
