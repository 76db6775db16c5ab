"""No name of a person leaves a register, in whichever form: not into facts, run, report, nor what is printed."""

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from netaudit.store.runfolder import read_run
from tests.cli.command import netaudit, small_province
from tests.registers import HEADERS, Authority, Holder, crl, der, pem, rows, write_csv, write_workbook

NAMES = (
    "Zukowskaja Przybylska",
    "Đặng Thùy Quỳnh Như",
    "<script>alert('Zzyzx')</script>",
    "=HYPERLINK(\"http://192.0.2.1/\",\"Qwertz\")",
    "Wxyzzy\u202egnahK\u200f",
    "Vvardenfell; DROP TABLE, \"Quoted\"",
    "L" * 63,
)  # fmt: skip
MARKS = ("Zukowskaja", "Przybylska", "Thùy", "Quỳnh", "Zzyzx", "Qwertz", "Wxyzzy", "Vvardenfell", "L" * 63)
FORMS = ("table.csv", "table.xlsx", "folder", "bundle.pem", "shifted.csv", "broken.xlsx")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A scan of every form, with all that it printed."""
    folder = small_province(tmp_path_factory.mktemp("registers"))
    _write_registers(folder)
    rest = "declared: {person: 1}, crl: [now.crl], roots: [root.pem]"
    entries = [f"  - {{id: {form.replace('.', '-')}, file: {form}, {rest}}}" for form in FORMS]
    inventory = folder / "inventory.yaml"
    inventory.write_text(inventory.read_text(encoding="utf-8") + "\nregisters:\n" + "\n".join(entries) + "\n")
    done = netaudit("scan", "--kind", "register", "-f", "html,json,text,csv,xlsx,md", "--lang", "vi", cwd=folder)
    shown = [netaudit("facts", "list", cwd=folder), netaudit("facts", "show", "register-table-csv", cwd=folder)]
    assert [done.returncode in (1, 3), *(one.returncode for one in shown)] == [True, 0, 0], done.stderr
    return folder / "out", "".join(one.stdout + one.stderr for one in (done, *shown))


def _write_registers(folder: Path) -> None:
    now = datetime.now(UTC)
    root = Authority(now)
    person = Authority(now, NAMES[0])  # issues certificates, as a holder: its name would be that of an issuer
    holders = [Holder(n, name) for n, name in enumerate(NAMES, 1)]
    table = rows(holders, now)
    leaked = [(*row[:4], f"của {row[6]}", f"{row[6]} (đơn vị)", row[6]) for row in table]
    write_csv(folder / "table.csv", leaked)
    write_workbook(folder / "table.xlsx", leaked)
    write_csv(folder / "shifted.csv", [(row[6], *row[:6]) for row in table])
    write_workbook(folder / "broken.xlsx", [(row[6], row[6], row[6], row[6]) for row in table], (*HEADERS, NAMES[0]))
    certificates = [root.issue(holder) for holder in holders]
    weak = [root.issue(Holder(0xBAD, NAMES[1], bits=1024)), root.issue(Holder(0xE, NAMES[1], days=(-900, -3)))]
    (folder / "folder").mkdir()
    for certificate, name in zip(certificates, NAMES, strict=True):
        (folder / "folder" / f"{name.replace('/', '')}.cer").write_bytes(der(certificate))
    (folder / "folder" / f"{NAMES[0]} broken.cer").write_bytes(NAMES[0].encode())
    (folder / "bundle.pem").write_bytes(b"".join(pem(one) for one in (*weak, person.issue(holders[0]))))
    (folder / "root.pem").write_bytes(pem(root.certificate))
    (folder / "now.crl").write_bytes(crl(root.revoke([0xBAD, 1]), root))


def test_the_registers_were_read_and_judged(scanned: tuple[Path, str]) -> None:
    run = read_run(scanned[0] / "run.json")
    assert {r.register: sum(r.counted.values()) for r in run.registers} == {
        "table-csv": 7, "table-xlsx": 7, "folder": 7, "bundle-pem": 3, "shifted-csv": 0, "broken-xlsx": 0,
    }  # fmt: skip
    messages = {(r.verdict.check, r.verdict.outcome.message) for r in run.results}
    assert messages >= {
        ("certificates.not_revoked", "revoked"), ("certificates.key_strength", "weak"), ("certificates.chain", "apart"),
        ("certificates.readable", "broken"), ("certificates.not_expired", "expired"),
    }  # fmt: skip


def test_no_name_is_in_any_file_or_output(scanned: tuple[Path, str]) -> None:
    folder, said = scanned
    texts = {"output": said} | dict(pair for path in folder.rglob("*") if path.is_file() for pair in _texts(path))
    assert {"facts.jsonl.zst", "run.json", "index.html"} <= texts.keys()
    assert "register-table-xlsx" in texts["facts.jsonl.zst"]
    assert [(name, mark) for name, text in texts.items() for mark in MARKS if mark in text] == []


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """A file's content, unpacked, with the escapes of JSON resolved: a name written as \\u0110 is a name too."""
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            yield from ((f"{path.name}/{part}", book.read(part).decode("utf-8", "replace")) for part in book.namelist())
    if path.suffix == ".zst":
        content = b"".join(zstandard.ZstdDecompressor().read_to_iter(content))
    text = content.decode("utf-8", "replace")
    yield path.name, re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)
