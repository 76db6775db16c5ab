"""Evidence packs: the same bytes each time, judged again anywhere, and never a way into the reader's machine."""

import hashlib
import io
import os
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard

from netaudit.cli.main import run as command
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.store.facts import FACTS_FILE
from netaudit.store.pack import Manifest, PackedFile, PackError, PackReader, write_pack
from netaudit.store.runfolder import read_run
from tests.cli.conftest import Inside

RECORDED = Path(__file__).parents[1] / "recorded" / "web.facts.jsonl.zst"


@pytest.fixture(scope="module")
def judged_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("judged")
    (place / "run").mkdir()
    shutil.copy(RECORDED, place / "run" / FACTS_FILE)
    assert command(["judge", str(place / "run"), "--profile", "vn-base", "-f", "json,md"]) in (0, 1, 3)
    assert command(["pack", str(place / "run"), "-o", str(place / "pack.zip")]) == 0
    return place


@pytest.fixture
def run(judged_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(judged_once / "run", tmp_path / "run"))


@pytest.fixture
def packed(judged_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(judged_once / "pack.zip", tmp_path / "pack.zip"))


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def repacked(archive: Path, changed: dict[str, bytes], honest: bool = True) -> None:
    """Change files of a pack; an honest forger writes a new manifest too."""
    files = {**contents(archive), **changed}
    manifest = msgspec.json.decode(files.pop("manifest.json"), type=Manifest)
    if honest:
        write_pack(archive, manifest, files)
        return
    with zipfile.ZipFile(archive, "w") as opened:
        for name, content in {"manifest.json": msgspec.json.encode(manifest), **files}.items():
            opened.writestr(name, content)


def test_the_same_run_gives_the_same_bytes_and_they_agree(run: Path, packed: Path, inside: Inside) -> None:
    first = packed.read_bytes()
    (run / "lab-keys.json").write_text("secret")
    (run / ".lock").write_text("{}")
    (run / "sources").mkdir()
    (run / "sources" / "copy.document").write_text("x")
    (run / "outside").symlink_to("/etc")
    os.utime(run / FACTS_FILE, (0, 0))
    (run / FACTS_FILE).chmod(0o640)
    done = inside("pack", "run", "-o", "pack.zip", "--lang", "en", cwd=run.parent)
    assert done.stdout == f"{hashlib.sha256(first).hexdigest()}  pack.zip\n"
    assert packed.read_bytes() == first
    assert {*contents(packed)} == {
        "manifest.json", "inventory.json", "profiles.json", FACTS_FILE, "run.json", "run.md",
    }  # fmt: skip
    done = inside("verify", "pack.zip", "--lang", "en", cwd=run.parent)
    assert (done.returncode, done.stdout) == (0, "")
    assert "all hashes and all" in done.stderr


def test_a_flipped_bit_is_found_by_its_hash(packed: Path, inside: Inside) -> None:
    report = contents(packed)["run.md"]
    repacked(packed, {"run.md": bytes([report[0] ^ 1]) + report[1:], "extra.txt": b"more"}, honest=False)
    done = inside("verify", "pack.zip", "--lang", "en", cwd=packed.parent)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "extra.txt: not in the manifest", "run.md: not what the manifest says (SHA-256 or size)",
    ]  # fmt: skip


def test_a_verdict_that_the_facts_do_not_give_is_named(packed: Path, inside: Inside) -> None:
    told = msgspec.json.decode(contents(packed)["run.json"], type=Run)
    number, result = next((n, r) for n, r in enumerate(told.results) if r.verdict.outcome.status is Status.FAIL)
    better = msgspec.structs.replace(result.verdict.outcome, status=Status.PASS, message="ok", args={})
    forged = msgspec.structs.replace(result, verdict=msgspec.structs.replace(result.verdict, outcome=better))
    results = (*told.results[:number], forged, *told.results[number + 1 :])
    repacked(packed, {"run.json": msgspec.json.encode(msgspec.structs.replace(told, results=results))})
    done = inside("verify", "pack.zip", "--lang", "en", cwd=packed.parent)
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"{result.verdict.check} {result.verdict.target}: packed: ")
    assert f"({result.verdict.outcome.message}" in line


