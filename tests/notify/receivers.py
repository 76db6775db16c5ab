"""Receivers of messages on loopback, which keep what they get and behave as badly as a test wants."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

__all__ = ["Certificates", "HookReceiver", "MailReceiver", "Request", "listening"]

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Certificates:
    """An authority of the test's own, with its certificate in a file."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.roots = folder / "roots.pem"
        self.authority.cert_pem.write_to_path(self.roots)

    def context(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names).configure_cert(context)
        return context


@contextmanager
def listening(serve: Handler, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server in a thread of its own, at a free port of 127.0.0.1."""
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    async def run() -> None:
        over = asyncio.Event()
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
        started.set_result((asyncio.get_running_loop(), over, server.sockets[0].getsockname()[1]))
        await over.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    loop, over, port = started.result(10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)


@dataclass
class Request:
    """What a webhook got."""

    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HookReceiver:
    """An HTTP server that answers with the given responses, the last one again and again."""

    answers: list[bytes] = field(default_factory=lambda: [b"HTTP/1.1 204 No Content\r\n\r\n"])
    requests: list[Request] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Request(first.split(" ")[1], headers, body))
            writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@dataclass
class MailReceiver:
    """An SMTP server (RFC 5321) with STARTTLS and AUTH PLAIN. `replies`: what it says to a verb instead of yes.

    `hang_up_after` a verb it goes away without a word.
    """

    tls: ssl.SSLContext | None = None
    replies: dict[str, str] = field(default_factory=dict)
    hang_up_after: str = ""
    said: list[str] = field(default_factory=list)  # commands, as they came
    secured: list[bool] = field(default_factory=list)  # of each, whether it came within TLS
    letters: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = writer.get_extra_info("ssl_object") is not None
        try:
            writer.write(b"220 receiver ESMTP\r\n")
            while line := await reader.readline():
                verb = line.split()[0].decode().upper() if line.split() else ""
                self.said.append(line.decode().strip())
                self.secured.append(secure)
                if verb == self.hang_up_after:
                    return
                reply = self.replies.get(verb) or self._reply(verb, secure)
                writer.write(f"{reply}\r\n".encode())
                if verb == "STARTTLS" and reply.startswith("220") and self.tls is not None:
                    await writer.start_tls(self.tls)
                    secure = True
                elif verb == "DATA" and reply.startswith("354"):
                    self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                    if self.hang_up_after == "letter":
                        return
                    writer.write(f"{self.replies.get('letter', '250 2.0.0 taken')}\r\n".encode())
                elif verb == "QUIT":
                    return
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            return
        finally:
            writer.close()

    def _reply(self, verb: str, secure: bool) -> str:
        if verb == "EHLO":
            more = ["250-STARTTLS"] if self.tls is not None and not secure else []
            return "\r\n".join(["250-receiver", *more, "250-AUTH PLAIN", "250 8BITMIME"])
        return {
            "STARTTLS": "220 go on" if self.tls is not None else "502 no",
            "AUTH": "235 2.7.0 welcome",
            "DATA": "354 go on",
            "QUIT": "221 bye",
        }.get(verb, "250 fine")
