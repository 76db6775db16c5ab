"""What becomes of each verdict from one run to the next."""

import pytest

from netaudit.judge.compare import compare
from netaudit.model.change import Difference
from tests.store.history.runs import made


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ("pass", "fail", Difference.BROKEN),
        ("pass", "warn", Difference.WORSE),
        ("fail", "warn", Difference.FIXED),
        ("fail", "gap", Difference.UNTESTED),
        ("pass", "gap", Difference.UNTESTED),
        ("fail", "", Difference.GONE),
        ("warn", "", Difference.GONE),
        ("pass", "", None),
        ("fail", "fail2", Difference.OTHER),
        ("fail", "pass", Difference.FIXED),
        ("gap", "pass", Difference.TESTED),
        ("fail", "fail", None),
        ("", "fail", Difference.BROKEN),
        ("", "pass", None),
    ],
)
def test_each_change(before: str, after: str, difference: Difference | None) -> None:
    """An empty word: the run has no such verdict, for its target was left out or is gone."""
    runs = [made(night, {"a x": word} if word else {}) for night, word in enumerate((before, after))]
    assert [change.difference for change in compare(*runs).changes] == ([difference] if difference else [])
