"""The files of a register: a folder is one, what lies outside the inventory's folder or is not there is none."""

from pathlib import Path

import pytest

from netaudit.inventory import InventoryError, load
from tests.cli.command import small_province


def load_with(folder: Path, register: str) -> None:
    inventory = small_province(folder) / "inventory.yaml"
    (folder / "certificates").mkdir()
    (folder / "root.pem").write_bytes(b"")
    text = inventory.read_text(encoding="utf-8")
    inventory.write_text(f"{text}\nregisters:\n  - {{id: r, declared: {{}}, {register}}}\n", encoding="utf-8")
    load(inventory)


@pytest.mark.parametrize("register", ["file: certificates", "file: root.pem, crl: [root.pem], roots: [root.pem]"])
def test_files_and_folders_are_taken(tmp_path: Path, register: str) -> None:
    load_with(tmp_path, register)


@pytest.mark.parametrize(
    ("register", "expected"),
    [
        ("file: nowhere", 'there is no file "nowhere"'),
        ("file: ..", "not in the inventory's folder"),
        ("file: certificates, crl: [certificates]", 'there is no file "certificates"'),
        ("file: certificates, crl: [/etc/hosts]", "not in the inventory's folder"),
        ("file: certificates, roots: [none.pem]", 'there is no file "none.pem"'),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, register: str, expected: str) -> None:
    with pytest.raises(InventoryError) as caught:
        load_with(tmp_path, register)
    assert [expected in problem.message for problem in caught.value.problems] == [True]