def test_other_checks_than_those_that_packed_are_named_where_something_differs(packed: Path, inside: Inside) -> None:
    files = contents(packed)
    manifest = msgspec.json.decode(files.pop("manifest.json"), type=Manifest)
    checks = {**manifest.checks, "web.https": "0" * 64}
    write_pack(packed, msgspec.structs.replace(manifest, tool="netaudit 9", checks=checks, run="another"), files)
    done = inside("verify", "pack.zip", "--lang", "en", cwd=packed.parent)
    assert done.returncode == 1
    assert "1 checks are not those of the tool that packed (netaudit 9): web.https" in done.stderr
    assert "is of another run: another" in done.stdout


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("complete", False), ("started", 1.0), ("inventory_sha256", "0" * 64), ("exit_code", 0), ("pillars", ()),
        ("units", ()),
    ],
)  # fmt: skip
def test_a_head_that_is_not_of_these_facts_is_named(field: str, value: object, packed: Path, inside: Inside) -> None:
    told = msgspec.json.decode(contents(packed)["run.json"], type=Run)
    repacked(packed, {"run.json": msgspec.json.encode(msgspec.structs.replace(told, **{field: value}))})
    done = inside("verify", "pack.zip", cwd=packed.parent)
    assert done.returncode == 1
    assert f"run.json: {field}: " in done.stdout


def test_a_clause_left_out_and_a_profile_made_milder_are_named(packed: Path, inside: Inside) -> None:
    told = msgspec.json.decode(contents(packed)["run.json"], type=Run)
    milder = msgspec.structs.replace(told.profiles[0], clauses=told.profiles[0].clauses[:-1])
    gone = told.profiles[0].clauses[-1]
    forged = msgspec.structs.replace(told, clauses=told.clauses[:-1], profiles=(milder,))
    repacked(packed, {"run.json": msgspec.json.encode(forged)})
    done = inside("verify", "pack.zip", cwd=packed.parent)
    assert done.returncode == 1
    assert f"run.json: profile {milder.id}@{milder.version}: not what this version of it says here" in done.stdout
    repacked(packed, {"run.json": msgspec.json.encode(msgspec.structs.replace(told, clauses=told.clauses[:-1]))})
    done = inside("verify", "pack.zip", cwd=packed.parent)
    assert (done.returncode, done.stdout.startswith(f"vn-base {gone.id}: –; ")) == (1, True)


