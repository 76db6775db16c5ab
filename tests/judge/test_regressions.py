"""Findings over runs: cases by hand, and any sequence of runs against an oracle that is slow and plain."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from netaudit.judge.profiles import load_profiles
from netaudit.judge.regressions import damping_of, regressions
from netaudit.model.profile import Damping, Severity
from netaudit.model.regression import Course, FindingHistory, Moment, Snapshot, Standing, State, WaiverChange
from netaudit.model.verdict import Status, Target, TargetKind

_CHECKS, _ZONES = ("dns.a", "dns.b"), ("x", "y")
_STATUSES = {"pass": Status.PASS, "na": Status.NOT_APPLICABLE, "gap": Status.COULD_NOT_TEST, "look": Status.MANUAL}
_ABSENT = ("left", "check", "gone")


def _target(zone: str) -> Target:
    return Target(kind=TargetKind.ZONE, name=zone)


def _state(check: str, zone: str, word: str) -> State:
    """`F`, `O`: failures of two kinds; `W`: a warning; `f`: the first kind, waived."""
    said = word.upper() if word == "f" else word
    status = _STATUSES.get(word, Status.WARN if word == "W" else Status.FAIL)
    return State(id=f"{check} {zone} {said}", check=check, target=_target(zone), message=said, status=status,
                 severity=Severity.HIGH, waived=word == "f")  # fmt: skip


def _night(number: int, words: dict[tuple[str, str], str], *, complete: bool = True) -> Snapshot:
    """A run. `left`: the target was not asked about; `check`: the check was not chosen; `gone`: neither is there.

    What begins with `=` was taken over from an earlier run.
    """
    carried = frozenset(_target(zone) for (_, zone), word in words.items() if word[0] == "=")
    words = {subject: word.lstrip("=") for subject, word in words.items()}
    unchosen = {check for (check, _), word in words.items() if word == "check"}
    left = {zone for (_, zone), word in words.items() if word == "left"}
    kept = {s: word for s, word in words.items() if word not in _ABSENT and s[0] not in unchosen and s[1] not in left}
    return Snapshot(
        run=f"n{number}",
        at=float(number),
        complete=complete,
        states=tuple(_state(*subject, word) for subject, word in kept.items()),
        left_out=frozenset(map(_target, left)),
        carried=carried,
        checks=frozenset(_CHECKS) - unchosen if unchosen else None,
    )


def _told(*words: str, damping: Damping | None = None) -> FindingHistory:
    """What is told of the failure `F` after nights in a word each; `~` before it: the run was cut short."""
    nights = [
        _night(number, {("dns.a", "x"): word.lstrip("~"), ("dns.b", "x"): "pass"}, complete=word[0] != "~")
        for number, word in enumerate(words)
    ]
    return next(f for f in regressions(nights, damping) if f.state.message == "F")


@pytest.mark.parametrize(
    ("words", "standing"),
    [
        ("F", Standing.NEW),
        ("pass F", Standing.NEW),
        ("F F", Standing.STILL),
        ("F pass", Standing.FIXED),
        ("F pass F", Standing.NEW),
        ("F na", Standing.MOOT),
        ("F O", Standing.REPLACED),
        ("F O pass", Standing.REPLACED),  # it is the other failure that is fixed
        ("F gap", Standing.UNTESTED),
        ("F look", Standing.UNTESTED),
        ("F left", Standing.LEFT_OUT),
        ("F check", Standing.LEFT_OUT),
        ("F gone", Standing.GONE),
        ("F ~pass", Standing.UNTESTED),
        ("F ~na", Standing.UNTESTED),
        ("F ~O", Standing.UNTESTED),
        ("F ~gone", Standing.GONE),
        ("F gap F", Standing.STILL),
        ("F gone F", Standing.STILL),
        ("F ~pass F", Standing.STILL),
        ("pass ~F", Standing.NEW),
        ("F pass gap", Standing.FIXED),
        ("F pass gone", Standing.FIXED),
        ("F pass left F", Standing.NEW),
        ("W F", Standing.NEW),
        ("=F", Standing.NEW),
        ("F =F", Standing.LEFT_OUT),
        ("F =pass", Standing.LEFT_OUT),
        ("F =F F", Standing.STILL),
        ("F pass =pass", Standing.FIXED),
    ],
)
def test_standing(words: str, standing: Standing) -> None:
    assert _told(*words.split()).standing is standing


def test_dates() -> None:
    course = _told("pass", "F", "gap", "F", "pass", "pass", "F", "F", "left").course
    assert [m.run for m in (course.first_seen, course.since, course.last_seen)] == ["n1", "n6", "n7"]
    assert course.last_good is not None and course.last_good.run == "n5"
    assert course.closed is None
    fixed = _told("F", "gap", "pass", "pass", "gap")
    assert fixed.course.closed is not None and fixed.course.closed.run == "n2"
    assert fixed.closed_in("n2") and not fixed.closed_in("n3")
    assert _told("F", "~pass").course.last_good is None


def test_what_is_known_of_earlier_runs_makes_a_finding_older() -> None:
    night = _night(9, {("dns.a", "x"): "F"})
    (finding,) = regressions([night], first_seen={"dns.a x F": Moment(run="n2", at=2.0)})
    assert finding.course.first_seen == Moment(run="n2", at=2.0)
    assert finding.course.since == night.moment


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("F f", WaiverChange.GRANTED), ("f F", WaiverChange.ENDED), ("f f", None), ("f", None), ("F pass f", None),
        ("f gap F", WaiverChange.ENDED), ("F f gap", None),
    ],
)  # fmt: skip
def test_waivers(words: str, change: WaiverChange | None) -> None:
    finding = _told(*words.split())
    assert finding.waiver is change
    assert finding.counts is (words[-1] == "F")


def test_flapping_and_confirmation() -> None:
    damping = Damping(flap_changes=3, flap_window=5, confirm_runs=2, confirm_window=3)
    steady = _told("F", "F", "F", damping=damping)
    assert (steady.course.changes, steady.course.flapping, steady.course.confirmed) == (0, False, True)
    first = _told("pass", "F", damping=damping)
    assert not first.course.confirmed
    assert _told("F", "pass", "F", damping=damping).course.confirmed
    flapping = _told("F", "pass", "gap", "F", "~pass", "pass", damping=damping)
    assert (flapping.course.changes, flapping.course.flapping) == (3, True)
    calm = _told("F", "pass", "F", "pass", *["pass"] * 4, damping=damping)
    assert (calm.course.changes, calm.course.flapping) == (0, False)


def test_the_worst_come_first_and_profiles_say_how_much_is_damped() -> None:
    low = State(id="1", check="dns.a", target=_target("x"), message="m", status=Status.FAIL, severity=Severity.LOW)
    high = State(id="2", check="dns.b", target=_target("x"), message="m", status=Status.FAIL, severity=Severity.HIGH)
    told = regressions([Snapshot(run="n", at=0.0, complete=True, states=(low, high))])
    assert [finding.state for finding in told] == [high, low]
    profiles = load_profiles()
    assert profiles["vn-base"].damping is not None
    assert damping_of(list(profiles.values())) == profiles["vn-base"].damping
    own = replace(profiles["vn-dns-security"], damping=Damping(confirm_runs=2, confirm_window=3))
    assert damping_of([profiles["vn-base"], own, profiles["vn-number-resources"]]) == own.damping
    assert damping_of([profiles["vn-number-resources"]]) == Damping()


@dataclass(frozen=True)
class _Seen:
    """What one run says of one finding: found, or the standing that it would have."""

    moment: Moment
    found: State | None
    standing: Standing
    decides: bool


def _oracle(runs: Sequence[Snapshot], check: str, zone: str, id: str, damping: Damping) -> FindingHistory:
    """The same told from the whole list of what each run says, without any state that is carried along."""
    first = next(n for n, run in enumerate(runs) if any(s.id == id and s.found for s in run.states))
    seen = [_look(run, check, zone, id, taken=n != first) for n, run in enumerate(runs)]
    decisive = [each for each in seen[first:] if each.decides]
    finds = [each for each in decisive if each.found]
    absences = [each for each in decisive if not each.found]
    last_find = finds[-1]
    closed = next((each for each in absences if each.moment.at > last_find.moment.at), None)
    spell = [f for f in finds if not any(f.moment.at < a.moment.at < last_find.moment.at for a in absences)]
    begun = spell[0].moment
    last = seen[-1]
    standing = closed.standing if closed else last.standing
    if last.found:
        standing = Standing.NEW if begun == last.moment else Standing.STILL
    waiver = None
    if last.found and len(spell) > 1 and spell[-2].found and last.found.waived != spell[-2].found.waived:
        waiver = WaiverChange.GRANTED if last.found.waived else WaiverChange.ENDED
    there = [each.found is not None for each in decisive]
    window = there[-damping.flap_window :]
    changes = len([1 for before, after in pairwise(window) if before != after])
    passes = [
        run.moment for n, run in enumerate(runs)
        if run.complete and (_target(zone) not in run.carried or not _passed(runs[:n], check, zone))
        for s in run.states if (s.check, s.target.name, s.status) == (check, zone, Status.PASS)
    ]  # fmt: skip
    assert last_find.found
    return FindingHistory(
        state=last_find.found,
        standing=standing,
        waiver=waiver,
        course=Course(
            first_seen=seen[first].moment,
            since=begun,
            last_seen=last_find.moment,
            closed=closed.moment if closed else None,
            last_good=passes[-1] if passes else None,
            changes=changes,
            flapping=changes >= damping.flap_changes,
            confirmed=there[-damping.confirm_window :].count(True) >= damping.confirm_runs,
        ),
    )


def _passed(runs: Sequence[Snapshot], check: str, zone: str) -> bool:
    return any(
        run.complete and s.status is Status.PASS and (s.check, s.target.name) == (check, zone)
        for run in runs for s in run.states
    )  # fmt: skip


def _look(run: Snapshot, check: str, zone: str, id: str, *, taken: bool) -> _Seen:
    if taken and _target(zone) in run.carried:
        return _Seen(run.moment, None, Standing.LEFT_OUT, False)
    state = next((s for s in run.states if (s.check, s.target.name) == (check, zone)), None)
    if state is None:
        asked = _target(zone) not in run.left_out and (run.checks is None or check in run.checks)
        return _Seen(run.moment, None, Standing.GONE if asked else Standing.LEFT_OUT, False)
    if state.id == id and state.status in (Status.FAIL, Status.WARN):
        return _Seen(run.moment, state, Standing.STILL, True)
    standings = {Status.PASS: Standing.FIXED, Status.NOT_APPLICABLE: Standing.MOOT,
                 Status.FAIL: Standing.REPLACED, Status.WARN: Standing.REPLACED}  # fmt: skip
    if not run.complete or state.status not in standings:
        return _Seen(run.moment, None, Standing.UNTESTED, False)
    return _Seen(run.moment, None, standings[state.status], True)


_WORDS = st.sampled_from(
    ["F", "F", "F", "f", "O", "W", "pass", "pass", "pass", "na", "gap", "look", "=F", "=pass", *_ABSENT]
)
_NIGHT = st.tuples(st.fixed_dictionaries({(c, z): _WORDS for c in _CHECKS for z in _ZONES}), st.integers(0, 3))
_DAMPING = st.builds(
    Damping,
    flap_changes=st.integers(2, 4),
    flap_window=st.integers(3, 6),
    confirm_runs=st.integers(1, 3),
    confirm_window=st.integers(1, 9),
)


@given(st.lists(_NIGHT, max_size=12), _DAMPING)
@settings(max_examples=150, deadline=None)
def test_any_sequence_is_told_as_the_oracle_tells_it(
    nights: list[tuple[dict[tuple[str, str], str], int]], damping: Damping
) -> None:
    runs = [_night(number, words, complete=cut > 0) for number, (words, cut) in enumerate(nights)]
    found = {(s.check, s.target.name, s.id) for run in runs for s in run.states if s.found}
    told = regressions(runs, damping)
    assert {(f.state.check, f.state.target.name, f.state.id) for f in told} == found
    assert len(told) == len(found)
    for finding in told:
        state = finding.state
        assert finding == _oracle(runs, state.check, state.target.name, state.id, damping)


@given(st.lists(_NIGHT, min_size=1, max_size=8), _NIGHT)
@settings(max_examples=60, deadline=None)
def test_a_run_that_was_cut_short_clears_nothing(
    nights: list[tuple[dict[tuple[str, str], str], int]], last: tuple[dict[tuple[str, str], str], int]
) -> None:
    runs = [_night(number, words, complete=cut > 0) for number, (words, cut) in enumerate(nights)]
    before = {f.state.id for f in regressions(runs) if f.course.closed is None}
    after = {f.state.id for f in regressions([*runs, _night(99, last[0], complete=False)]) if f.course.closed is None}
    assert before <= after
