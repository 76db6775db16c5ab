"""Receivers that say an octet at a time keep within every limit of a step, and must not hold up a night."""

import asyncio
import time
from pathlib import Path

import pytest

from netaudit.notify import outbox, webhook
from netaudit.notify.failures import SendFailure
from netaudit.notify.outbox import Postman
from netaudit.notify.settings import NotifyFile, SecretPlace, Smtp, Webhook
from netaudit.notify.state import Message
from tests.notify.receivers import Handler, listening


def dripping(said: bytes) -> Handler:
    """Says something at once, and then an octet every 20 ms for ten seconds."""

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        try:
            for _ in range(500):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.02)
        except OSError:
            pass
        finally:
            writer.close()

    return serve


def postman(port: int) -> Postman:
    settings = NotifyFile(
        schema=1,
        routes=(),
        smtp=Smtp(host="localhost", port=port, sender="netaudit@tinh.vn", security="none"),
        webhooks={"hook": Webhook(url=f"http://127.0.0.1:{port}/", secret=SecretPlace(environment="HOOK"))},
    )
    return Postman(settings, Path("."), {"HOOK": "secret-of-the-test"})


def message(way: str) -> Message:
    place = "hook" if way == "webhook" else "a@tinh.vn"
    return Message(
        key="k", route="all", way=way, place=place, created=1.0, language="vi", subject="x", text="{}", html="<p>"  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("way", "said"), [("webhook", b"HTTP/1.1 200 OK\r\nX-Long: "), ("mail", b"220-"), ("webhook", b"HTTP/1.1 ")]
)
def test_who_never_comes_to_an_end_is_left(monkeypatch: pytest.MonkeyPatch, way: str, said: bytes) -> None:
    monkeypatch.setattr(outbox, "_LONGEST", 0.3)
    began = time.monotonic()
    with listening(dripping(said)) as port, pytest.raises(SendFailure, match=r"not over after 0\.3 seconds") as failed:
        postman(port).send(message(way))
    assert failed.value.lasting  # until the next run: to try again at once would take as long again
    assert time.monotonic() - began < 5


def test_an_answer_is_an_answer_though_its_body_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(outbox, "_LONGEST", 3.0)
    with listening(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")) as port:
        postman(port).send(message("webhook"))
