"""JUnit XML: what fails, what could not be tested, what is excused; and that any text from outside is fit for XML."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from functools import cache
from typing import Any

import pytest
import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped
from msgspec.structs import replace

from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status
from netaudit.rules.gaps import could_not_see
from netaudit.writers.junit import run_junit
from tests.writers.hostile_forms import under_attack
from tests.writers.located import FILE, located_run, waived_result
from tests.writers.schema_checks import FOLDER

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2; and C1


@pytest.fixture(scope="module")
def run() -> Run:
    return located_run()


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(FOLDER / "junit.xsd"))


def cases(run: Run, language: str = "en") -> dict[str, ET.Element]:
    found = ET.fromstring(run_junit(run, language)).findall("testsuite/testcase")
    by_name = {case.attrib["name"]: case for case in found}
    assert len(by_name) == len(found), "of two cases with one name GitLab shows the first alone"
    return by_name


def name_of(result: Result) -> str:
    return f"{result.verdict.check}@{result.verdict.target}"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("made", [located_run, under_attack], ids=["province", "hostile"])
def test_it_fits_what_is_documented(made: Any, language: str) -> None:
    content = run_junit(made(), language).decode("utf-8")
    schema().validate(content)
    assert not FORBIDDEN.search(content)
    assert not re.search("&#(x0*([0-8bcBCeEfF]|1[0-9a-fA-F])|[0-8]|1[124-9]|2[0-9]|3[01]);", content)


def test_the_schema_refuses_what_is_wrong(run: Run) -> None:
    content = run_junit(run, "en").decode("utf-8")
    for wrong, right in (("<failed ", "<failure "), ('tests="x"', 'tests="1"')):
        broken = content.replace(right, wrong) if right in content else content.replace("tests=", "test=", 1)
        with pytest.raises((xmlschema.XMLSchemaException, ET.ParseError)):
            schema().validate(broken)


def test_each_result_is_one_case_with_its_outcome(run: Run) -> None:
    found = cases(run)
    assert found.keys() == {name_of(result) for result in run.results}
    for result in run.results:
        case = found[name_of(result)]
        tags = {child.tag for child in case}
        status = result.verdict.outcome.status
        if status is Status.FAIL:
            assert tags == ({"skipped"} if result.waived else {"failure"})
        elif status is Status.COULD_NOT_TEST:
            assert tags == ({"error"} if could_not_see(result) else {"skipped"})
        elif status is Status.PASS:
            assert tags == set()
        elif status is Status.WARN:
            assert tags == {"system-out"}
        else:
            assert tags == {"skipped"}
    seen = Counter(result.verdict.outcome.status for result in run.results)
    assert seen[Status.FAIL] > 1 and seen[Status.COULD_NOT_TEST] > 1 and seen[Status.PASS] > 1


def test_a_reader_of_others_counts_the_same(run: Run) -> None:
    read = JUnitXml.fromstring(run_junit(run, "vi"))
    kinds = Counter(type(outcome) for suite in read for case in suite for outcome in case.result)
    assert (read.tests, read.failures, read.errors, read.skipped) == (
        len(run.results), kinds[Failure], kinds[Error], kinds[Skipped]
    )  # fmt: skip
    failures = sum(r.verdict.outcome.status is Status.FAIL and not r.waived for r in run.results)
    assert (read.failures, read.errors) == (failures, sum(map(could_not_see, run.results)))
    for suite in read:
        assert suite.tests == len(list(suite))


def test_a_suite_is_a_unit_and_what_is_shared_stands_once(run: Run) -> None:
    suites = ET.fromstring(run_junit(run, "en")).findall("testsuite")
    names = {unit.id: unit.name.en for unit in run.units}
    expected = {
        name_of(r): names[r.units[0]] if len(r.units) == 1 else "Shared by several units" for r in run.results
    }  # fmt: skip
    found = {case.attrib["name"]: suite.attrib["name"] for suite in suites for case in suite}
    assert found == expected
    assert len({suite.attrib["name"] for suite in suites}) == len(suites) > 2


def test_a_failure_says_what_to_do_and_where_it_stands(run: Run) -> None:
    failing = next(r for r in run.results if r.verdict.outcome.status is Status.FAIL and not r.waived)
    case = cases(run)[name_of(failing)]
    failure = case.find("failure")
    assert failure is not None and failure.text is not None
    assert run.checks[failing.verdict.check].fix.en in failure.text
    assert failure.attrib["message"] == failure.text.splitlines()[0]
    location = run.locations[str(failing.verdict.target)]
    assert (case.attrib["file"], case.attrib["line"]) == (FILE, str(location.line))


def test_an_excuse_names_who_gave_it(run: Run) -> None:
    skipped = cases(run)[name_of(waived_result(run))].find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"].startswith("waived: Chờ thay thiết bị")
    assert "Chánh Văn phòng" in skipped.attrib["message"]


def test_without_results_it_is_still_a_document(run: Run) -> None:
    schema().validate(run_junit(replace(run, results=()), "en").decode("utf-8"))
