"""The lock of a folder: who holds it is told, and the dead hold nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from netaudit.store.lock import LOCK_FILE, Lock, LockedError
from netaudit.store.runfolder import RunFolder, RunFolderError

HOLD = """
import sys
from pathlib import Path
from netaudit.store.lock import Lock
lock = Lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_living_are_named_and_the_dead_are_no_obstacle(holder: "subprocess.Popen[str]", tmp_path: Path) -> None:
    with holder:
        with pytest.raises(LockedError) as caught:
            Lock(tmp_path)
        assert f"process {holder.pid} on {os.uname().nodename}, since 2" in str(caught.value)
        with pytest.raises(RunFolderError, match=f"process {holder.pid}"):
            RunFolder.create(tmp_path)
        holder.kill()
    assert (tmp_path / LOCK_FILE).exists()
    Lock(tmp_path).release()
    assert RunFolder.create(tmp_path).path == tmp_path


def test_a_folder_with_nothing_but_a_lock_is_empty_and_one_with_documents_stays_as_it_is(tmp_path: Path) -> None:
    Lock(tmp_path).release()
    RunFolder.create(tmp_path)
    other = tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(RunFolderError, match="no former run"):
        RunFolder.create(other)
    assert [path.name for path in other.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("note", [b"", b"{", b'{"pid": 1}', b"\xff" * 9_000, b'{"pid":1,"host":"a","since":1e300}'])
def test_whatever_the_file_says_the_lock_decides(note: bytes, tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_bytes(note)
    Lock(tmp_path).release()


def test_what_a_note_says_is_told_without_control_characters(holder: "subprocess.Popen[str]", tmp_path: Path) -> None:
    with holder:
        (tmp_path / LOCK_FILE).write_bytes(b'{"pid":7,"host":"\\u001b[31mred","since":0}')
        with pytest.raises(LockedError) as caught:
            Lock(tmp_path)
        assert "\x1b" not in str(caught.value)
        (tmp_path / LOCK_FILE).write_bytes(b"nonsense")
        with pytest.raises(LockedError, match="another netaudit is writing there; wait"):
            Lock(tmp_path)
        holder.kill()
