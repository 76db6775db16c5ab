"""The lab's SMTP servers, of exchangers and of submission: banner, EHLO, STARTTLS and QUIT (RFC 5321, RFC 3207)."""

import asyncio
import ssl
from collections.abc import Callable

from netaudit.lab.flaws import Flaws
from netaudit.lab.lines import Lines, say
from netaudit.lab.world import MailServer
from netaudit.model.common import Family

__all__ = ["SmtpServer"]

_LINES = 100
_HANDSHAKE = 10.0


class SmtpServer:
    """One server as it is over one family. `context` is asked for when a client wants TLS.

    `submission`: it serves mail clients (RFC 6409), and says how they may log in: within TLS, unless a fault has it
    otherwise. Nobody can.
    """

    def __init__(
        self,
        server: MailServer,
        family: Family,
        flaws: Flaws,
        context: Callable[[], ssl.SSLContext],
        *,
        submission: bool = False,
    ) -> None:
        self._host = server.host
        self._starttls = server.starttls and not flaws.host(server.host, family, "no_starttls")
        self._context = context
        self._submission = submission
        self._clear = flaws.host(server.host, family, "login_in_the_clear")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, secure: bool = False) -> None:
        """Hold one dialogue, within TLS where `secure`. Raises what the stream and TLS raise, and TimeoutError."""
        lines = Lines(reader)
        await say(writer, f"220 {self._host} ESMTP")
        for _ in range(_LINES):
            line = await lines.next()
            if line is None:
                return
            verb = line.split(b" ", 1)[0].upper()
            if verb == b"STARTTLS" and self._starttls and not secure:
                lines.forget()
                writer.write(b"220 2.0.0 Ready to start TLS\r\n")
                await writer.start_tls(self._context(), ssl_handshake_timeout=_HANDSHAKE)
                secure = True
                continue
            await say(writer, self._reply(verb, secure))
            if verb == b"QUIT":
                return

    def _reply(self, verb: bytes, secure: bool) -> str:
        if verb == b"EHLO":
            more = ["250-STARTTLS"] if self._starttls and not secure else []
            more += ["250-AUTH PLAIN LOGIN"] if self._submission and (secure or self._clear) else []
            return "\r\n".join([f"250-{self._host}", *more, "250-8BITMIME", "250 PIPELINING"])
        if verb in (b"HELO", b"NOOP", b"RSET"):
            return f"250 {self._host}"
        return "221 2.0.0 Bye" if verb == b"QUIT" else "502 5.5.1 Command not implemented"
