"""The offline bundle's installer and the container file, as far as they can be tried without an index or a registry."""

import re
import subprocess
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALL = ROOT / "packaging" / "install.sh"


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Containerfile").read_text()
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", text))
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


def test_the_container_runs_as_nobody_and_asks_no_index() -> None:
    made = instructions()
    runs = [what for word, what in made if word == "RUN"]
    assert [what for word, what in made if word == "USER"] == ["65532:65532"]
    assert not any("pip " in what or "curl" in what for what in runs)
    assert ("RUN", "/bundle/install.sh /opt/netaudit") in made
    assert [what for word, what in made if word == "COPY"] == [
        "dist/bundle /bundle", "--from=build /opt/netaudit /opt/netaudit",
    ]  # fmt: skip
    assert made[-2:] == [("ENTRYPOINT", '["netaudit"]'), ("CMD", '["--help"]')]
    assert not any(word == "ADD" for word, _ in made)


def test_the_bundle_holds_what_the_installer_installs() -> None:
    extras = re.findall(r"\[(raw[a-z,]*)\]", INSTALL.read_text() + (ROOT / "Makefile").read_text())
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert len(extras) >= 2
    assert {*extras[:1]} == {*(e for e in extras if "pdf" in e)}
    assert {*extras[0].split(",")} <= {*known}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle with spaces"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "x.whl").write_bytes(b"x")
    (folder / "install.sh").write_bytes(INSTALL.read_bytes())
    (folder / "SHA256SUMS").write_text(f"{sha256(b'x').hexdigest()}  wheels/x.whl\n")
    return folder


def installed(bundle: Path, *arguments: Path, python: str = "false") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", bundle / "install.sh", *arguments], capture_output=True, text=True, check=False, cwd="/",
        env={"PATH": "/usr/bin:/bin", "PYTHON": python},
    )  # fmt: skip


def test_a_changed_wheel_is_not_installed(bundle: Path, tmp_path: Path) -> None:
    (bundle / "wheels" / "x.whl").write_bytes(b"y")
    done = installed(bundle, tmp_path / "venv", python="true")
    assert done.returncode == 1
    assert "wheels/x.whl: FAILED" in done.stdout
    assert not (tmp_path / "venv").exists()


def test_nothing_is_installed_over_what_is_there(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    done = installed(bundle, tmp_path / "venv")
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert "name the folder" in installed(bundle).stderr
