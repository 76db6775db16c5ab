"""Each attack costs less than its bound, ends as it must, and never makes anything secure that is not."""

import re

import pytest

from netaudit.dns.reasons import REASONS
from tests.hostile.attack import measure
from tests.hostile.page import PAGE
from tests.hostile.table import ATTACKS, KINDS

NO_ATTACK = {"beyond-2106", "odd-label", "name-of-255-octets", "absurd-soa"}
"""What is unusual and good, and must not be refused."""
_OF_RESOLUTION = {"budget_queries", "budget_depth", "budget_time"}


@pytest.mark.parametrize("name", ATTACKS)
async def test_attack(name: str) -> None:
    attack = ATTACKS[name]
    found = await measure(attack)
    assert found.outcome in attack.outcomes, found.security
    assert found.cost.seconds <= attack.bound.seconds
    assert found.cost.queries <= attack.bound.queries
    assert found.cost.verifications <= attack.bound.verifications
    failure = found.lookup.failure if found.lookup is not None else None
    assert (failure.reason if failure is not None else None) in (attack.failures or {None}), failure


def test_every_kind_of_attack_is_there() -> None:
    assert {attack.kind for attack in ATTACKS.values()} == set(KINDS)


def test_nothing_may_end_secure_but_what_is_no_attack() -> None:
    ends = {name: {outcome.split()[0] for outcome in attack.outcomes} for name, attack in ATTACKS.items()}
    assert {name for name, statuses in ends.items() if "secure" in statuses} == NO_ATTACK
    assert all(ends[name] == {"secure"} for name in NO_ATTACK)


def test_each_budget_is_spent_by_some_attack_and_leaves_the_status_open() -> None:
    spent = {outcome for attack in ATTACKS.values() for outcome in attack.outcomes if "budget_" in outcome}
    assert {outcome.split()[0] for outcome in spent} == {"indeterminate"}
    assert {outcome.split()[1] for outcome in spent} == {w for w in REASONS if w.startswith("budget_")} - _OF_RESOLUTION


def test_the_page_names_every_attack() -> None:
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: what for name, what in rows if name in ATTACKS} == {n: a.what for n, a in ATTACKS.items()}
