"""The lab's IMAP servers (RFC 9051): greeting, CAPABILITY, STARTTLS and LOGOUT. Nobody can log in."""

import asyncio
import ssl
from collections.abc import Callable

from netaudit.lab.flaws import Flaws
from netaudit.lab.lines import Lines, say
from netaudit.lab.world import MailServer
from netaudit.model.common import Family

__all__ = ["ImapServer"]

_LINES = 100
_HANDSHAKE = 10.0


class ImapServer:
    """One server as it is over one family. `context` is asked for when a client wants TLS."""

    def __init__(self, server: MailServer, family: Family, flaws: Flaws, context: Callable[[], ssl.SSLContext]) -> None:
        self._host = server.host
        self._starttls = server.starttls and not flaws.host(server.host, family, "no_starttls")
        self._clear = flaws.host(server.host, family, "login_in_the_clear")
        self._context = context

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, secure: bool = False) -> None:
        """Hold one dialogue, within TLS where `secure`. Raises what the stream and TLS raise, and TimeoutError."""
        lines = Lines(reader)
        await say(writer, f"* OK [CAPABILITY {self._offers(secure)}] {self._host} ready.")
        for _ in range(_LINES):
            line = await lines.next()
            tag, _, command = (line or b"").decode("ascii", "replace").partition(" ")
            if line is None or not tag.isalnum():
                return
            match command.strip().upper():
                case "CAPABILITY":
                    await say(writer, f"* CAPABILITY {self._offers(secure)}\r\n{tag} OK CAPABILITY completed.")
                case "STARTTLS" if self._starttls and not secure:
                    lines.forget()
                    writer.write(f"{tag} OK Begin TLS negotiation now.\r\n".encode())
                    await writer.start_tls(self._context(), ssl_handshake_timeout=_HANDSHAKE)
                    secure = True
                case "NOOP":
                    await say(writer, f"{tag} OK NOOP completed.")
                case "LOGOUT":
                    await say(writer, f"* BYE Logging out\r\n{tag} OK LOGOUT completed.")
                    return
                case _:
                    await say(writer, f"{tag} NO Not here.")

    def _offers(self, secure: bool) -> str:
        words = ["IMAP4rev1", "IMAP4rev2", "ID", "IDLE"]
        words += ["STARTTLS"] if self._starttls and not secure else []
        words += ["AUTH=PLAIN", "AUTH=LOGIN"] if secure or self._clear else ["LOGINDISABLED"]
        return " ".join(words)
