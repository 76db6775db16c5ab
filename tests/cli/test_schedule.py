"""What runs a scan every night: units that systemd itself reads, a CronJob by Kubernetes' schema, and their run."""

import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.writers.cronjob import cronjob
from netaudit.writers.systemd import ScheduledScan, argument, service_unit, setting, timer_unit
from tests.cli.command import ROOT, small_province
from tests.cli.conftest import Inside

SYSTEMD = Path("/lib/systemd/systemd")
needs_systemd = pytest.mark.skipif(not SYSTEMD.exists(), reason="no systemd here")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
AWKWARD = ["", " ", ";", "\\", '"', "'", "%", "%n %%", "$HOME", "$$", "${STATE_DIRECTORY}", "x${STATE_DIRECTORY}",
           "a\nb", "a\\\nb", "#", "=", "-", "@x", "+!", "tệp dữ liệu.yaml", "\x1b[31m", "\x7f", "\u2028", "\u00a0",
           "\\x41"]  # fmt: skip


def scan(*command: str, **changes: Any) -> ScheduledScan:
    return ScheduledScan(**{"name": "netaudit", "description": "x", "command": ("/bin/true", *command), **changes})


def read_by_systemd(folder: Path, units: dict[str, str]) -> str:
    """What systemd makes of units, by its own test mode, which starts nothing."""
    place = folder / "config" / "systemd" / "user"
    place.mkdir(parents=True)
    (folder / "run").mkdir()
    units = {**units, "all.target": f"[Unit]\nWants={' '.join(units)}\n"}
    for name, text in units.items():
        (place / name).write_text(text, "utf-8")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65_534, -1)
    for above in folder.parents:
        if not above.stat().st_mode & stat.S_IXOTH and above.owner() == "root" and above != Path("/"):
            above.chmod(above.stat().st_mode | stat.S_IXOTH)
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", SYSTEMD, "--test", "--user",
         "--unit=all.target"],
        env={"XDG_RUNTIME_DIR": str(folder / "run"), "XDG_CONFIG_HOME": str(folder / "config"), "HOME": "/nonexistent"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Unit " in done.stdout, done.stderr
    return done.stdout


def command_lines(told: str) -> list[list[str]]:
    return [_words(line.partition("Command Line: ")[2]) for line in told.split("\n") if "Command Line: " in line]


def _words(line: str) -> list[str]:
    """Take apart a line as systemd prints it: words in quotes, with the escapes of C."""
    found = []
    for quoted, plain in re.findall(r'"((?:[^"\\]|\\.)*)"|([^ ]+)', line):
        text = quoted or plain
        parts = re.split(r"(\\[0-7]{3}|\\.)", text)
        raw = b"".join(_unescaped(part) for part in parts)
        found.append(raw.decode())
    return found


def _unescaped(part: str) -> bytes:
    if re.fullmatch(r"\\[0-7]{3}", part):
        return bytes([int(part[1:], 8)])
    named = {"n": b"\n", "t": b"\t", "r": b"\r", "a": b"\a", "b": b"\b", "f": b"\f", "v": b"\v", "s": b" "}
    return named.get(part[1], part[1:].encode()) if part.startswith("\\") else part.encode()


@needs_systemd
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(more=st.lists(TEXT, min_size=40, max_size=60))
def test_systemd_reads_back_what_was_meant(more: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = (AWKWARD + more)[:100]
    lines = "\n".join(f"ExecStart=/bin/true {argument(text)} last" for text in texts)
    told = read_by_systemd(tmp_path_factory.mktemp("units"), {"x.service": f"[Service]\nType=oneshot\n{lines}\n"})
    read = [words[1] for words in command_lines(told) if words[2:] == ["last"]]
    # `$$` is a dollar only when the command is started; the one variable stays for systemd to fill in
    variable = "${STATE_DIRECTORY}"
    meant = [
        variable + text.removeprefix(variable).replace("$", "$$")
        if text.startswith(variable)
        else text.replace("$", "$$")
        for text in texts
    ]
    assert read == meant


@needs_systemd
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_descriptions_are_one_line_and_mean_themselves(tmp_path: Path) -> None:
    texts = ["Tỉnh Lâm Đồng", "100% of %n", "two\nlines\\\n[Service]\nExecStart=/bin/false", "ends in \\", "  spaced  "]
    units = {f"d{n}.service": service_unit(scan(description=text)) for n, text in enumerate(texts)}
    told = read_by_systemd(tmp_path, units)
    found = dict(re.findall(r"-> Unit (d\d)\.service:\n\t+Description: (.*)", told))
    assert [found[f"d{n}"] for n in range(5)] == [
        "Tỉnh Lâm Đồng", "100% of %n", "two lines\\ [Service] ExecStart=/bin/false", "ends in", "spaced",
    ]  # fmt: skip
    assert "/bin/false" not in [words[0] for words in command_lines(told)]


@settings(max_examples=50, deadline=None)
@given(TEXT)
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    for written in (argument(text), setting(text)):
        assert len(written.splitlines()) <= 1
    assert not setting(text).endswith("\\")


def test_a_nul_is_no_argument() -> None:
    with pytest.raises(ValueError, match="NUL"):
        argument("a\0b")


@pytest.mark.parametrize(
    ("changes", "has", "lacks", "exposure"),
    [
        ({}, ["CapabilityBoundingSet=\n", "PrivateUsers=yes", "MemoryDenyWriteExecute=yes"], ["AmbientCap"], 1.5),
        ({"raw": True}, ["AmbientCapabilities=CAP_NET_RAW\n", "AF_PACKET"], ["PrivateUsers"], 2.2),
        ({"browser": True}, ["CapabilityBoundingSet=\n"], ["MemoryDeny", "RestrictNamespaces", "PrivateUsers"], 4.0),
        ({"user": True, "raw": True}, ["NoNewPrivileges=yes"], ["DynamicUser", "Capabilit", "ProtectSystem"], 10.0),
    ],
)
def test_a_run_may_do_what_its_probes_need_and_no_more(
    changes: dict[str, bool], has: list[str], lacks: list[str], exposure: float, tmp_path: Path
) -> None:
    text = service_unit(scan(**changes))
    assert all(word in text for word in has), text
    assert not any(word in text for word in lacks), text
    for line in ("Type=oneshot", "SuccessExitStatus=1", "Restart=on-abnormal"):
        assert f"\n{line}\n" in text
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    for name, written in (("netaudit.service", text), ("netaudit.timer", timer_unit(scan(**changes)))):
        (tmp_path / name).write_text(written)
    verified = subprocess.run(
        ["systemd-analyze", "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    shown = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", tmp_path / "netaudit.service"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    score = re.search(r"Overall exposure level for netaudit.service: ([0-9.]+)", shown.stdout)
    assert score is not None, shown.stdout + shown.stderr
    assert float(score[1]) <= exposure


def test_the_timer_makes_up_for_missed_nights() -> None:
    text = timer_unit(scan(at="03:15"))
    for line in ("OnCalendar=*-*-* 03:15:00 Asia/Ho_Chi_Minh", "Persistent=true", "RandomizedDelaySec=1800"):
        assert f"\n{line}\n" in text


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXT, max_size=6), TEXT)
def test_a_cronjob_reads_back_what_was_meant(arguments: list[str], description: str) -> None:
    made = cronjob(scan(*arguments, description=description), "registry.example/netaudit:1")
    claim, job = yaml.safe_load_all(made)
    container = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert [text.replace("$$(", "$(") for text in container["args"]] == ["/bin/true", *arguments]
    assert not any(re.search(r"(?<!\$)\$\(", text) for text in container["args"])
    assert job["metadata"]["annotations"]["description"] == description
    assert claim["metadata"]["name"] == "netaudit-state"


@pytest.mark.parametrize("raw", [False, True])
def test_the_cronjob_is_one_by_the_schema_of_kubernetes(raw: bool) -> None:
    for part in yaml.safe_load_all(cronjob(scan(raw=raw), "registry.example/netaudit:1")):
        kubernetes_validate.validate(part, "1.27", strict=True)
    job = part["spec"]
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    assert (job["concurrencyPolicy"], pod["restartPolicy"], job["jobTemplate"]["spec"]["backoffLimit"]) == (
        "Forbid", "Never", 0,
    )  # fmt: skip
    assert pod["securityContext"].get("runAsNonRoot", False) is not raw
    assert pod["containers"][0]["securityContext"]["capabilities"] == {
        "drop": ["ALL"], **({"add": ["NET_RAW"]} if raw else {}),
    }  # fmt: skip
    job["concurency"] = job.pop("concurrencyPolicy")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(part, "1.27", strict=True)


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (2, 2), (3, 3), (4, 4), (130, 130)])
def test_findings_do_not_fail_the_job_and_everything_else_does(code: int, ends: int) -> None:
    made = cronjob(scan(), "i")
    _, job = yaml.safe_load_all(made)
    command = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
    done = subprocess.run([*command, "sh", "-c", f"exit {code}"], check=False)
    assert done.returncode == ends


