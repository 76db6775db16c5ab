"""The notify file: every problem with its line, no secret in it, and secrets that are well kept."""

import re
from pathlib import Path

import pytest

from netaudit.inventory import InventoryError
from netaudit.notify.owners import unknown_selectors
from netaudit.notify.secrets import Secret, SecretError, environment_secret, read_secret
from netaudit.notify.settings import NotifyFile, load_notify_file
from tests.notify.nights import night

ROOT = Path(__file__).parents[2]
GOOD = """\
schema: 1
smtp: {host: mail.example, sender: a@example.net, username: a, password: {file: secret}}
webhooks:
  hook: {url: 'https://hook.example/x', secret: {environment: HOOK}}
routes:
- {name: all, to: [b@example.net], webhook: hook, units: [da-lat, 'tier:commune']}
"""


def load(folder: Path, text: str) -> NotifyFile:
    path = folder / "notify.yaml"
    path.write_text(text, encoding="utf-8")
    return load_notify_file(path)


def test_a_good_file(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)
    assert found.smtp is not None and found.smtp.target_port == 587
    assert found.expiry_days == (30, 14, 7, 1)


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (("to: [b@example.net], webhook: hook, ", ""), 6, "needs `to` or `webhook`"),
        (("webhook: hook,", "webhook: hok,"), 6, "no webhook is called hok"),
        (("b@example.net]", "'b@example.net\\r\\nBcc: c@d.e']"), 6, ""),
        (("b@example.net]", "b]"), 6, ""),
        (("'tier:commune'", "'level:commune'"), 6, "tier:ID"),
        (("smtp: {host: mail.example, ", "smtp: {host: mail.example, security: none, "), 2, "without TLS"),
        ((", password: {file: secret}", ""), 2, "belong together"),
        (("{file: secret}", "{file: a, environment: B}"), 2, "`file` or `environment`"),
        (("{file: secret}", "secret"), 2, "expected keys"),
        (("https://hook", "http://hook"), 4, "without TLS"),
        (("https://hook", "ftp://hook"), 4, "https://"),
        (("https://hook", "https://u:p@hook"), 4, "password has no place"),
        (("https://hook.example/x", "https://[x"), 4, "https://"),
        (("name: all", "nam: all"), 6, "name"),
        (("schema: 1", "schema: 2"), 1, ""),
    ],
)  # fmt: skip
def test_a_problem_has_its_line(tmp_path: Path, change: tuple[str, str], line: int, told: str) -> None:
    with pytest.raises(InventoryError) as found:
        load(tmp_path, GOOD.replace(*change))
    assert any(problem.line == line and told in str(problem) for problem in found.value.problems), str(found.value)


def test_two_routes_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="two routes are called all"):
        load(tmp_path, GOOD + "- {name: all, to: [c@example.net]}\n")


@pytest.mark.parametrize("url", ["http://localhost:8080/", "http://127.0.0.1/", "http://[::1]:1/"])
def test_this_machine_may_be_asked_without_tls(tmp_path: Path, url: str) -> None:
    assert load(tmp_path, GOOD.replace("https://hook.example/x", url)).webhooks["hook"].url == url


def test_plain_http_has_to_be_wanted(tmp_path: Path) -> None:
    wanted = GOOD.replace("'https://hook.example/x'", "'http://hook.example/x', plain_http: true")
    assert load(tmp_path, wanted).webhooks["hook"].plain_http


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="can't be read"):
        load_notify_file(tmp_path / "none.yaml")


def test_units_that_the_inventory_lacks() -> None:
    assert unknown_selectors(night(0, {}), ["da-lat", "tier:commune", "under:ubnd-tinh", "all"]) == []
    assert unknown_selectors(night(0, {}), ["da-lt", "tier:comune", "under:x"]) == ["da-lt", "tier:comune", "under:x"]


@pytest.mark.parametrize("document", ["docs/guide.md", "docs/guide.vi.md", "docs/monitoring.md"])
def test_the_notify_files_of_the_documents_are_good(tmp_path: Path, document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.findall(r"```yaml\n(schema: 1\nsmtp.*?)```", text, re.DOTALL)
    assert len(found) == 1
    load(tmp_path, found[0])


def secret(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_secret_is_one_line_that_others_can_not_read(tmp_path: Path) -> None:
    assert read_secret(secret(tmp_path, "mật khẩu\r\n".encode())).reveal() == "mật khẩu"
    assert read_secret(secret(tmp_path, b"x", 0o440)).reveal() == "x"
    for content, mode in (
        (b"x", 0o604), (b"x", 0o602), (b"", 0o600), (b"\n", 0o600), (b"a\nb", 0o600), (b"\xff", 0o600),
        (b"a" * 5_000, 0o600),
    ):  # fmt: skip
        with pytest.raises(SecretError) as failed:
            read_secret(secret(tmp_path, content, mode))
        assert "aaaa" not in str(failed.value)
    with pytest.raises(SecretError):
        read_secret(tmp_path)
    with pytest.raises(SecretError):
        read_secret(tmp_path / "none")


def test_a_secret_of_the_environment() -> None:
    assert environment_secret("X", {"X": "y"}).reveal() == "y"
    for values in ({}, {"X": ""}, {"X": "a\nb"}):
        with pytest.raises(SecretError):
            environment_secret("X", values)


def test_a_secret_shows_itself_nowhere() -> None:
    assert "hush" not in repr(Secret("hush")) + str(Secret("hush")) + f"{Secret('hush')}"
