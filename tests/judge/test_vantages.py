"""What several vantages say, put together: a blind one has no say, and half of the others must see a failure."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.judge.derive import Derived
from netaudit.judge.vantages import JointVerdicts, joint
from netaudit.model.verdict import Outcome, Status, Target, TargetKind
from tests.judge.builders import NOW, TIMEOUT, Said, catalogue, check, outcome

WORDS = ("fail", "warn", "manual", "pass", "na", "gap")
BADNESS = {Status.FAIL: 5, Status.WARN: 4, Status.MANUAL: 3, Status.PASS: 2, Status.NOT_APPLICABLE: 1}
HOST = Target(kind=TargetKind.HOST, name="www.example.vn")

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9)


def said(words: Iterable[str]) -> dict[str, Outcome]:
    return {f"v{number}": outcome(word) for number, word in enumerate(words)}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["fail", "pass", "pass"], Status.PASS),
        (["fail", "pass"], Status.FAIL),
        (["fail", "fail", "pass"], Status.FAIL),
        (["fail", "warn", "pass"], Status.WARN),
        (["gap", "pass"], Status.PASS),
        (["gap", "fail"], Status.FAIL),
        (["gap", "gap"], Status.COULD_NOT_TEST),
        (["na", "pass", "pass"], Status.PASS),
    ],
)
def test_at_least_half_of_those_that_could_test(words: list[str], expected: Status) -> None:
    assert joint(said(words)).status is expected


def test_a_quorum_of_one_counts_what_any_of_them_sees_and_a_high_one_wants_all() -> None:
    assert joint(said(["pass", "pass", "fail", "gap"]), 1).status is Status.FAIL
    assert joint(said(["pass", "fail", "fail", "gap"]), 9).status is Status.PASS
    assert joint(said(["fail", "fail", "gap"]), 9).status is Status.FAIL


def test_who_saw_what_stays_with_the_outcome_and_its_failure() -> None:
    found = joint(said(["pass", "gap", "fail"]))
    assert [(s.vantage, s.status) for s in found.sightings] == [
        ("v0", Status.PASS), ("v1", Status.COULD_NOT_TEST), ("v2", Status.FAIL),
    ]  # fmt: skip
    assert found.sightings[1].failure == TIMEOUT
    assert found.sightings[2].args == {"servers": ("ns1",)}
    assert found.disputed
    assert not joint(said(["pass", "gap", "pass"])).disputed


def test_nothing_said_is_an_error() -> None:
    with pytest.raises(ValueError, match="no vantage"):
        joint({})


@given(words, st.randoms(use_true_random=False))
def test_the_order_of_the_vantages_does_not_matter(words: list[str], random: object) -> None:
    assert joint(said(words)).status is joint(said(sorted(words))).status is joint(said(sorted(words)[::-1])).status


@given(words, st.one_of(st.none(), st.integers(1, 9)))
def test_a_blind_vantage_changes_nothing(words: list[str], quorum: int | None) -> None:
    with_blind = joint(said([*words, "gap"]), quorum)
    assert with_blind.status is joint(said(words), quorum).status
    assert (with_blind.status is Status.COULD_NOT_TEST) == (set(words) == {"gap"})


@given(words)
def test_one_more_that_agrees_never_turns_the_outcome_and_one_alone_is_itself(words: list[str]) -> None:
    found = joint(said(words)).status
    if found is not Status.COULD_NOT_TEST:
        agreeing = next(word for word in WORDS if outcome(word).status is found)
        assert joint(said([*words, agreeing])).status is found
    assert joint(said(words[:1])) == outcome(words[0])


@given(words)
def test_at_least_half_saw_it_or_worse_and_fewer_saw_anything_worse(words: list[str]) -> None:
    """The rule in other words, counted by brute force."""
    found = joint(said(words)).status
    able = [BADNESS[outcome(word).status] for word in words if word != "gap"]
    if able:
        assert 2 * sum(each >= BADNESS[found] for each in able) >= len(able)
        assert 2 * sum(each > BADNESS[found] for each in able) < len(able)


def test_targets_that_only_one_vantage_was_asked_about_are_judged_too() -> None:
    other = Target(kind=TargetKind.HOST, name="ftp.example.vn")
    verdicts = JointVerdicts(
        catalogue(check("ipv6.aaaa", TargetKind.HOST)),
        {"a": [derived(HOST, "pass")], "b": [derived(HOST, "fail"), derived(other, "fail")]},
        None,
    )
    assert set(verdicts.targets) == {HOST, other}
    seen = verdicts.outcome("ipv6.aaaa", other)
    assert seen is not None
    assert (seen.status, seen.sightings) == (Status.FAIL, ())
    assert verdicts.outcome("ipv6.aaaa", Target(kind=TargetKind.HOST, name="nobody.vn")) is None


def test_of_a_target_the_evidence_that_knows_most_is_shown() -> None:
    blind = Derived(HOST, None, TIMEOUT)
    seeing = derived(HOST, "pass")
    verdicts = JointVerdicts(catalogue(check("ipv6.aaaa", TargetKind.HOST)), {"a": [blind], "b": [seeing]}, None)
    assert verdicts.targets[HOST] is seeing


def derived(target: Target, word: str) -> Derived:
    return Derived(target, Said(now=NOW, vantage=None, words={"ipv6.aaaa": word}))
