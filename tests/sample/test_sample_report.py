"""What the sample's report says beside its findings: it can be judged again, counted, and taken to the units."""

import random
from pathlib import Path

import pytest

from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.profiles import load_profiles, select_profiles
from netaudit.judge.run import judge
from netaudit.model.book import FactBook
from netaudit.model.common import Reason, Side
from netaudit.model.inventory import Inventory
from netaudit.model.run import ClauseStatus, Run, UnitStatus
from netaudit.model.verdict import Status
from netaudit.store.facts import FACTS_FILE, read_facts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]


@pytest.fixture(scope="module")
def book(sample_folder: Path) -> FactBook:
    return read_facts(sample_folder / FACTS_FILE)


def again(book: FactBook, run: Run) -> Run:
    chosen = select_profiles(load_profiles(), book.scan.inventory.profiles, book.scan.at)
    return judge(book, load_catalogue(), chosen, judged_at=run.judged_at, fail_on=run.fail_on)


def test_judging_the_saved_facts_again_gives_the_same_run(book: FactBook, run: Run) -> None:
    assert again(book, run) == run


def test_the_order_of_the_facts_changes_nothing(book: FactBook, run: Run) -> None:
    shuffled = random.Random(7).sample(book.facts, len(book.facts))
    assert again(FactBook(shuffled), run) == run


def test_results_have_ids_of_their_own_and_texts_for_every_message(run: Run) -> None:
    assert len({result.id for result in run.results}) == len(run.results)
    without = {
        (result.verdict.check, result.verdict.outcome.message)
        for result in run.results
        if result.verdict.outcome.message not in run.checks[result.verdict.check].messages
    }
    assert without == set()


def test_no_judge_stumbles(run: Run) -> None:
    failures = [result.verdict.outcome.failure for result in run.results]
    assert [failure for failure in failures if failure is not None and failure.side is Side.BUG] == []


def test_the_closed_network_is_never_judged(run: Run) -> None:
    closed = [result for result in run.results if "qlvb." in result.verdict.target.name]
    assert closed
    assert {result.verdict.outcome.status for result in closed} <= {Status.COULD_NOT_TEST, Status.NOT_APPLICABLE}
    reasons = {r.verdict.outcome.failure.reason for r in closed if r.verdict.outcome.failure is not None}
    assert reasons == {Reason.NOT_FROM_INTERNET}


@pytest.mark.parametrize(
    ("tier", "kind", "numbers"),
    [
        ("department", "public_service", (20, 20, 20, 20, 20, 0)),
        ("district", "public_service", (12, 12, 12, 12, 12, 0)),
        ("commune", "public_service", (147, 147, 147, 147, 147, 0)),
        ("commune", "one_stop", (147, 147, 147, 147, 147, 0)),
        ("department", "department_site", (20, 20, 20, 19, 19, 1)),  # the silent one could not be tested
        ("commune", "document_management", (147, 147, 147, 0, 0, 147)),  # closed: neither working nor down
    ],
)
def test_coverage_is_counted_as_published(run: Run, tier: str, kind: str, numbers: tuple[int, ...]) -> None:
    (row,) = [row for row in run.coverage if (row.tier, row.kind) == (tier, kind)]
    assert (row.expected, row.listed, row.declared, row.present, row.working, row.untested) == numbers


def test_the_register_is_counted_as_published(run: Run) -> None:
    (register,) = run.registers
    assert register.declared == register.counted == {"organisation": 855, "person": 833}
    assert sum(register.counted.values()) == 1688
    assert register.expired > 0


def test_every_result_belongs_to_units_of_the_inventory(book: FactBook, run: Run) -> None:
    inventory: Inventory = book.scan.inventory
    known = {unit.id for unit in inventory.units}
    assert all(result.units and set(result.units) <= known for result in run.results)


def test_each_unit_stands_where_its_own_services_put_it(run: Run) -> None:
    status = {unit.unit: unit.status for unit in run.unit_results}
    assert status["sct"] is UnitStatus.FAIL  # AAAA without a listener
    assert set(status.values()) - {UnitStatus.FAIL}, "not everybody fails for what one does"


def test_attested_clauses_name_their_documents(book: FactBook, run: Run) -> None:
    attested = [clause for clause in run.clauses if clause.status is ClauseStatus.ATTESTED]
    assert attested
    assert {(c.attestation.document, c.attestation.date, c.attestation.signer) for c in attested if c.attestation} == {
        (given.document, given.date, given.signer) for given in book.scan.inventory.attestations
    }


def test_a_plan_that_ended_is_not_overdue(run: Run) -> None:
    ended = [clause for clause in run.clauses if clause.ended is not None]
    assert ended
    assert not any(clause.overdue for clause in ended)


def test_facts_that_verdicts_cite_are_saved(book: FactBook, run: Run) -> None:
    cited = {id for result in run.results for id in result.verdict.outcome.facts}
    assert cited
    assert {id for id in cited if book.get(id) is None} == set()


def test_judging_a_part_of_the_profiles_gives_the_same_verdicts(book: FactBook, run: Run) -> None:
    part = judge(book, load_catalogue(), (), judged_at=run.judged_at)
    changed = {
        (a.verdict.check, str(a.verdict.target))
        for a, b in zip(part.results, run.results, strict=True)
        if a.verdict != b.verdict
    }
    parameterised = {
        check
        for profile in run.profiles
        for clause in profile.clauses
        if clause.measure.parameters
        for check in clause.measure.checks
    }
    assert {check for check, _ in changed} <= parameterised


def test_what_everything_rests_on(run: Run) -> None:
    """Nine of eleven zones are at one hoster, and none at it alone; no server takes a zone down by itself."""
    used = {support.names: (support.kind, support.own, len(support.users)) for support in run.reliance.supports}
    assert used == {
        ("dns-mau.vn",): ("zone", False, 9),
        ("luutru-mau.vn",): ("zone", False, 6),
        ("ns1.dns-mau.vn",): ("server", False, 8),
        ("ns2.dns-mau.vn",): ("server", False, 1),
        ("ns1.luutru-mau.vn",): ("server", False, 6),
        ("ns1.lamdong.gov.vn",): ("server", True, 4),
        ("ns2.lamdong.gov.vn",): ("server", True, 2),
        ("ns1.sgddt.lamdong.gov.vn",): ("server", True, 1),
    }
    assert [support.names for support in run.reliance.supports if support.down] == []
    assert (set(run.reliance.zones), run.reliance.cycles) == (set(run.zones), ())
