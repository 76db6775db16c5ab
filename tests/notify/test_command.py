"""`netaudit notify` and `netaudit scan --notify`, as processes that speak to receivers on loopback."""

import os
from pathlib import Path

import msgspec
import pytest

from netaudit.model.run import Run
from tests.cli.command import environment, netaudit, small_province
from tests.notify.nights import DNS, WEB, night
from tests.notify.receivers import Certificates, HookReceiver, MailReceiver, listening

SECRET = "hook-secret-of-the-test"
PASSWORD = "password-of-the-test"


def write_run(folder: Path, run: Run) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_bytes(msgspec.json.encode(run))
    return folder


def write_notify_file(folder: Path, mail: int, hook: int) -> None:
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "password").chmod(0o600)
    (folder / "notify.yaml").write_text(
        f"""\
schema: 1
smtp:
  host: localhost
  port: {mail}
  sender: a@example.net
  roots: [roots.pem]
  username: a
  password: {{file: password}}
webhooks: {{hook: {{url: 'http://127.0.0.1:{hook}/', secret: {{environment: NETAUDIT_TEST_HOOK}}}}}}
routes:
- {{name: all, to: [b@example.net], webhook: hook, severity: low}}
""",
        encoding="utf-8",
    )


@pytest.fixture(autouse=True)
def hook_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETAUDIT_TEST_HOOK", SECRET)


def test_two_nights(tmp_path: Path) -> None:
    mail = MailReceiver(tls=Certificates(tmp_path).context("localhost"))
    hook = HookReceiver()
    with listening(mail.serve) as mail_port, listening(hook.serve) as hook_port:
        write_notify_file(tmp_path, mail_port, hook_port)
        out = write_run(tmp_path / "out", night(0, {DNS: "fail"}))
        shown = netaudit("notify", "out", "--dry-run", cwd=tmp_path)
        assert shown.returncode == 0 and "Tỉnh Lâm Đồng: 1 lỗi" in shown.stdout
        assert not (tmp_path / "notify-state").exists() and mail.said == []
        first = netaudit("notify", "out", cwd=tmp_path)
        again = netaudit("notify", "out/run.json", "--lang", "en", cwd=tmp_path)
        write_run(out, night(1, {WEB: "fail"}))
        second = netaudit("notify", "out", "--lang", "en", cwd=tmp_path)
    assert [done.returncode for done in (first, again, second)] == [0, 0, 0]
    assert "sent: 0" in again.stderr and "sent: 2" in second.stderr
    assert len(mail.letters) == len(hook.requests) == 2
    everything = "".join(done.stdout + done.stderr for done in (shown, first, again, second))
    everything += (tmp_path / "notify-state" / "state.json").read_text()
    assert SECRET not in everything and PASSWORD not in everything


def test_what_can_not_be_sent_is_kept_and_the_exit_code_says_so(tmp_path: Path) -> None:
    Certificates(tmp_path)
    mail = MailReceiver()  # without TLS: it gets nothing
    hook = HookReceiver([b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"])
    write_run(tmp_path / "out", night(0, {DNS: "fail"}))
    with listening(mail.serve) as mail_port, listening(hook.serve) as hook_port:
        write_notify_file(tmp_path, mail_port, hook_port)
        done = netaudit("notify", "out", "--lang", "en", cwd=tmp_path)
    assert done.returncode == 4
    assert "sent: 0, kept for the next time: 2" in done.stderr
    assert "STARTTLS" in done.stderr and "HTTP status 404" in done.stderr
    assert mail.letters == [] and not any(PASSWORD in line for line in mail.said)


def test_what_is_wrong_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    Certificates(tmp_path)
    write_run(tmp_path / "out", night(0, {DNS: "fail"}))
    done = netaudit("notify", "out", cwd=tmp_path)
    assert done.returncode == 2 and "notify.yaml: no such notify file" in done.stderr
    write_notify_file(tmp_path, 1, 1)
    text = (tmp_path / "notify.yaml").read_text()
    (tmp_path / "notify.yaml").write_text(text.replace("webhook: hook,", "webhook: hook, units: [da-lt],"))
    done = netaudit("notify", "out", cwd=tmp_path)
    assert done.returncode == 2 and "route all: the inventory has no da-lt" in done.stderr
    (tmp_path / "notify.yaml").write_text(text)
    (tmp_path / "notify-state").mkdir()
    (tmp_path / "notify-state" / "state.json").write_text("{")
    done = netaudit("notify", "out", cwd=tmp_path)
    assert done.returncode == 2 and "this is no state of notifications" in done.stderr


def test_a_scan_tells_and_keeps_its_exit_code(tmp_path: Path) -> None:
    small_province(tmp_path, "{id: het-han, kind: expired_signature, zone: tinh.vn}")
    mail = MailReceiver(tls=Certificates(tmp_path).context("localhost"), replies={"RCPT": "550 5.1.1 no such user"})
    hook = HookReceiver()
    with listening(mail.serve) as mail_port, listening(hook.serve) as hook_port:
        write_notify_file(tmp_path, mail_port, hook_port)
        scan = ("scan", "--target", "tinh.vn", "-q", "--lang", "en", "-f", "json")
        told = netaudit(*scan, "-o", "told", "--notify", "notify.yaml", cwd=tmp_path)
        wrong = netaudit(*scan, "-o", "wrong", "--notify", "none.yaml", cwd=tmp_path)
    assert told.returncode == 1, "an expired signature, and not what could not be sent"
    assert "notifications: sent: 1, kept for the next time: 1" in told.stderr and "no such user" in told.stderr
    assert len(hook.requests) == 1
    assert wrong.returncode == 2 and not (tmp_path / "wrong").exists(), "what is mistyped is said before the scan"
    assert os.environ["NETAUDIT_TEST_HOOK"] == environment(tmp_path)["NETAUDIT_TEST_HOOK"]
