"""What a user gets: sdist → wheel → clean environment → a run outside the repository."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_only_netaudit_and_its_metadata_come_with_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    version = wheel.name.split("-")[1]
    assert top == {"netaudit", f"netaudit-{version}.dist-info"}
    for content in ("checks/dnssec/signed.yaml", "checks/profiles/vn-base.yaml", "inventory.yaml", "sample/world.yaml"):
        assert f"netaudit/_content/{content}" in names
    migrations = {path.name for path in (ROOT / "netaudit/store/history/migrations/versions").glob("*.py")}
    assert migrations and migrations <= {Path(name).name for name in names if "/history/migrations/versions/" in name}


@pytest.mark.slow
def test_the_installed_command_works_outside_the_repository(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    purelib = subprocess.run(
        [environment / "bin/python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    zipfile.ZipFile(wheel).extractall(purelib)
    # The dependencies come from the environment that runs the tests; netaudit itself must not.
    Path(purelib, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    work = tmp_path / "elsewhere"
    work.mkdir()

    def netaudit(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [environment / "bin/python", "-m", "netaudit", *arguments],
            cwd=work, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    where = subprocess.run(
        [environment / "bin/python", "-c", "import netaudit; print(netaudit.__file__)"],
        cwd=work, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(environment))
    assert netaudit("checks", "lint").returncode == 0
    demo = netaudit("demo", "--output", "out")
    assert demo.returncode == 0, demo.stderr
    assert (work / "out" / "index.html").is_file()