def test_a_run_of_several_vantages_agrees_under_its_own_quorum(tmp_path: Path, inside: Inside) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        packed = RECORDED.read_bytes()
        lines = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read().decode()
        facts = lines.replace('{"kind":"scan",', f'{{"kind":"scan","vantage":"{name}",', 1)
        (tmp_path / name / FACTS_FILE).write_bytes(zstandard.ZstdCompressor().compress(facts.encode()))
    done = inside("merge", "a", "b", "-o", "merged", "--quorum", "2", "--profile", "vn-base", cwd=tmp_path)
    assert done.returncode in (0, 1, 3), done.stderr
    assert read_run(tmp_path / "merged" / "run.json").quorum == 2
    assert inside("pack", "merged", "-o", "pack.zip", cwd=tmp_path).returncode == 0
    done = inside("verify", "pack.zip", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_run_without_facts_is_no_evidence(run: Path, inside: Inside) -> None:
    (run / FACTS_FILE).unlink()
    done = inside("pack", "run", "-o", "pack.zip", cwd=run.parent)
    assert done.returncode == 2
    assert "no facts" in done.stderr
    assert not (run.parent / "pack.zip").exists()


# -- archives of strangers


def entry(name: str, mode: int = stat.S_IFREG | 0o644, method: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo("placeholder", (1980, 1, 1, 0, 0, 0))
    made.filename = name
    made.create_system = 3
    made.external_attr = mode << 16
    made.compress_type = method
    return made


def with_entry(made: zipfile.ZipInfo, content: bytes = b"x") -> Callable[[bytes], bytes]:
    def change(archive: bytes) -> bytes:
        held = io.BytesIO(archive)
        with zipfile.ZipFile(held, "a") as opened:
            opened.writestr(made, content)
        return held.getvalue()

    return change


def twice(archive: bytes) -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return with_entry(entry("run.json"))(archive)


def encrypted(archive: bytes) -> bytes:
    at = archive.rindex(b"PK\x01\x02")
    return archive[: at + 8] + b"\x01\x00" + archive[at + 10 :]


def overlapping(archive: bytes) -> bytes:
    """Let the last entry of the directory begin where the first file lies."""
    at = archive.rindex(b"PK\x01\x02")
    return archive[: at + 42] + struct.pack("<I", 10) + archive[at + 46 :]


def longer_than_it_is(archive: bytes) -> bytes:
    at = archive.rindex(b"PK\x01\x02")
    size = struct.pack("<I", 0x7FFFFFFF)
    return archive[: at + 20] + size + size + archive[at + 28 :]


def huge_directory(archive: bytes) -> bytes:
    return archive[:-10] + struct.pack("<I", 0x7FFFFFFF) + archive[-6:]


def zip64(archive: bytes) -> bytes:
    return archive[:-14] + b"\xff\xff\xff\xff" + b"\xff" * 8 + b"\0\0"


def with_comment(archive: bytes) -> bytes:
    return archive[:-2] + b"\x04\x00abcd"


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "climbs out": (with_entry(entry("../../etc/cron.d/x")), "not a plain relative name|leads out"),
    "climbs out on the way": (with_entry(entry("a/../../x")), "not a plain relative name|leads out"),
    "absolute": (with_entry(entry("/etc/passwd")), "not a plain relative name"),
    "of a drive": (with_entry(entry("C:/x")), "not a plain relative name"),
    "backslashes": (with_entry(entry("..\\x")), "not a plain relative name"),
    "hidden": (with_entry(entry(".ssh/authorized_keys")), "hidden"),
    "control characters": (with_entry(entry("a\x1b[31mb")), "not a plain relative name"),
    "long": (with_entry(entry("a" * 400)), "not a plain relative name"),
    "a link": (with_entry(entry("link", stat.S_IFLNK | 0o777), b"/etc/passwd"), "no plain file"),
    "a device": (with_entry(entry("zero", stat.S_IFCHR | 0o666)), "no plain file"),
    "a folder": (with_entry(entry("folder/", stat.S_IFDIR | 0o755), b""), "not a plain relative name|no plain file"),
    "a bomb": (with_entry(entry("zeros", method=zipfile.ZIP_DEFLATED), b"\0" * 10_000_000), "compressed"),
    "twice": (twice, "twice"),
    "twice where case does not count": (with_entry(entry("RUN.json")), "twice"),
    "encrypted": (encrypted, "encrypted"),
    "upon another": (overlapping, "lies upon another"),
    "longer than it is": (longer_than_it_is, "beyond the archive's end"),
    "huge directory": (huge_directory, "more than a pack has"),
    "zip64": (zip64, "more than a pack has"),
    "with a comment": (with_comment, "does not end with"),
    "cut off": (lambda archive: archive[:-30], "does not end with"),
    "empty": (lambda _: b"", "does not end with"),
    "something else": (lambda _: b"%PDF-1.7" * 100, "does not end with"),
    "no directory": (lambda archive: archive[-22:], "no pack|more than"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_are_refused(name: str, packed: Path, inside: Inside) -> None:
    change, words = HOSTILE[name]
    before = sorted(packed.parent.parent.rglob("*"))
    packed.write_bytes(change(packed.read_bytes()))
    done = inside("verify", "pack.zip", cwd=packed.parent)
    assert done.returncode == 2, done.stderr
    assert any(word in done.stderr for word in words.split("|")), done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    assert sorted(packed.parent.parent.rglob("*")) == before


def test_ten_sparse_gigabytes_are_refused_unread(packed: Path, inside: Inside) -> None:
    with packed.open("r+b") as file:
        file.truncate(10 * 1024**3)
    done = inside("verify", "pack.zip", cwd=packed.parent)
    assert done.returncode == 2
    assert "more than a pack may have" in done.stderr


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"run.json": b"[]"}, "no run of netaudit"),
        ({"run.json": b"[" * 100_000}, "no run of netaudit"),
        ({FACTS_FILE: b"\x28\xb5\x2f\xfd" + b"\0" * 50}, FACTS_FILE),
        ({FACTS_FILE: b"nonsense"}, "neither zstd nor JSON lines"),
    ],
)
def test_broken_contents_are_told(changed: dict[str, bytes], words: str, packed: Path, inside: Inside) -> None:
    repacked(packed, changed)
    done = inside("verify", "pack.zip", cwd=packed.parent)
    assert done.returncode == 2
    assert words in done.stderr


def test_only_safe_names_are_packed(tmp_path: Path, run: Path) -> None:
    manifest = Manifest(
        schema=0, tool="", run="", started=0.0, judged_by="", profiles=(), catalogue_sha256="", checks={}, files={}
    )
    for name in ("../x", "/x", "a//b", "a b", "", ".", "x/.", "ệ"):
        with pytest.raises(PackError, match="can't be packed"):
            write_pack(tmp_path / "x.zip", manifest, {name: b""})
    assert not (tmp_path / "x.zip").exists()
    written = write_pack(tmp_path / "x.zip", manifest, {"a/b.txt": b"1", "a/c.txt": b""})
    assert written.files["a/b.txt"] == PackedFile(size=1, sha256=hashlib.sha256(b"1").hexdigest())
    with PackReader(tmp_path / "x.zip") as reader:
        assert list(reader.problems()) == []
        assert reader.manifest == written
    assert read_run(run / "run.json").results
