"""Whether dual stack, or IPv6 alone, meets a clause is for the clause to say: the same facts by three clauses."""

from pathlib import Path

import msgspec
import pytest

from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.clauses import clause_result, demands_of
from netaudit.judge.derive import derive
from netaudit.judge.profiles import load_profiles
from netaudit.judge.subjects import Subjects
from netaudit.judge.verdicts import Verdicts
from netaudit.model.book import FactBook
from netaudit.model.common import Family
from netaudit.model.facts import Fact, NameFact, ScanFact, WebFact
from netaudit.model.profile import Accepted, Profile
from netaudit.model.run import ClauseStatus
from netaudit.rules.calendar import day_of
from netaudit.store.facts import FACTS_FILE, read_facts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

HOST = "stp.lamdong.gov.vn"
SHIPPED = "VN-V6O-05"  # the day that IPv6 alone is asked for
BOTH: Accepted = ("dual_stack", "ipv6_only")
MET, UNMET = ClauseStatus.MET, ClauseStatus.UNMET
replace = msgspec.structs.replace


def ipv6_alone(fact: Fact) -> Fact | None:
    """The host without its A record, and without what was fetched over IPv4."""
    if isinstance(fact, WebFact) and f"//{HOST}:" in fact.endpoint and fact.family is Family.IPV4:
        return None
    if isinstance(fact, NameFact) and fact.name == HOST:
        return replace(
            fact,
            lookups=tuple(replace(item, addresses=()) if item.rdtype == "A" else item for item in fact.lookups),
        )
    return fact


def only(fact: Fact) -> Fact:
    """An inventory of that one service."""
    if not isinstance(fact, ScanFact):
        return fact
    services = tuple(service for service in fact.inventory.services if service.host == HOST)
    return replace(fact, inventory=replace(fact.inventory, services=services))


@pytest.fixture(scope="module")
def seen(sample_folder: Path) -> dict[str, Verdicts]:
    facts = [only(fact) for fact in read_facts(sample_folder / FACTS_FILE).facts]
    alone = [changed for fact in facts if (changed := ipv6_alone(fact)) is not None]
    catalogue = load_catalogue()
    return {
        "dual_stack": Verdicts(catalogue, derive(FactBook(facts))),
        "ipv6_only": Verdicts(catalogue, derive(FactBook(alone))),
    }


@pytest.mark.parametrize(
    ("accept", "dual_stack", "ipv6_only"),
    [(BOTH, MET, MET), (("dual_stack",), MET, UNMET), (("ipv6_only",), UNMET, MET)],
)
def test_the_clause_says_which_families_meet_it(
    seen: dict[str, Verdicts],
    sample_folder: Path,
    accept: Accepted,
    dual_stack: ClauseStatus,
    ipv6_only: ClauseStatus,
) -> None:
    scan = only(read_facts(sample_folder / FACTS_FILE).scan)
    assert isinstance(scan, ScanFact)
    plan = load_profiles()["vn-ipv6-only-2026"]
    (clause,) = [clause for clause in plan.clauses if clause.id == SHIPPED]
    measure = replace(
        clause.measure, kind="scan", checks=("web.ipv6_ready",), kinds=("department_site",), accept=accept
    )
    own: Profile = replace(plan, clauses=(replace(clause, measure=measure),))
    (demand,) = demands_of([own], Subjects(scan.inventory, scan.at), load_catalogue(), day_of(scan.at))
    found = {name: clause_result(demand, verdicts, (), day_of(scan.at)).status for name, verdicts in seen.items()}
    assert found == {"dual_stack": dual_stack, "ipv6_only": ipv6_only}
