"""The lab's mail servers: banner, EHLO, STARTTLS and QUIT (RFC 5321, RFC 3207), and nothing else."""

import asyncio
import ssl
from collections.abc import Callable

from netaudit.lab.flaws import Flaws
from netaudit.lab.world import MailServer
from netaudit.model.common import Family

__all__ = ["SmtpServer"]

_IDLE = 30.0  # seconds for one line
_LINE_BYTES = 512  # RFC 5321 section 4.5.3.1.4
_LINES = 100
_HANDSHAKE = 10.0


class SmtpServer:
    """One mail server as it is over one family. `context` is asked for when a client wants TLS."""

    def __init__(self, server: MailServer, family: Family, flaws: Flaws, context: Callable[[], ssl.SSLContext]) -> None:
        self._host = server.host
        self._starttls = server.starttls and not flaws.host(server.host, family, "no_starttls")
        self._context = context

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one dialogue. Raises what the stream and TLS raise, and TimeoutError."""
        lines = _Lines(reader)
        secure = False
        await _say(writer, f"220 {self._host} ESMTP")
        for _ in range(_LINES):
            line = await lines.next()
            if line is None:
                return
            verb = line.split(b" ", 1)[0].upper()
            if verb == b"STARTTLS" and self._starttls and not secure:
                lines.forget()  # what came before the handshake is not to be trusted (CVE-2011-0411)
                writer.write(b"220 2.0.0 Ready to start TLS\r\n")
                await writer.start_tls(self._context(), ssl_handshake_timeout=_HANDSHAKE)
                secure = True
                continue
            await _say(writer, self._reply(verb, secure))
            if verb == b"QUIT":
                return

    def _reply(self, verb: bytes, secure: bool) -> str:
        if verb == b"EHLO":
            more = ["250-STARTTLS"] if self._starttls and not secure else []
            return "\r\n".join([f"250-{self._host}", *more, "250-8BITMIME", "250 PIPELINING"])
        if verb in (b"HELO", b"NOOP", b"RSET"):
            return f"250 {self._host}"
        return "221 2.0.0 Bye" if verb == b"QUIT" else "502 5.5.1 Command not implemented"


class _Lines:
    """Lines of a bounded length, with what is read ahead under our own control."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._buffer = b""

    async def next(self) -> bytes | None:
        """The next line without its end; None at the end of the stream or for a line too long."""
        async with asyncio.timeout(_IDLE):
            while b"\n" not in self._buffer:
                if len(self._buffer) > _LINE_BYTES:
                    return None
                more = await self._reader.read(_LINE_BYTES)
                if not more:
                    return None
                self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def forget(self) -> None:
        """Drop what was read ahead."""
        self._buffer = b""


async def _say(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(text.encode() + b"\r\n")
    await writer.drain()
