"""The published figures come out of the inventory and the facts: change a unit, a service or a row, and they change.

Everything is judged offline from the one scan of the sample.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import pytest

from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.derive import derive
from netaudit.judge.pillar_coverage import pillar_coverage_of_run
from netaudit.judge.run import judge
from netaudit.judge.summaries import coverage_of_run, registers_of_run
from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.facts import (
    DatagramFact,
    DialogueFact,
    Fact,
    JobFact,
    MailFact,
    RegisterFact,
    ScanFact,
    SelfFact,
    WebFact,
)
from netaudit.model.inventory import Expectation, Inventory
from netaudit.model.run import Run
from netaudit.rules.calendar import day_of
from netaudit.store.facts import FACTS_FILE, read_facts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

replace = msgspec.structs.replace
Numbers = dict[str, tuple[int, ...]]
NAMES = ("expected", "listed", "declared", "present", "working", "untested", "closed")


@dataclass(frozen=True)
class Figures:
    """Coverage by tier and kind or pillar, and the certificates of each kind of holder."""

    coverage: Numbers
    certificates: dict[str, int]

    def changes(self, other: "Figures") -> dict[str, dict[str, tuple[int, int]]]:
        """What is another number: by row, its name with before and after."""
        found = {
            key: {n: (a, b) for n, a, b in zip(NAMES, row, other.coverage.get(key, row), strict=True) if a != b}
            for key, row in self.coverage.items()
        }
        held = {n: (count, other.certificates[n]) for n, count in self.certificates.items()}
        found["certificates"] = {name: pair for name, pair in held.items() if pair[0] != pair[1]}
        return {key: changed for key, changed in found.items() if changed}


def figures(book: FactBook) -> Figures:
    book = book.as_of(day_of(book.scan.at))
    targets = list(derive(book))
    rows = (*coverage_of_run(targets), *pillar_coverage_of_run(targets, book.scan.inventory, book.scan.at))
    (register,) = registers_of_run(targets)
    coverage = {f"{row.tier}/{row.kind}": tuple(getattr(row, name) for name in NAMES) for row in rows}
    return Figures(coverage, register.counted)


@pytest.fixture(scope="module")
def book(sample_folder: Path) -> FactBook:
    return read_facts(sample_folder / FACTS_FILE)


@pytest.fixture(scope="module")
def published(book: FactBook) -> Figures:
    return figures(book)


def with_inventory(book: FactBook, change: Callable[[Inventory], Inventory]) -> FactBook:
    scan = replace(book.scan, inventory=change(book.scan.inventory))
    return FactBook(scan if isinstance(fact, ScanFact) else fact for fact in book.facts)


def with_tier(inventory: Inventory, id: str, **changes: object) -> Inventory:
    tiers = (replace(tier, **changes) if tier.id == id else tier for tier in inventory.tiers)
    return replace(inventory, tiers=tuple(tiers))


def refusing(host: str, family: str) -> Callable[[Fact], Fact]:
    """Take a web host down over one family, or over both: "6", "4", "46"."""
    refused = Failure(reason=Reason.REFUSED, side=Side.TARGET)

    def change(fact: Fact) -> Fact:
        if not isinstance(fact, WebFact) or f"//{host}:" not in fact.endpoint or fact.family[-1] not in family:
            return fact
        hops = tuple(replace(hop, status=None, failure=refused) for hop in fact.hops[:1])
        return replace(fact, hops=hops, failure=refused)

    return change


def test_the_figures_are_the_published_ones(published: Figures) -> None:
    for tier, number in (("department", 20), ("district", 12), ("commune", 147)):
        for kind in ("public_service", "one_stop", "document_axis"):
            assert published.coverage[f"{tier}/{kind}"] == (number,) * 5 + (0, 0), kind
        # on the closed network: every body has it declared, and nobody here can say that it works
        closed = (number, number, number, 0, 0, number, number)
        assert published.coverage[f"{tier}/document_management"] == closed
    assert published.certificates == {"organisation": 855, "person": 833}
    assert sum(published.certificates.values()) == 1688


@pytest.mark.parametrize(
    ("row", "numbers"),
    [
        ("department/dnssec", (20, 20, 20, 20, 19, 1, 20)),  # one zone's servers are silent
        ("district/dnssec", (12, 12, 12, 10, 8, 0, 12)),  # two without DS, one with a wrong DS, one expired
        ("commune/dnssec", (147, 147, 147, 147, 112, 0, 147)),  # the 35 of two districts with one-stops of their own
        ("department/ipv6", (20, 20, 20, 18, 15, 1, 20)),
        ("district/ipv6", (12, 12, 12, 11, 11, 0, 12)),
        ("commune/ipv6", (147, 147, 147, 147, 147, 0, 147)),
        ("commune/dual_stack", (147, 147, 147, 147, 147, 0, 147)),
    ],
)
def test_pillars_are_counted_by_all_services_of_a_unit(published: Figures, row: str, numbers: tuple[int, ...]) -> None:
    assert published.coverage[row] == numbers


def test_a_unit_taken_from_a_service_is_one_less(book: FactBook, published: Figures) -> None:
    def without(inventory: Inventory) -> Inventory:
        commune = next(unit.id for unit in inventory.units if unit.tier == "commune")
        return replace(
            inventory,
            services=tuple(
                replace(s, units=tuple(u for u in s.units if u != commune)) if s.id == "dich-vu-cong" else s
                for s in inventory.services
            ),
        )

    changed = published.changes(figures(with_inventory(book, without)))
    assert changed == {"commune/public_service": {"declared": (147, 146), "present": (147, 146), "working": (147, 146)}}


def test_a_host_that_is_down_covers_nobody(book: FactBook, published: Figures) -> None:
    down = FactBook(map(refusing("dichvucong.lamdong.gov.vn", "46"), book.facts))
    changed = published.changes(figures(down))
    assert changed["commune/public_service"] == {"working": (147, 0)}
    assert changed["commune/ipv6"] == changed["commune/dual_stack"] == {"working": (147, 0)}
    assert changed["department/ipv6"] == {"working": (15, 0), "untested": (1, 0)}  # what fails is known of all
    kinds = {key.partition("/")[2] for key in changed}
    assert kinds == {"public_service", "ipv6", "dual_stack"}  # its name is as secure as before
    assert not any(key.startswith("party/") for key in changed)  # they do not use it


def test_a_host_down_over_one_family_still_serves(book: FactBook, published: Figures) -> None:
    down = FactBook(map(refusing("motcua.lamdong.gov.vn", "6"), book.facts))
    changed = published.changes(figures(down))
    assert changed["commune/ipv6"] == changed["commune/dual_stack"] == {"working": (147, 35)}
    assert not any(key.endswith("/one_stop") for key in changed)
    down = FactBook(map(refusing("motcua.lamdong.gov.vn", "4"), book.facts))
    changed = published.changes(figures(down))
    assert changed["commune/dual_stack"] == {"working": (147, 35)}
    assert not any(key.endswith("/ipv6") for key in changed)


def test_what_the_scanner_could_not_see_is_not_down(book: FactBook, published: Figures) -> None:
    """From a host without IPv6 nobody has it measured, and nobody lacks it."""
    unreachable = Failure(reason=Reason.NO_ROUTE, side=Side.OURS)

    def blind(fact: Fact) -> Fact | None:
        if isinstance(fact, WebFact | MailFact | DialogueFact | DatagramFact):
            return None if fact.family is Family.IPV6 else fact
        if not isinstance(fact, SelfFact):
            return fact
        families = (
            replace(check, available=False, failure=unreachable) if check.family is Family.IPV6 else check
            for check in fact.families
        )
        return replace(fact, families=tuple(families))

    seen = [fact for fact in map(blind, book.facts) if fact is not None]
    changed = published.changes(figures(FactBook(seen)))
    assert changed["commune/ipv6"] == changed["commune/dual_stack"] == {"working": (147, 0), "untested": (0, 147)}
    assert changed["district/ipv6"] == {"working": (11, 0), "untested": (0, 11)}  # the twelfth has no AAAA, which shows
    assert not any(key.endswith("/dnssec") for key in changed)
    assert not any(key.endswith(("/public_service", "/one_stop")) for key in changed), "they work over IPv4"


def test_a_part_says_nothing_of_the_whole(book: FactBook, published: Figures) -> None:
    """Without one host that communes use, they are counted by no pillar; departments' web sites are theirs alone."""

    def about(fact: Fact) -> str:
        return fact.job if isinstance(fact, JobFact) else getattr(fact, "endpoint", "")

    part = FactBook(fact for fact in book.facts if "//stp.lamdong.gov.vn:" not in about(fact))
    rows = figures(part).coverage
    missing = {"department/department_site", "department/dnssec", "department/ipv6", "department/dual_stack"}
    assert published.coverage.keys() - rows.keys() == missing
    assert all(rows[key] == published.coverage[key] for key in rows)


