"""A fortnight of nightly scans by the command itself: PostgreSQL, a webhook, a mail server, each night's clock.

What history, messages and metrics say afterwards is what the script says: nothing twice, nothing lost.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from netaudit.store.runfolder import RUN_FILE, read_run
from tests.fortnight.nights import Province
from tests.fortnight.script import FORTNIGHT, PORTAL, SPF, Night
from tests.notify.receivers import Certificates, HookReceiver, MailReceiver, listening
from tests.store.history.postgresql import postgresql_server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fortnight")]

_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
_REFUSED = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"  # what is refused is not tried again in that night


@dataclass
class Morning:
    """What there was to see after a night."""

    codes: list[int]
    said: str
    taken: list[dict[str, Any]]  # bodies of the webhook, that it took
    letters: int
    failing: set[str]
    untested: set[str]
    metrics: dict[str, float]  # those without labels but the province's, and findings summed


@dataclass
class Fortnight:
    """Two weeks later."""

    province: Province
    mornings: list[Morning] = field(default_factory=list)

    def asked(self, *arguments: str) -> Any:
        """The JSON of a command about the history."""
        done = self.province.run(*arguments, "--history", self.province.history, "-f", "json", number=len(FORTNIGHT))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortnight]:
    if shutil.which("faketime") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("faketime is missing: see tests/apt-packages.txt")
        pytest.skip("faketime is missing")
    folder = tmp_path_factory.mktemp("fortnight")
    mail = MailReceiver(tls=Certificates(folder).context("localhost"))
    hook = HookReceiver()
    with postgresql_server() as server, listening(mail.serve) as mail_port, listening(hook.serve) as hook_port:
        lived = Fortnight(Province(folder, server.new_database()))
        lived.province.prepare(mail_port, hook_port)
        for number, night in enumerate(FORTNIGHT, 1):
            hook.answers = [_REFUSED if night.deaf else _TAKEN]
            done = lived.province.scan(number, night, server)
            taken = [] if night.deaf else [json.loads(request.body) for request in hook.requests]
            letters = len(mail.letters)
            hook.requests.clear()
            mail.letters.clear()
            codes = [each.returncode for each in done]
            lived.mornings.append(Morning(codes, done[-1].stderr, taken, letters, *_seen(folder / "runs" / "latest")))
        yield lived


def _seen(latest: Path) -> tuple[set[str], set[str], dict[str, float]]:
    run = read_run(latest / RUN_FILE)
    by_status: dict[str, set[str]] = {"fail": set(), "could_not_test": set()}
    for result in run.results:
        verdict = result.verdict
        by_status.setdefault(verdict.outcome.status, set()).add(f"{verdict.check} {verdict.target}")
    metrics: dict[str, float] = {}
    for family in text_string_to_metric_families((latest / "netaudit.prom").read_text(encoding="utf-8")):
        for sample in family.samples:
            metrics[sample.name] = metrics.get(sample.name, 0.0) + sample.value
    return by_status["fail"], by_status["could_not_test"], metrics


def _numbered(fortnight: Fortnight) -> Iterator[tuple[int, Night, Morning]]:
    return ((number, *both) for number, both in enumerate(zip(FORTNIGHT, fortnight.mornings, strict=True), 1))


def test_each_night_sees_what_was_broken(fortnight: Fortnight) -> None:
    for number, night, morning in _numbered(fortnight):
        assert morning.failing == set(night.failing), number
        assert morning.untested == set(night.untested), number
        assert morning.codes == [1 if night.failing else 3 if night.untested else 0], (number, morning.said)


def test_each_message_comes_once_and_says_what_the_script_says(fortnight: Fortnight) -> None:
    kept: list[dict[str, Any]] = []  # what the webhook refused comes with the next night
    seen: list[str] = []
    for number, night, morning in _numbered(fortnight):
        news = bool(night.opened or night.closed or night.ending)
        assert morning.letters == news, number
        expected = [*kept, *([_told(night)] if news else [])]
        kept = expected if night.deaf else []
        assert [_shape(body) for body in morning.taken] == ([] if night.deaf else expected), number
        seen += [body["id"] for body in morning.taken]
    assert not kept
    assert len(seen) == len(set(seen)) > 5


def _told(night: Night) -> dict[str, Any]:
    return {
        "opened": set(night.opened),
        "closed": set(night.closed),
        "ending": set(night.ending),
        "clear": night.clear,
        "left": night.remaining,
    }


def _shape(body: dict[str, Any]) -> dict[str, Any]:
    changes = {"opened": set[str](), "closed": set[str]()}
    for change in body["changes"]:
        changes[change["change"]].add(f"{change['check']} {change['kind']}:{change['target']}")
    return {
        **changes,
        "ending": {f"{each['kind']} in {each['days']}" for each in body["endings"]},
        "clear": body["all_clear"],
        "left": body["remaining"],
    }


def test_the_history_has_every_night_once(fortnight: Fortnight) -> None:
    runs = fortnight.asked("history", "list", "--limit", "100")
    assert len(runs) == len({run["id"] for run in runs}) == len(FORTNIGHT)
    assert all(run["complete"] for run in runs), "the scan that was killed was gone on with"


def test_the_history_knows_since_when(fortnight: Fortnight) -> None:
    began = {f"night {n}": run["started"] for n, run in enumerate(reversed(fortnight.asked("history", "list")), 1)}
    named = {at: night for night, at in began.items()}
    findings = {_name(each["state"]): each for each in fortnight.asked("history", "findings", "--all")}
    assert findings.keys() == {PORTAL, SPF}
    for name, first, since, last, closed in (
        (PORTAL, "night 2", "night 12", "night 12", "night 14"),
        (SPF, "night 6", "night 6", "night 7", "night 8"),
    ):
        finding, course = findings[name], findings[name]["course"]
        assert finding["standing"] == "fixed"
        assert named[course["first_seen"]["at"]] == first
        assert named[course["since"]["at"]] == since
        assert named[course["last_seen"]["at"]] == last
        assert named[course["closed"]["at"]] == closed
        assert named[course["last_good"]["at"]] == "night 14"
        assert not course.get("flapping", False), "it has calmed down"


def _name(state: dict[str, Any]) -> str:
    return f"{state['check']} {state['target']['kind']}:{state['target']['name']}"


def test_the_nights_differ_as_the_script_says(fortnight: Fortnight) -> None:
    last = fortnight.asked("diff", "store:previous", "store:latest")
    assert [(_name(each["state"]), each["standing"]) for each in last["findings"]] == [(PORTAL, "fixed")]


def test_metrics_agree_with_each_night(fortnight: Fortnight) -> None:
    times = []
    for number, night, morning in _numbered(fortnight):
        assert morning.metrics["netaudit_run_complete"] == 1
        assert morning.metrics["netaudit_findings"] == len(night.failing), number
        assert morning.metrics.get("netaudit_untested", 0) == len(night.untested), number
        times.append(morning.metrics["netaudit_run_timestamp_seconds"])
    hours = [round((later - earlier) / 3600) for earlier, later in pairwise(times)]
    late = [number for number, night in enumerate(FORTNIGHT, 1) if night.killed]
    assert hours == [24 + (n + 1 in late) - (n in late) for n in range(1, len(FORTNIGHT))]


def test_of_the_folders_the_newest_are_kept_and_linked(fortnight: Fortnight) -> None:
    runs = fortnight.province.folder / "runs"
    kept = sorted(path.name for path in runs.iterdir() if path.is_dir() and not path.is_symlink())
    assert len(kept) == 5
    assert (runs / "latest").resolve().name == kept[-1]
