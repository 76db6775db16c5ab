import stat
from pathlib import Path

import pytest

from netaudit.store.runfolder import RunFolder, RunFolderError, read_run, write_atomically


def test_a_new_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "a" / "out")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(RunFolderError, match="not empty"):
        RunFolder.create(tmp_path)


def test_a_former_run_is_replaced(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "out")
    folder.writer().close()
    folder.index.write_text("old")
    again = RunFolder.create(tmp_path / "out")
    assert not again.facts.exists()


def test_resume_keeps_the_facts(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "out")
    folder.writer().close()
    assert RunFolder.create(tmp_path / "out", resume=True).facts.exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("x")
    with pytest.raises(RunFolderError, match="is a file"):
        RunFolder.create(target)


def test_an_atomic_write_leaves_the_old_file_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "run.json"
    write_atomically(target, b"old")

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("netaudit.store.runfolder.os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b"[" * 100_000, b"\xff"])
def test_a_broken_run_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(RunFolderError, match=r"run\.json"):
        read_run(path)
