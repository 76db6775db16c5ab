"""The coverage checks, case by case."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model.common import Text
from netaudit.model.evidence import CoverageEvidence, UnitCoverage
from netaudit.model.inventory import Tier, Unit
from netaudit.model.verdict import Status
from netaudit.rules.coverage import count_coverage, needed
from tests.checks.web.builders import NOW
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL = Status.PASS, Status.FAIL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
_NAME = Text("Đơn vị", "Unit")
_CODES = {"w": True, "d": False, "?": None, "c": None, "-": None}  # working, down, untested, closed, without


def unit(number: int, code: str, *, since: date | None = None, until: date | None = None) -> UnitCoverage:
    state = _CODES[code]
    return UnitCoverage(
        unit=Unit(id=f"u{number}", name=_NAME, tier="t", valid_from=since, valid_to=until),
        declared=code != "-",
        present=state,
        working=state,
        services=("s",) if code != "-" else (),
        status={"w": PASS, "d": FAIL}.get(code, UNTESTED),
        closed=code == "c",
    )


def tier(codes: str, expected: int | None = None, *more: UnitCoverage) -> CoverageEvidence:
    """A tier whose units are written as codes: `ww?-`."""
    units = tuple(unit(i, code) for i, code in enumerate(codes, start=1))
    about = Tier(id="t", name=_NAME, expected=expected)
    return CoverageEvidence(now=NOW, vantage=None, tier=about, service_kind="one_stop", units=units + more)


_ENDED = unit(8, "-", until=date(2025, 6, 30))
_COMING = unit(9, "-", since=date(2027, 1, 1))
_LAST_DAY = unit(7, "-", until=date(2026, 11, 18))

CASES: dict[str, list[Case]] = {
    "coverage.declared": [
        Case("all", tier("wd?", 3), PASS, "ok", {"covered": 3, "total": 3, "tier": "t", "kind": "one_stop"}),
        Case("no expected number", tier("ww"), PASS, "ok", {"total": 2}),
        Case("units that ended or are to come", tier("ww", 2, _ENDED, _COMING), PASS, "ok", {"total": 2}),
        Case("most, by parameter", tier("www-", 4), PASS, "ok", parameters={"min_ratio": 0.75}),
        Case("one without", tier("ww-", 3), FAIL, "missing", {"covered": 2, "total": 3, "units": ("u3",)}),
        Case("the last day counts", tier("ww", None, _LAST_DAY), FAIL, "missing", {"units": ("u7",)}),
        Case("more listed than expected", tier("ww-", 2), FAIL, "missing", {"covered": 2, "total": 3}),
        Case("not all listed", tier("ww", 5), FAIL, "unlisted", {"covered": 2, "total": 5, "unlisted": 3}),
        Case("none", tier("--", 2), NONE, "no_service"),
        Case("no units", tier("", 0), NONE, "no_units"),
    ],
    "coverage.working": [
        Case("all", tier("ww", 2), PASS, "ok", {"working": 2, "total": 2}),
        Case("enough whatever the untested are", tier("www?", 4), PASS, "ok", {"working": 3},
            parameters={"min_ratio": 0.75}),
        Case("one down", tier("wwd", 3), FAIL, "not_working", {"working": 2, "units": ("u3",), "untested": 0}),
        Case("one without", tier("ww-", 3), FAIL, "not_working", {"units": ("u3",)}),
        Case("down, so the untested can't decide", tier("wd?", 3), FAIL, "not_working", {"untested": 1}),
        Case("one untested", tier("ww?", 3), UNTESTED, "untested", {
            "working": 2, "untested": 1, "total": 3, "units": ("u3",)}),
        Case("the untested can decide", tier("wd?", 3), UNTESTED, "untested", parameters={"min_ratio": 0.6}),
        Case("units that nobody listed", tier("ww", 3), UNTESTED, "untested", {"untested": 1, "units": ()}),
        Case("closed network", tier("cc", 2), UNTESTED, "closed", {"total": 2}),
        Case("partly on a closed network", tier("wc", 2), UNTESTED, "untested"),
        Case("none", tier("--", 2), NONE, "no_service"),
        Case("no units", tier("", None), NONE, "no_units"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, NONE)
    if check == "coverage.working":  # what is declared is read from the inventory: it is always known
        hold_statuses(CASES[check], UNTESTED)


_TIERS = st.tuples(st.text(alphabet="wd?c-", max_size=12), st.none() | st.integers(0, 15))


@given(_TIERS)
def test_every_listed_unit_is_counted_once(codes: tuple[str, int | None]) -> None:
    count = count_coverage(tier(*codes))
    assert count.listed == len(codes[0])
    assert count.total == max(len(codes[0]), codes[1] or 0)
    assert len(count.working) == codes[0].count("w")
    assert len(count.down) == codes[0].count("d")


@given(_TIERS, st.floats(0.01, 1.0), st.data())
def test_testing_the_untested_never_contradicts_a_conclusion(
    codes: tuple[str, int | None], ratio: float, data: st.DataObject
) -> None:
    """Whatever the untested turn out to be, a pass stays a pass and a failure a failure."""
    text, expected = codes
    before = judge("coverage.working", tier(text, expected), min_ratio=ratio).status
    known = "".join(data.draw(st.sampled_from("wd")) if code in "?c" else code for code in text)
    after = judge("coverage.working", tier(known, expected), min_ratio=ratio).status
    if before in (PASS, FAIL):
        assert after is before


@given(st.integers(0, 2000), st.floats(0.001, 1.0))
def test_the_number_needed_reaches_the_ratio_and_no_more(total: int, ratio: float) -> None:
    wanted = needed(total, ratio)
    assert 0 <= wanted <= total
    assert wanted >= total * ratio - 1e-6
    assert wanted - 1 < total * ratio
    assert needed(total, 1.0) == total
