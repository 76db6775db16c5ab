"""YAML under budgets: values, lines, and refusals that come quickly."""

from time import process_time

import pytest

from netaudit.inventory.document import LARGEST_FILE, read_document
from netaudit.inventory.problems import InventoryError


def problems(text: str | bytes) -> list[str]:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(InventoryError) as caught:
        read_document(content, "i.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_values_follow_the_core_schema_and_dates_stay_text() -> None:
    text = "a: 12:30\nb: no\nc: true\nd: 2021-01-31\ne: 010\nf: 1.5\ng: ~\nh: '7'\ni: 64501\nj: 2001:db8::1\nk:"
    assert read_document(text.encode(), "i.yaml").data == {
        "a": "12:30", "b": "no", "c": True, "d": "2021-01-31", "e": 10, "f": 1.5, "g": None, "h": "7", "i": 64501,
        "j": "2001:db8::1", "k": None,
    }  # fmt: skip


def test_a_number_of_many_digits_stays_text() -> None:
    assert read_document(b"a: " + b"9" * 5000, "i.yaml").data == {"a": "9" * 5000}


def test_every_value_has_its_line_and_unknown_paths_have_the_nearest() -> None:
    document = read_document(b"a:\n  - b: 1\n    c:\n      - x\n      - y\n", "i.yaml")
    assert document.line("$.a[0].c") == 3
    assert document.line("$.a[0].c[1]") == 5
    assert document.line("$.a[0].missing.deeper") == 2
    assert document.line("nothing") == 0


def test_aliases_are_read_within_the_budget() -> None:
    assert read_document(b"a: &x {k: [1, 2]}\nb: *x\n", "i.yaml").data["b"] == {"k": [1, 2]}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(9)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOMB, "i.yaml:6: more than 200000 values"),
        ("&a [*a]", "i.yaml:1: the alias *a stands for nothing"),
        ("a: 1\nb: 2\na: 3\n", 'i.yaml:3: duplicate key "a"; it is already on line 1'),
        ("a: !!python/object/apply:os.system [x]", "i.yaml:1: the tag"),
        ("a: !local x", "i.yaml:1: the tag"),
        ("a: b: c", "i.yaml:1: not YAML: mapping values are not allowed"),
        ("\ta: 1", "i.yaml:1: not YAML"),
        ("a: [1,\n  2\nb: 3", "i.yaml:3: not YAML"),
        ("[" * 40, "i.yaml:1: nested more than 24 levels"),
        ("[" * 1_000_000, "not YAML"),
        ("? [a]\n: b", "i.yaml:1: a key must be a short word"),
        ("a: 1\n---\nb: 2", "i.yaml:2: a second document"),
        ("", "i.yaml: the file is empty"),
        ("# only a comment\n", "i.yaml: the file is empty"),
        (b"ok: 1\n\xff\xfe", "i.yaml:2: not text in UTF-8"),
        (b"a: \x00", "not YAML"),
        ("x" * (LARGEST_FILE + 1), "i.yaml: the file has more than 5 MB"),
        ("- a\n" * 1_000_000, "more than 200000 values"),
        ("a" * 4_900_000 + ": 1", "i.yaml"),
    ],
    ids=range(19),
)
def test_nonsense_gets_one_clear_problem_quickly(text: str | bytes, expected: str) -> None:
    started = process_time()
    found = problems(text)
    assert process_time() - started < 5
    assert len(found) == 1
    assert expected in found[0]
    assert len(found[0]) < 300


def test_problems_hold_no_control_characters() -> None:
    assert problems('"\\e[31m": 1\n"\\e[31m": 2') == ['i.yaml:2: duplicate key "\ufffd[31m"; it is already on line 1']