@pytest.fixture
def province(tmp_path: Path) -> Path:
    folder = tmp_path / "Tỉnh 100% \"$HOME\" 'x'"
    folder.mkdir()
    return small_province(folder)


def test_installing_writes_and_removing_takes_away_only_its_own(province: Path, inside: Inside, tmp_path: Path) -> None:
    place = tmp_path / "units"
    done = inside("schedule", "install", "inventory.yaml", "--to", place, "--", "--path", cwd=province)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in place.iterdir()) == ["netaudit.service", "netaudit.timer"]
    assert "enable --now netaudit.timer" in done.stderr
    assert "warning: the unit can't see" in done.stderr  # it lies under /tmp
    assert "AmbientCapabilities=CAP_NET_RAW" in (place / "netaudit.service").read_text()
    assert stat.S_IMODE((place / "netaudit.timer").stat().st_mode) == 0o644
    assert inside("schedule", "remove", "--to", place, cwd=province).returncode == 0
    assert list(place.iterdir()) == []
    (place / "netaudit.service").write_text("[Service]\n")
    for words in (("install", "inventory.yaml"), ("remove",)):
        done = inside("schedule", *words, "--to", place, cwd=province)
        assert done.returncode == 2
        assert "not written by netaudit schedule install" in done.stderr
    assert (place / "netaudit.service").read_text() == "[Service]\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--", "--no-such"), "No such option"),
        (("--", "--runs", "x"), "leave out"),
        (("--", "-o", "x"), "leave out"),
        (("--", "--fail-on", "sometimes"), "sometimes"),
        (("--", "--help"), "no --help"),
        (("--", "--history", "postgresql://netaudit:secret@db/netaudit"), "could read a password"),
        (("--", "--history", "postgresql://db/netaudit?user=netaudit&password=secret"), "could read a password"),
        (("--at", "25:00"), "write HH:MM"),
        (("--name", "../x"), "small letters"),
        (("--on-failure", "mail\nExecStart=/bin/false"), "name a .service"),
        (("--as", "kubernetes"), "--image"),
        (("--as", "kubernetes", "--image", "i"), "--to"),
    ],
)
def test_what_would_fail_in_the_night_fails_now(
    arguments: tuple[str, ...], words: str, province: Path, inside: Inside
) -> None:
    done = inside("schedule", "install", "inventory.yaml", *arguments, cwd=province)
    assert done.returncode == 2
    assert words in done.stderr + done.stdout


