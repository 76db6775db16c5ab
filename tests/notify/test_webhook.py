"""Webhooks: signed so that the receiver can tell, sent to the one who was meant, and bounded."""

import base64
import hashlib
import hmac
from pathlib import Path

import msgspec
import pytest

from netaudit.notify.failures import SendFailure
from netaudit.notify.secrets import Secret
from netaudit.notify.settings import SecretPlace, Webhook
from netaudit.notify.state import Message
from netaudit.notify.webhook import post, signature
from tests.notify.receivers import Certificates, HookReceiver, listening

SECRET = "hook-secret-of-the-test"
MESSAGE = Message(
    key="0123456789abcdef0123456789abcdef", route="all", way="webhook", place="hook", created=1_000.0, language="vi",
    subject="x", text='{"event":"netaudit.news","name":"Lâm Đồng"}',
)  # fmt: skip
NOW = 1_795_000_000.7


def hook(url: str, *roots: str) -> Webhook:
    return Webhook(url=url, secret=SecretPlace(environment="HOOK"), roots=roots)


def send(webhook: Webhook, folder: Path = Path("."), secret: str = SECRET, at: float = NOW) -> None:
    post(MESSAGE, webhook, lambda: Secret(secret), folder, at)


def checked(secret: bytes, headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, by the text of Standard Webhooks."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in headers["webhook-signature"].split(" ")


def test_a_receiver_can_tell_who_sent_it_and_when() -> None:
    receiver = HookReceiver()
    with listening(receiver.serve) as port:
        send(hook(f"http://127.0.0.1:{port}/a/way?x=1"))
    (got,) = receiver.requests
    assert got.target == "/a/way?x=1" and got.body == MESSAGE.text.encode()
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == got.headers["idempotency-key"] == MESSAGE.key
    assert got.headers["webhook-timestamp"] == "1795000000"
    assert checked(SECRET.encode(), got.headers, got.body)
    assert not checked(SECRET.encode(), got.headers, got.body + b" ")
    assert not checked(SECRET.encode(), {**got.headers, "webhook-timestamp": "1795000001"}, got.body)
    assert not checked(b"another", got.headers, got.body)
    assert SECRET not in str(got)


def test_a_message_sent_again_has_its_id_and_another_time() -> None:
    receiver = HookReceiver([b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
    with listening(receiver.serve) as port:
        webhook = hook(f"http://127.0.0.1:{port}/")
        with pytest.raises(SendFailure) as failed:
            send(webhook)
        assert not failed.value.lasting
        send(webhook, at=NOW + 60)
    first, second = (request.headers for request in receiver.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60
    assert first["webhook-signature"] != second["webhook-signature"]


def test_the_signature_of_the_specifications_own_example() -> None:
    """The vector that the reference libraries of Standard Webhooks are tested with."""
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "lasting"),
    [(200, None), (299, None), (301, True), (307, True), (400, True), (401, True), (404, True), (410, True),
     (408, False), (425, False), (429, False), (500, False), (503, False)],
)  # fmt: skip
def test_what_an_answer_means(status: int, lasting: bool | None) -> None:
    receiver = HookReceiver(
        [f"HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n".encode()]
    )
    with listening(receiver.serve) as port:
        if lasting is None:
            send(hook(f"http://127.0.0.1:{port}/"))
        else:
            with pytest.raises(SendFailure, match=f"HTTP status {status}") as failed:
                send(hook(f"http://127.0.0.1:{port}/"))
            assert failed.value.lasting is lasting
    assert len(receiver.requests) == 1, "no redirect is followed"


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    endless = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n" + b"a" * 10_000_000
    receiver = HookReceiver([endless])
    with listening(receiver.serve) as port:
        send(hook(f"http://127.0.0.1:{port}/"))
    bomb = HookReceiver([b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"])
    with listening(bomb.serve) as port:
        send(hook(f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab"])
def test_a_broken_answer_is_a_failure_that_may_pass(answer: bytes) -> None:
    receiver = HookReceiver([answer])
    with listening(receiver.serve) as port, pytest.raises(SendFailure) as failed:
        send(hook(f"http://127.0.0.1:{port}/secret-in-the-path"))
    assert not failed.value.lasting and "secret" not in str(failed.value)


def test_nobody_there() -> None:
    with listening(HookReceiver().serve) as port:
        pass
    with pytest.raises(SendFailure) as failed:
        send(hook(f"http://127.0.0.1:{port}/secret-in-the-path"))
    assert not failed.value.lasting and "secret" not in str(failed.value)


def test_only_the_server_that_is_meant_is_believed(tmp_path: Path) -> None:
    ours, strangers = Certificates(tmp_path), Certificates(tmp_path / ".." / tmp_path.name)
    ours.authority.cert_pem.write_to_path(tmp_path / "ours.pem")
    for context, roots, fine in (
        (ours.context("localhost"), ("ours.pem",), True),
        (ours.context("localhost"), (), False),
        (ours.context("other.example"), ("ours.pem",), False),
        (strangers.context("localhost"), ("ours.pem",), False),
    ):
        receiver = HookReceiver()
        with listening(receiver.serve, context) as port:
            if fine:
                send(hook(f"https://localhost:{port}/", *roots), tmp_path)
            else:
                with pytest.raises(SendFailure):
                    send(hook(f"https://localhost:{port}/", *roots), tmp_path)
        assert len(receiver.requests) == int(fine), "not an octet to anybody else"


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, receiver = HookReceiver(), HookReceiver()
    with listening(proxy.serve) as elsewhere, listening(receiver.serve) as port:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{elsewhere}")
        send(hook(f"http://127.0.0.1:{port}/"))
    assert (len(proxy.requests), len(receiver.requests)) == (0, 1)


def test_a_secret_that_is_none_is_told_without_being_shown() -> None:
    with pytest.raises(SendFailure) as failed:
        signature(Secret("whsec_not base64!"), "id", 1, b"")
    assert "not base64" not in str(failed.value)


def test_a_webhook_in_a_state_file_has_no_secret() -> None:
    assert SECRET not in msgspec.json.encode(MESSAGE).decode()
