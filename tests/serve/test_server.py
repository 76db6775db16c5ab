"""`netaudit serve` as a process: where it listens, what it refuses, how it ends; and its own description, tried."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import command, environment, netaudit, wait_for

TOKEN = "a-token-of-enough-letters"


@contextmanager
def serving(folder: Path, log: Path, *options: str | Path) -> Iterator[tuple[list[str], subprocess.Popen[str]]]:
    """A server of its own, and the addresses at which it says it is."""
    with log.open("w") as said:
        arguments = command("serve", folder, "--port", "0", *options)
        process = subprocess.Popen(arguments, cwd=log.parent, env=environment(log.parent), stderr=said, text=True)
        try:
            wait_for(lambda: "http://" in log.read_text() and answers(log.read_text().split()[0]), process)
            yield [word for word in log.read_text().split() if word.startswith("http://")], process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(10)


def answers(url: str) -> bool:
    try:
        get(url, "/openapi.json")
    except OSError:
        return False
    return True


def endpoint(url: str) -> tuple[str, int]:
    place = urlsplit(url)
    return place.hostname or "", place.port or 0


def get(url: str, path: str, **headers: str) -> tuple[int, bytes]:
    place = urlsplit(url)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_it_listens_on_loopback_in_both_families_and_ends_in_peace(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "log") as (urls, process):
        assert [urlsplit(url).hostname for url in urls] == ["127.0.0.1", "::1"][: len(urls)]
        for url in urls:
            status, body = get(url, "/api/v1/runs")
            assert status == 200 and b"khanh-hoa" in body
        assert get(urls[0], "/reports/tonight/")[0] == 200
        listening = subprocess.run(["ss", "-Htlnp"], capture_output=True, text=True, check=False).stdout
        ours = [line for line in listening.splitlines() if f"pid={process.pid}," in line]
        assert all(line.split()[3].rpartition(":")[0] in ("127.0.0.1", "[::1]") for line in ours)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_an_answer_under_way_is_finished_when_it_ends(library: Path, tmp_path: Path) -> None:
    with serving(library, tmp_path / "log") as (urls, process):
        with socket.create_connection(endpoint(urls[0]), timeout=10) as held:  # noqa: TID251
            held.sendall(b"GET /reports/tonight/run.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            received = held.recv(1_000)
            process.send_signal(signal.SIGTERM)
            while chunk := held.recv(65_536):
                received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200") and b"server:" not in head.lower()
        assert body == (library / "tonight" / "run.json").read_bytes()
        assert process.wait(10) == 0


def test_heads_without_end_are_cut_off(library: Path, tmp_path: Path) -> None:
    with (
        serving(library, tmp_path / "log") as (urls, _process),
        socket.create_connection(endpoint(urls[0]), timeout=10) as held,  # noqa: TID251
    ):
        held.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        with pytest.raises(OSError):
            for _ in range(1_000):
                held.sendall(b"X-Filler: " + b"a" * 1_000 + b"\r\n")
                time.sleep(0.001)


def secret_file(folder: Path, text: str = TOKEN, mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_text(text + "\n")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--bind", "0.0.0.0"], "--behind-proxy"),
        (["--bind", "::"], "--behind-proxy"),
        (["--bind", "127.0.0.1", "--bind", "192.0.2.1"], "--behind-proxy"),
        (["--bind", "localhost"], "not an IP address"),
    ],
)  # fmt: skip
def test_it_does_not_stand_open_to_the_network_by_mistake(
    library: Path, tmp_path: Path, options: list[str], told: str
) -> None:
    done = netaudit("serve", library, "--port", "0", *options, cwd=tmp_path)
    assert done.returncode == 2 and told in done.stderr


def test_a_token_that_everybody_can_read_or_guess_is_none(library: Path, tmp_path: Path) -> None:
    for text, mode, told in ((TOKEN, 0o644, "chmod"), ("short", 0o600, "16 characters"), ("", 0o600, "one line")):
        done = netaudit("serve", library, "--token-file", secret_file(tmp_path, text, mode), cwd=tmp_path)
        assert done.returncode == 2 and told in done.stderr
        assert TOKEN not in done.stderr


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    done = netaudit("serve", "nowhere", cwd=tmp_path)
    assert done.returncode == 2 and "nowhere: no such folder" in done.stderr


@pytest.mark.parametrize(("what", "word"), [("dashboard", '"schemaVersion"'), ("alerts", "NetauditScanMissing")])
def test_what_belongs_to_the_metrics_can_be_had(tmp_path: Path, what: str, word: str) -> None:
    done = netaudit("serve", "--show", what, cwd=tmp_path)
    assert done.returncode == 0 and word in done.stdout


def test_it_does_what_its_description_says(library: Path, tmp_path: Path) -> None:
    """Schemathesis makes requests of all kinds from the description. NETAUDIT_API_EXAMPLES: more of them."""
    program = Path(sys.executable).with_name("schemathesis")
    examples = os.environ.get("NETAUDIT_API_EXAMPLES", "3")
    with serving(library, tmp_path / "log", "--token-file", secret_file(tmp_path)) as (urls, _process):
        assert get(urls[0], "/api/v1/runs")[0] == 401
        done = subprocess.run(
            [
                program, "--config-file", Path(__file__).with_name("schemathesis.toml"), "run",
                f"{urls[0]}openapi.json", "--max-examples", examples, "--seed", "1", "--no-color",
                "--header", f"Authorization: Bearer {TOKEN}",
            ],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6_000:]
    assert "Tested: 7" in done.stdout and "No issues found" in done.stdout
    assert TOKEN not in (tmp_path / "log").read_text()
