"""Which sources are fit to conclude from, by the time that they tell."""

import pytest

from netaudit.model.routing import VrpsFact
from netaudit.model.verdict import Outcome
from netaudit.rules.sources import Usable, usable_sources

NOW, DAY = 1_790_000_000.0, 86_400.0


def export(at: float | None, name: str = "a") -> VrpsFact:
    return VrpsFact(id=f"vrps-dc-{name}", datacentre="dc", source=name, format="json", data_time=at)


@pytest.mark.parametrize("at", [4e9, NOW + DAY + 1, None], ids=["for ever", "more than a day", "undated"])
def test_a_time_in_the_future_says_no_more_than_none(at: float | None) -> None:
    found = usable_sources((export(at),), NOW, 30, "ROA payloads")
    assert isinstance(found, Outcome)
    assert (found.message, found.facts) == ("not_tested", ("vrps-dc-a",))
    assert found.failure is not None
    assert found.failure.detail == "the file of ROA payloads does not say of when it is"


def test_clocks_may_differ_by_a_day() -> None:
    ahead = export(NOW + DAY)
    assert usable_sources((ahead,), NOW, 30, "ROA payloads") == Usable((ahead,), NOW + DAY)


def test_beside_a_source_of_the_future_the_dated_one_counts() -> None:
    dated = export(NOW - DAY)
    assert usable_sources((export(4e9, "b"), dated), NOW, 30, "ROA payloads") == Usable((dated,), NOW - DAY)


def test_the_age_of_old_sources_is_not_that_of_the_future_one() -> None:
    found = usable_sources((export(4e9, "b"), export(NOW - 40 * DAY)), NOW, 30, "ROA payloads")
    assert isinstance(found, Outcome)
    assert (found.message, found.args["days"]) == ("too_old", 40)
