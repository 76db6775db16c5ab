"""The commands of `netaudit inventory`: what they print where, and exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netaudit.cli.inventory import inventory
from netaudit.content import content_path

SAMPLE = str(content_path("inventory.yaml"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(inventory, arguments)


def test_validate_counts_what_is_there() -> None:
    result = run("validate", SAMPLE)
    assert result.exit_code == 0
    assert "185 đơn vị" in result.stdout
    assert "185 units" in run("validate", SAMPLE, "--lang", "en").stdout
    assert result.stderr == ""


def test_validate_names_file_line_and_hint_and_ends_with_2(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text(Path(SAMPLE).read_text(encoding="utf-8").replace("\nservices:", "\nservces:"), encoding="utf-8")
    result = run("validate", str(file))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f'{file}:39: unknown key "servces"  (did you mean "services"?)' in result.stderr


def test_schema_is_json_schema() -> None:
    schema = json.loads(run("schema").stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    assert "services" in schema["$defs"]["Inventory"]["properties"]


def test_list_filters_by_kind_and_tier() -> None:
    lines = run("list", "--kind", "one_stop", "--tier", "commune", SAMPLE).stdout.splitlines()
    assert [line.split()[::4] for line in lines[1:]] == [
        ["mot-cua", "112"],
        ["mot-cua-di-linh", "19"],
        ["mot-cua-lam-ha", "16"],
    ]
    nothing = run("list", "--kind", "one_shop", SAMPLE)
    assert nothing.exit_code == 2
    assert "one_stop" in nothing.stderr


def test_init_writes_what_validate_accepts_and_replaces_nothing(tmp_path: Path) -> None:
    zone, made = tmp_path / "zone", tmp_path / "etc" / "made.yaml"
    zone.write_text("$ORIGIN a.vn.\n$TTL 1\n@ SOA n h 1 2 3 4 5\n@ NS n\n@ A 192.0.2.1\n")
    assert run("init", "--from-zone", str(zone), "-o", str(made)).exit_code == 0
    assert run("validate", str(made)).exit_code == 0
    before = made.read_bytes()
    again = run("init", "--from-zone", str(zone), "-o", str(made))
    assert again.exit_code == 2
    assert "already there" in again.stderr
    assert made.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("init",),
        ("init", "--from-zone", "nothing", "--from-csv", "nothing"),
        ("init", "--from-zone", "nothing.zone"),
        ("init", "--from-csv", "/"),
        ("validate", "nothing.yaml"),
    ],
)
def test_wrong_use_ends_with_2_and_one_message(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["validate", "schema", "list", "init"])
def test_help_has_examples(command: str) -> None:
    assert "Examples:" in run(command, "--help").stdout
