"""Earlier scans judged again: what they leave for a later one, from facts that a scan of the lab recorded."""

from collections.abc import Iterator
from functools import cache

import msgspec

from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.history import past_of
from netaudit.judge.run import judge
from netaudit.model.book import FactBook
from netaudit.model.facts import JobFact, ScanFact
from netaudit.model.run import Run
from netaudit.model.verdict import Outcome
from netaudit.store.facts import iterate_facts
from tests.record import RECORDED

WEEK = 7 * 86_400.0
GOOD, NO_AAAA = "https://good.web.example:443", "https://http-only.web.example:443"
CHECKS = ("web.ipv6_ready", "web.ipv6_label")


@cache
def _facts() -> tuple[object, ...]:
    return tuple(iterate_facts(RECORDED / "web.facts.jsonl.zst"))


def book(weeks_ago: float, without: str = "") -> FactBook:
    """The recorded scan, so many weeks earlier; `without` an endpoint, as if it had not been selected."""
    return FactBook(_moved(weeks_ago, without))  # type: ignore[arg-type]


def _moved(weeks_ago: float, without: str) -> Iterator[object]:
    for fact in _facts():
        if isinstance(fact, ScanFact):
            yield msgspec.structs.replace(fact, at=fact.at - weeks_ago * WEEK)
        elif without and (getattr(fact, "endpoint", "") == without or _job(fact) == f"endpoint:{without}"):
            continue
        else:
            yield fact


def _job(fact: object) -> str:
    return fact.job if isinstance(fact, JobFact) else ""


def outcome(run: Run, check: str, endpoint: str) -> Outcome:
    (found,) = (r.verdict.outcome for r in run.results if (r.verdict.check, r.verdict.target.name) == (check, endpoint))
    return found


def run_after(*weeks_ago: float, without: str = "") -> Run:
    past = past_of(book(ago, without) for ago in weeks_ago)
    return judge(book(0), load_catalogue(), (), judged_at=0.0, checks=CHECKS, past=past)


def test_statuses_of_earlier_scans_are_what_those_scans_said() -> None:
    alone = judge(book(3), load_catalogue(), (), judged_at=0.0, checks=CHECKS)
    said = {
        r.verdict.target.name: (r.verdict.outcome.status,)
        for r in alone.results
        if r.verdict.check == "web.ipv6_ready" and r.verdict.target.name.startswith("http")
    }
    past = past_of([book(3)]).ready
    assert {endpoint: tuple(scan.status for scan in scans) for endpoint, scans in past.items()} == said
    assert len({statuses for statuses in said.values()}) == 3  # passed, failed and could not be tested


def test_the_newest_is_kept_whole_and_the_order_given_does_not_matter() -> None:
    past = past_of(book(ago) for ago in (2, 1, 3))
    assert past.newest is not None
    assert past.newest.scan.at == book(1).scan.at
    times = [scan.at for scan in past.ready[GOOD]]
    assert times == sorted(times) and len(times) == 3


def test_a_label_is_lost_after_six_weeks_and_held_by_who_meets_the_rule() -> None:
    run = run_after(*range(1, 6))
    lost = outcome(run, "web.ipv6_label", NO_AAAA)
    assert (lost.message, lost.args["failed"]) == ("lost", 6)
    assert outcome(run, "web.ipv6_label", GOOD).message == "holds"


def test_a_scan_that_did_not_ask_says_nothing() -> None:
    run = run_after(*range(1, 6), without=NO_AAAA)
    assert outcome(run, "web.ipv6_label", NO_AAAA).message == "no_history"
    assert outcome(run, "web.ipv6_label", GOOD).message == "holds"


def test_what_is_not_earlier_is_no_history() -> None:
    assert outcome(run_after(0), "web.ipv6_label", GOOD).message == "no_history"