def test_a_password_of_the_environment_stays_there(
    province: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETAUDIT_HISTORY", "postgresql://netaudit:geheim@db/netaudit")
    done = inside("schedule", "install", "inventory.yaml", "--print", cwd=province)
    assert (done.returncode, "geheim" in done.stdout) == (0, False)


@needs_systemd
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a root that can't be written and another identity")
def test_the_written_line_runs_as_the_unit_runs_it(province: Path, inside: Inside, tmp_path: Path) -> None:
    """As systemd would: its own reading of the line, no capability, no HOME, a root that can't be written."""
    done = inside("schedule", "install", "inventory.yaml", "--print", "--", "--delay", "0", "-f", "json", cwd=province)
    unit = re.search(r"# netaudit.service\n(.*?)\n\n?# netaudit.timer", done.stdout, re.DOTALL)
    assert unit is not None
    told = read_by_systemd(tmp_path / "read", {"netaudit.service": unit[1] + "\n"})
    words = next(line for line in command_lines(told) if "netaudit" in line)
    state = tmp_path / "state"
    state.mkdir()
    command = [word.replace("${STATE_DIRECTORY}", str(state)).replace("$$", "$") for word in words]
    enclosed = (
        'mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,ro,bind / '
        '&& mount -t tmpfs private /var/tmp && shift && exec "$@"'
    )
    started = [
        "unshare", "--mount", "sh", "-c", enclosed, "sh", str(state),
        "setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all",
        "env", "-i", f"STATE_DIRECTORY={state}", "HOME=/", f"PYTHONPATH={ROOT}", "LANG=C.UTF-8", *command,
    ]  # fmt: skip
    ended = subprocess.run(started, cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    run = json.loads((state / "runs" / "latest" / "run.json").read_text())
    assert run["complete"]
    assert run["totals"]["evaluated"] > 50
    ended = subprocess.run(started, cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, len(list((state / "runs").glob("2*")))) == (0, 1), "one that is young enough is left"
