"""Recursive resolvers in an inventory: what is read, and what is wrong with a line number."""

from datetime import date
from pathlib import Path

import pytest

from netaudit.engine.plan import Selection, plan_jobs
from netaudit.inventory import InventoryError
from netaudit.inventory.loader import load_bytes
from netaudit.model.inventory import Inventory, NetworkKind, ResolverTests
from netaudit.rules import resolver_tests
from netaudit.rules.units import of_units

HEAD = """schema: 1
network: internet
province: {id: p, name: {vi: Tỉnh, en: Province}}
contact: {name: P}
authorisation: {text: allowed}
tiers: [{id: t, name: {vi: Cấp, en: Tier}}]
units:
  - {id: a, name: {vi: A, en: A}, tier: t}
  - {id: b, name: {vi: B, en: B}, tier: t}
services: []
"""
GOOD = """resolvers:
  - id: dns-1
    addresses: [9.9.9.9, "2620:fe::fe"]
    serves: [203.0.113.0/24]
    units: [all]
    owner: a
  - {id: dns-2, addresses: [10.0.0.1], port: 5353, owner: b, note: for the second floor}
resolver_tests:
  signed: [Ký.VN]
  bogus: [sai.vn.]
"""
FIRST = len(HEAD.splitlines()) + 1


def read(text: str) -> Inventory:
    return load_bytes((HEAD + text).encode(), Path("inventory.yaml"), date(2026, 11, 26)).inventory


def test_a_resolver_is_read_with_its_units_resolved_and_names_plain() -> None:
    inventory = read(GOOD)
    first, second = inventory.resolvers
    assert (first.units, first.port, first.owner) == (("a", "b"), 53, "a")
    assert (second.units, second.port, second.serves, second.note) == ((), 5353, (), "for the second floor")
    assert inventory.resolver_tests == ResolverTests(signed=("xn--k-gha.vn",), bogus=("sai.vn",))


def test_what_is_likely_a_mistake_is_a_warning_with_its_line() -> None:
    loaded = load_bytes((HEAD + GOOD).encode(), Path("inventory.yaml"), date(2026, 11, 26))
    about = [(problem.line, problem.message) for problem in loaded.warnings if "dns-2" in problem.message]
    assert about == [(FIRST + 6, 'the resolver "dns-2" does not say whom it serves')]
    private = [problem for problem in loaded.warnings if "10.0.0.1" in problem.message]
    assert [problem.line for problem in private] == [FIRST + 6]
    assert "scope.special_addresses" in private[0].hint
    assert loaded.lines["resolver:dns-2"] == FIRST + 6


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("resolvers:\n  - {id: r, adresses: [9.9.9.9]}\n", 1, 'unknown key "adresses"', "addresses"),
        ("resolvers:\n  - {id: r, addresses: [9.9.9]}\n", 1, "not an IP address", ""),
        ("resolvers:\n  - {id: r, addresses: []}\n", 1, 'the resolver "r" has no address', ""),
        ("resolvers:\n  - {id: r, addresses: [9.9.9.9, 9.9.9.9]}\n", 1, "listed twice", ""),
        ("resolvers:\n  - {id: r, addresses: [9.9.9.9], port: 0}\n", 1, "port", ""),
        ("resolvers:\n  - {id: r, addresses: [9.9.9.9], owner: aa}\n", 1, 'no unit "aa"', "a"),
        ("resolvers:\n  - {id: r, addresses: [9.9.9.9], units: [tier:tt]}\n", 1, 'selector "tier:tt"', "tier:t"),
        ("resolvers:\n  - {id: r, addresses: [9.9.9.9], serves: [10.0.0.1/8]}\n", 1, "host bits", "10.0.0.0/8"),
        ("resolvers:\n  - {id: r, addresses: [9.9.9.9]}\n  - {id: r, addresses: [9.9.9.8]}\n", 2, "duplicate id", ""),
        ("resolver_tests: {signd: [a.vn]}\n", 0, 'unknown key "signd"', "signed"),
        ("resolver_tests:\n  bogus: ['a b']\n", 1, "not a zone name", ""),
        ("resolver: []\n", 0, 'unknown key "resolver"', "resolvers"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, message: str, hint: str) -> None:
    with pytest.raises(InventoryError) as caught:
        read(text)
    problem = caught.value.problems[0]
    assert problem.line == FIRST + line
    assert message in problem.message
    assert hint in problem.hint


def test_the_plan_says_how_many_questions_each_resolver_gets() -> None:
    jobs = {job.name: job.queries for job in plan_jobs(read(GOOD))}
    # each address: the root's SOA twice, two names, the bogus one with CD; and our own look-ups of two names
    assert jobs == {"resolver:dns-1": 2 * 5 + 2 * 2, "resolver:dns-2": 5 + 2 * 2}
    chosen = plan_jobs(read(GOOD), Selection(kinds=("resolver",), targets=("dns-2",)))
    assert [job.name for job in chosen] == ["resolver:dns-2"]


def test_a_unit_has_the_resolvers_that_it_owns_or_uses() -> None:
    inventory = read(GOOD)
    assert [resolver.id for resolver in of_units(inventory, ("a",)).resolvers] == ["dns-1"]
    assert [resolver.id for resolver in of_units(inventory, ("b",)).resolvers] == ["dns-1", "dns-2"]


def test_the_names_are_the_inventory_s_else_the_shipped_ones_and_none_in_the_lab() -> None:
    own, shipped = read(GOOD), read("")
    assert resolver_tests.tests_of(own).bogus == ("sai.vn",)
    assert resolver_tests.tests_of(own).ipv6_only == ()
    assert resolver_tests.tests_of(shipped) == resolver_tests.shipped_tests()
    assert resolver_tests.shipped_tests().bogus
    lab = Inventory(schema=1, network=NetworkKind.LAB, province=shipped.province, tiers=(), units=(), services=())
    assert resolver_tests.tests_of(lab) == ResolverTests()
