"""Workflow commands: escaped as the runner reads them, no more than GitHub shows, and never silent about the rest."""

import re

import pytest
from msgspec.structs import replace

from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.rules.gaps import could_not_see
from netaudit.writers.annotations import MOST, annotations
from tests.writers.hostile_forms import under_attack
from tests.writers.located import FILE, located_run, waived_result
from tests.writers.synthetic import large_run

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner reads it: properties up to the next `::`, parted by commas, then unescaped."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    properties = dict(part.partition("=")[::2] for part in found[2].split(","))
    return found[1], {name: _plain(value) for name, value in properties.items()}, _plain(found[3])


def _plain(text: str) -> str:
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


@pytest.fixture(scope="module")
def run() -> Run:
    return located_run()


def test_each_finding_points_at_its_line(run: Run) -> None:
    told = [read(line) for line in annotations(run, "en")]
    lines = {(p["file"], int(p["line"])) for _, p, _ in told if "file" in p}
    fails = [r for r in run.results if r.verdict.outcome.status in (Status.FAIL, Status.WARN) and not r.waived]
    assert lines == {(FILE, run.locations[str(r.verdict.target)].line) for r in fails}
    titles = [p["title"] for _, p, _ in told if "file" in p]
    assert sorted(title.partition(":")[0] for title in titles) == sorted(r.verdict.check for r in fails)
    waived = waived_result(run)
    assert f"{waived.verdict.check}@{waived.verdict.target.name}" not in {
        f"{p['title'].partition(':')[0]}@{text.partition(':')[0]}" for _, p, text in told if "file" in p
    }


def test_what_could_not_be_tested_is_counted_and_is_no_finding(run: Run) -> None:
    gaps = sum(map(could_not_see, run.results))
    *_, last = annotations(run, "en")
    assert read(last) == ("notice", {"title": "netaudit"}, f"Could not be tested: {gaps}")


def test_no_more_than_are_shown_the_worst_first_and_the_rest_counted() -> None:
    run = large_run(400)
    told = [read(line) for line in annotations(run, "en")]
    kinds = [kind for kind, _, _ in told]
    assert max(kinds.count(kind) for kind in ("error", "warning", "notice")) == MOST
    fails = sum(r.verdict.outcome.status in (Status.FAIL, Status.WARN) and not r.waived for r in run.results)
    left = fails - (len(told) - 1)
    assert left > 0
    assert told[-1][2].endswith(f"findings that are not shown here: {left:,}")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_text_from_outside_is_a_command(language: str) -> None:
    attack = "a%0A::error::x\n::set-output name=x::y\r::add-mask::z, file=/etc/passwd: %25"
    run = under_attack()
    hostile = tuple(
        replace(r, id=f"x{n}", verdict=replace(r.verdict, target=replace(r.verdict.target, name=attack)))
        for n, r in enumerate(run.results)
    )
    for each in (run, replace(run, results=hostile)):
        for line in annotations(each, language):
            kind, properties, _ = read(line)
            assert "\n" not in line and "\r" not in line
            assert properties.keys() <= {"file", "line", "title"}
            assert kind in ("error", "warning", "notice")
