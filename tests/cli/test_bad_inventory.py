"""An inventory that can't be used: one clear error with file and line, exit 2, and quickly."""

import random
import re
import shutil
import time
from pathlib import Path

import pytest

from tests.cli.command import DATA, ROOT, netaudit
from tests.cli.conftest import Inside

GOOD = (DATA / "inventory.yaml").read_text(encoding="utf-8")
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{letter}: &{letter} [{', '.join(['*' + before] * 9)}]\n"
    for before, letter in zip("abcdefgh", "bcdefghi", strict=True)
)
NONSENSE = random.Random(1).randbytes(10_000_000)
TEXT_NONSENSE = b"- {x: [y, 'z" * 900_000


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (changed("services:\n", "servces:\n"), "servces", 'did you mean "services"?'),
        (changed("kind: portal", "knd: portal"), "knd", "knd"),
        (changed("zones: [tinh.vn]", "zones: [tinh..vn]"), "tinh..vn", "empty label"),
        (changed("host: tinh.vn, units: [ubnd]}\n  - {id: thu", "host: 300.1.2.3, units: [ubnd]}\n  - {id: thu"),
         "300.1.2.3", "300.1.2.3"),
        (changed("2001:db8::/32", "2001:db8::/32x"), "2001:db8::/32x", "2001:db8::/32x"),
        (changed("id: thu, kind", "id: cong, kind"), "id: cong, kind: mail", "cong"),
        (changed("expected: 1}", "expected: one}"), "expected: one", "expected"),
        (changed("units: [ubnd]}\n  - {id: thu", "units: [ubdn]}\n  - {id: thu"), "ubdn", 'did you mean "ubnd"?'),
        (GOOD + "zones: [vn]\n", "zones: [vn]", "zones"),
        (GOOD + "units:\n\t- x\n", "\t- x", ""),
    ],
    ids=["key", "key of a service", "name", "address", "prefix", "duplicate", "number", "unit", "key twice", "tab"],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_line(text: str, line: str, said: str, province: Path, inside: Inside) -> None:
    (province / "inventory.yaml").write_text(text, encoding="utf-8")
    done = inside("scan", cwd=province)
    assert done.returncode == 2
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"Error: inventory.yaml:{line_of(text, line)}: "), done.stderr
    assert said in first
    assert not (province / "out").exists()


@pytest.mark.parametrize(
    "content",
    [BOMB.encode(), NONSENSE, TEXT_NONSENSE, b"\xff\xfe", b"", b"[" * 100_000, b"schema: 1\n" * 1_000_000],
    ids=["YAML bomb", "10 MB of bytes", "10 MB of YAML", "no UTF-8", "nothing", "deep", "10 MB of one key"],
)
def test_nonsense_is_refused_at_once_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_bytes(content)
    began = time.monotonic()
    done = netaudit("scan", cwd=tmp_path)
    assert time.monotonic() - began < 10
    assert done.returncode == 2
    assert re.fullmatch(r"Error: inventory\.yaml(:\d+)?: [^\n]{1,400}\n", done.stderr), done.stderr[:2_000]
    assert done.stderr.isprintable() or not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stderr)


def program_with_a_broken_check(folder: Path) -> int:
    """Copy the program into a folder and misspell a key of one of its checks; return the line."""
    for part in ("netaudit", "checks", "reports", "sample"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    path = folder / "checks" / "dns" / "tcp.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nfix:", "\nfxi:"), encoding="utf-8")
    return line_of(text, "\nfix:") + 1


def test_a_check_that_is_broken_is_a_usage_error_with_its_line(province: Path) -> None:
    assert netaudit("collect", "--target", "tinh.vn", cwd=province).returncode == 0
    line = program_with_a_broken_check(province)
    for arguments in (
        ("scan", "-o", "again"),
        ("judge", "out"),
        ("check", "--lab", "lamdong.gov.vn"),
        ("checks", "list"),
    ):
        done = netaudit(*arguments, cwd=province)
        assert done.returncode == 2, arguments
        assert f"checks/dns/tcp.yaml:{line}: " in done.stderr
        assert done.stderr.startswith("Error: ")
        assert "bug in netaudit" not in done.stderr
    assert not (province / "again").exists()


def test_a_world_that_is_wrong_is_a_usage_error_too(province: Path, inside: Inside) -> None:
    (province / "world.yaml").write_text("schema: 1\nname: x\nmachines: []\nzones: []\n", encoding="utf-8")
    done = inside("scan", cwd=province)
    assert done.returncode == 2
    assert "there is no root zone" in done.stderr
