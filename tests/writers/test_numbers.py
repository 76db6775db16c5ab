"""Every number on every page is counted again from run.json, in both languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import msgspec
import pytest
from jinja2 import Environment, FileSystemLoader

from netaudit.model.provinces import ProvinceComparison
from netaudit.model.run import Run
from netaudit.store.runfolder import read_run
from netaudit.writers.html import write_html
from netaudit.writers.json import write_json
from netaudit.writers.provinces import write_provinces
from tests.writers.figures import Texts, parts
from tests.writers.recount import recount_page
from tests.writers.recount_parts import moment, number, share
from tests.writers.whole import provinces, whole_run


def wrong_numbers(run: Run, out: Path, language: str) -> list[str]:
    """Write the report of a run; return each part of it whose numbers are not those of run.json.

    The executive summary has a test of its own, test_summary_page.py.
    """
    write_json(run, out)
    again = read_run(out / "run.json")
    texts = Texts(again, language)
    pages = (path for path in write_html(again, out, language) if path.name != "summary.html")
    return [wrong for path in pages for wrong in wrong_parts(again, path, str(path.relative_to(out)), texts)]


def wrong_parts(run: Run, path: Path, name: str, texts: Texts) -> Iterator[str]:
    """The parts of one page that show something else."""
    for part in parts(path.read_text(encoding="utf-8"), recount_page(run, name), texts):
        expected = part.expected or []
        if part.shown != expected:
            both = enumerate(zip(part.shown, expected, strict=False))
            place = next((n for n, (shown, right) in both if shown != right), min(len(part.shown), len(expected)))
            near = slice(max(place - 3, 0), place + 4)
            yield f"{name} {part.name}: … {part.shown[near]} …, not … {expected[near]} …; in {part.text[:30]}"


def small(run: Run, units: int = 12) -> Run:
    """The run with the pages of a few units alone; everything is counted from what is left."""
    kept = {unit.id for unit in run.units[:units]}
    return msgspec.structs.replace(
        run,
        units=tuple(unit for unit in run.units if unit.id in kept),
        unit_results=tuple(unit for unit in run.unit_results if unit.unit in kept),
    )


@pytest.mark.parametrize(("language", "live"), [("vi", True), ("en", False)])
def test_every_number_is_that_of_run_json(tmp_path: Path, language: str, live: bool) -> None:
    assert wrong_numbers(whole_run(live=live), tmp_path, language) == []


@pytest.mark.parametrize(("language", "live"), [("en", True), ("vi", False)])
def test_so_it_is_with_fewer_units(tmp_path: Path, language: str, live: bool) -> None:
    assert wrong_numbers(small(whole_run(live=live)), tmp_path, language) == []


# What stands in a template, and what would be wrong there.
WRONG = [
    ("coverage.html", "<b>{{ cell.working|number }}/", "<b>{{ cell.present|number }}/"),
    ("answer.html", "{{ register.expiring_60|number }}", "{{ register.expiring_30|number }}"),
    ("answer.html", "percent(totals.evaluated, totals.applicable)", "percent(totals.evaluated, run.results|length)"),
    ("parts.html", "counts.get(status, 0)|number", "counts.get('pass', 0)|number"),
    ("plan.html", "/{{ entry.measurable|number }}", "/{{ entry.total|number }}"),
    ("findings.html", "{{ group.units|length|number }}", "{{ group.results|length|number }}"),
    ("zone.html", "{{ server.bad|number }}", "{{ server.good|number }}"),
    ("unit.html", "{{ service.units|length|number }}", "{{ services|length|number }}"),
    ("glossary.html", "</section>", "<p>42</p></section>"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "right", "wrong"), WRONG)
def test_a_wrong_number_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, right: str, wrong: str
) -> None:
    """What is said above can be false: a template is changed in one place."""
    read = FileSystemLoader.get_source

    def changed(self: FileSystemLoader, environment: Environment, name: str) -> tuple[str, str, Any]:
        source, path, fresh = read(self, environment, name)
        assert name != template or right in source
        return (source.replace(right, wrong) if name == template else source), path, fresh

    monkeypatch.setattr(FileSystemLoader, "get_source", changed)
    assert wrong_numbers(small(whole_run(), 3), tmp_path, "vi") != []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_numbers_of_provinces_are_those_of_their_runs(tmp_path: Path, language: str) -> None:
    compared = provinces()
    write_provinces(compared, tmp_path / "compare.html", language)
    strings = [row.name.in_language(language) for row in compared.rows]
    texts = Texts(whole_run(), language, strings)
    page = (tmp_path / "compare.html").read_text(encoding="utf-8")
    for part in parts(page, lambda element: count_provinces(compared, element), texts):
        assert part.shown == part.expected, part


def count_provinces(compared: ProvinceComparison, element: Element) -> list[str] | None:
    """One row a province, then one row a clause."""
    if element.tag == "h1":
        return [compared.profile.version.isoformat()]
    if element.get("aria-labelledby") == "summary-title":
        return [figure for row in compared.rows for figure in (
            moment(row.started), *number(row.met, row.decided, row.units_met, row.units, row.evaluated, row.applicable),
            *share(row.evaluated, row.applicable),
        )]  # fmt: skip
    if element.get("aria-labelledby") == "clauses-title":
        cells = (row.clauses.get(clause.id) for clause in compared.profile.clauses for row in compared.rows)
        decided = (cell for cell in cells if cell is not None and cell.status in ("met", "partly", "unmet"))
        return [figure for cell in decided for figure in number(cell.passed, cell.measurable)]
    return None
