"""The book of facts where several facts speak of the same thing."""

from itertools import permutations

import pytest

from netaudit.model.book import FactBook
from netaudit.model.facts import ZoneFact


def zone(id: str, *, audited: bool, answers: tuple[str, ...]) -> ZoneFact:
    return ZoneFact(id=id, zone="vn", chain=(".", "vn"), servers=(), answers=answers, audited=audited)


AUDITED = zone("zone-vn", audited=True, answers=())
ASKED = zone("ancestor-vn", audited=False, answers=("dns-1",))
PASSED = zone("passed-vn", audited=False, answers=())


@pytest.mark.parametrize("facts", [*permutations((AUDITED, ASKED, PASSED))])
def test_an_audited_zone_wins_whenever_it_was_recorded(facts: tuple[ZoneFact, ...]) -> None:
    assert FactBook(facts).zones["vn"] is AUDITED


@pytest.mark.parametrize("facts", [*permutations((ASKED, PASSED))])
def test_what_was_asked_wins_over_what_a_resumed_scan_passed_through(facts: tuple[ZoneFact, ...]) -> None:
    assert FactBook(facts).zones["vn"] is ASKED


def test_of_equals_the_later_wins() -> None:
    again = zone("zone-vn", audited=True, answers=())
    assert FactBook((AUDITED, again)).zones["vn"] is again