def test_the_denominator_is_the_declared_number(book: FactBook, published: Figures) -> None:
    more = with_inventory(book, lambda inventory: with_tier(inventory, "commune", expected=150))
    changed = published.changes(figures(more))
    assert changed
    assert all(key.startswith("commune/") and found == {"expected": (147, 150)} for key, found in changed.items())


def test_a_row_of_the_register_is_one_certificate(book: FactBook, published: Figures) -> None:
    def shorter(fact: Fact) -> Fact:
        return replace(fact, rows=fact.rows[1:]) if isinstance(fact, RegisterFact) else fact

    first = next(fact for fact in book.facts if isinstance(fact, RegisterFact)).rows[0].holder
    changed = published.changes(figures(FactBook(map(shorter, book.facts))))
    assert changed == {"certificates": {first: (published.certificates[first], published.certificates[first] - 1)}}


def test_one_inventory_holds_the_province_before_and_after_its_merger(book: FactBook) -> None:
    """147 communes until 30 June 2025, and 124 from the next day: units and denominators by the day of the scan."""

    def merging(inventory: Inventory) -> Inventory:
        communes = [unit.id for unit in inventory.units if unit.tier == "commune"]
        ending = frozenset(communes[:23])
        units = (
            replace(unit, valid_to=date(2025, 6, 30), merged_into=communes[-1]) if unit.id in ending else unit
            for unit in inventory.units
        )
        numbers = (
            Expectation(expected=124, as_of=date(2025, 7, 1)), Expectation(expected=147, as_of=date(2020, 1, 1))
        )  # fmt: skip
        merged = with_tier(inventory, "commune", expected=None, as_of=None, expectations=numbers)
        return replace(merged, units=tuple(units))

    today = with_inventory(book, merging)
    assert figures(today).coverage["commune/public_service"] == (124, 124, 124, 124, 124, 0, 0)
    before = today.as_of(date(2025, 6, 30)).scan.inventory
    assert sum(unit.tier == "commune" for unit in before.units) == 147
    tiers = {day: today.as_of(day).scan.inventory.tiers[3] for day in (date(2025, 6, 30), date(2025, 7, 1))}
    assert [(tier.expected, tier.as_of) for tier in tiers.values()] == [
        (147, date(2020, 1, 1)), (124, date(2025, 7, 1))
    ]  # fmt: skip
    assert before.tiers[3].at(date(2019, 12, 31)).expected is None


