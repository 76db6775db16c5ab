"""Each row of table.yaml has something that shows it right and something that shows it wrong, and all of it exists."""

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from netaudit.model.verdict import Status
from tests.checks.web.harness import Case
from tests.record import expected_outcomes, recordings

ROOT = Path(__file__).parents[2]
TABLE = yaml.safe_load((Path(__file__).parent / "table.yaml").read_text(encoding="utf-8"))
ROWS = {row: found for part in ("peers", "nobody", "standard") for row, found in TABLE[part].items()}
ZONES = [(zone, status) for status, zones in TABLE["zones"].items() for zone in zones]
GOOD, BAD = {Status.PASS}, {Status.FAIL, Status.WARN}
FAULTS = 52  # zones that extended-dns-errors.com lists

_NAME, _STATUS = r"(?:\*\*)?([a-z0-9-]+)(?:\*\*)?", r"(?:\*\*)?([a-z]+)(?:\*\*)?"
_AGREED = re.compile(rf"^\| {_NAME} \|.*\| {_STATUS} [a-z0-9_ ]*\|$", re.MULTILINE)  # first and last column


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_shown_right_and_wrong(row: str) -> None:
    assert ROWS[row].keys() == {"pass", "fail"}
    for side, statuses in (("pass", GOOD), ("fail", BAD)):
        assert ROWS[row][side], f"nothing shows {side}"
        for reference in ROWS[row][side]:
            assert shown(reference, statuses), f"{side}: {reference}"


@pytest.mark.parametrize(("zone", "status"), ZONES)
def test_a_zone_of_the_corpus_is_made_in_the_lab_and_judged(zone: str, status: str) -> None:
    assert agreed()[zone] == {status}


def test_the_corpus_is_whole() -> None:
    assert len({zone for zone, _ in ZONES}) == len(ZONES) == FAULTS


@pytest.mark.parametrize(
    "reference",
    ["recorded dnssec.ds_digest nothing", "case dnssec.ds_digest forbidden", "named dns.csync: no such case",
     "resolvers bad-ksk", "test tests/net/test_replay.py test_nothing"],
)  # fmt: skip
def test_a_reference_to_what_is_not_there_is_noticed(reference: str) -> None:
    assert not shown(reference, GOOD)


def shown(reference: str, statuses: set[Status]) -> bool:
    """Whether what a reference names exists, and comes out with one of these statuses."""
    kind, _, rest = reference.partition(" ")
    match kind:
        case "recorded":
            check, message = rest.split()
            return bool(recorded()[check, message] & statuses)
        case "case":
            check, message = rest.split()
            return any(case.message == message and case.status in statuses for case in cases()[check])
        case "named":
            check, name = rest.split(": ", 1)
            return any(case.name == name and case.status in statuses for case in cases()[check])
        case "resolvers":
            return ("secure" in agreed().get(rest, set())) is (Status.PASS in statuses) and rest in agreed()
        case "test":
            path, name = rest.split()
            return name in functions(path)
    raise AssertionError(f"unknown kind of reference: {reference}")


@cache
def recorded() -> dict[tuple[str, str], set[Status]]:
    """The statuses of each check and message that scans of the lab came to."""
    found: dict[tuple[str, str], set[Status]] = defaultdict(set)
    for recording in recordings():
        for check, targets in expected_outcomes(recording).items():
            for status, message in targets.values():
                found[check, message].add(Status(status))
    return found


@cache
def cases() -> dict[str, list[Case]]:
    """All cases of all checks."""
    found: dict[str, list[Case]] = defaultdict(list)
    for path in sorted((ROOT / "tests" / "checks").glob("*/test_*.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        held = getattr(module, "CASES", {})
        for check, of_check in held.items() if isinstance(held, dict) else ():
            found[check] += of_check
    return found


@cache
def agreed() -> dict[str, set[str]]:
    """What we say of each zone of the page of agreement, by its last column."""
    found: dict[str, set[str]] = defaultdict(set)
    for zone, status in _AGREED.findall((ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")):
        found[zone].add(status)
    return dict(found)


@cache
def functions(path: str) -> frozenset[str]:
    """The functions of a test file."""
    return frozenset(_functions(ast.parse((ROOT / path).read_text(encoding="utf-8"))))


def _functions(module: ast.Module) -> Iterator[str]:
    yield from (node.name for node in module.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