def test_a_run_knows_only_the_units_of_its_day(book: FactBook, run: Run) -> None:
    """The unit that has ended is in no count, and its findings fall to those who remain."""
    assert "sct" in {result.unit for result in run.unit_results}

    def ending(inventory: Inventory) -> Inventory:
        ended = (replace(u, valid_to=date(2025, 6, 30)) if u.id == "sct" else u for u in inventory.units)
        dated = (Expectation(expected=19, as_of=date(2025, 7, 1)), Expectation(expected=20, as_of=date(2020, 1, 1)))
        tiered = with_tier(inventory, "department", expected=None, as_of=None, expectations=dated)
        return replace(tiered, units=tuple(ended))

    after = judge(with_inventory(book, ending), load_catalogue(), run.profiles, judged_at=run.judged_at)
    assert {unit.id for unit in run.units} - {unit.id for unit in after.units} == {"sct"}
    assert [result.unit for result in after.unit_results] == [u.unit for u in run.unit_results if u.unit != "sct"]
    assert not any("sct" in result.units for result in after.results)
    assert all(result.units for result in after.results)
    (tier,) = [tier for tier in after.tiers if tier.id == "department"]
    assert (tier.expected, tier.as_of) == (19, date(2025, 7, 1))
    assert {(row.expected, row.listed) for row in after.coverage if row.tier == "department"} == {(19, 19)}
