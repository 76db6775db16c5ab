"""What servers of IMAP say to a client that never logs in (RFC 9051): greeting, CAPABILITY, STARTTLS, LOGOUT."""

import re

from netaudit.net.network import Stream
from netaudit.net.talk import Refusal, Talk, printable

__all__ = ["ImapTalk"]

_STATUS = re.compile(rb"^(\S+) (OK|NO|BAD|PREAUTH|BYE)(?: (.*))?$", re.DOTALL | re.IGNORECASE)
_OFFER = re.compile(rb"^\* CAPABILITY (.*)$", re.DOTALL | re.IGNORECASE)
_CODE = re.compile(r"^\[[^\]]*\] ?")  # a response code in front of the text (RFC 9051 section 7.1)


class ImapTalk(Talk):
    """The dialogue with a server of IMAP."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self._commands = 0

    async def _greet(self, stream: Stream) -> str:
        match = _STATUS.match(await self._line(stream))
        if match is None or match[1] != b"*":
            raise Refusal("the greeting is not IMAP")
        text = _CODE.sub("", printable(match[3] or b""))
        if match[2].upper() not in (b"OK", b"PREAUTH"):
            raise Refusal(f"{match[2].decode().upper()} {text}"[:200])
        return text if match[2].upper() == b"OK" else f"PREAUTH {text}"

    async def _offer(self, stream: Stream) -> tuple[str, ...]:
        told = await self._command(stream, "CAPABILITY")
        found = next((match[1] for line in told if (match := _OFFER.match(line))), b"")
        return tuple(printable(word) for word in found.split())

    async def _begin_tls(self, stream: Stream) -> None:
        await self._command(stream, "STARTTLS")

    async def _leave(self, stream: Stream) -> None:
        await stream.write(f"{self._tag()} LOGOUT\r\n".encode())

    async def _command(self, stream: Stream, name: str) -> list[bytes]:
        """What came before the command's own reply. Raises Refusal when that is not OK."""
        tag = self._tag()
        await stream.write(f"{tag} {name}\r\n".encode())
        told: list[bytes] = []
        async for line in self._reply(stream):
            match = _STATUS.match(line)
            if match is not None and match[1] == tag.encode():
                if match[2].upper() != b"OK":
                    raise Refusal(f"{match[2].decode().upper()} {printable(match[3] or b'')}"[:200])
                break
            if not line.startswith(b"* "):
                raise Refusal("the reply is not IMAP")
            told.append(line)
        return told

    def _tag(self) -> str:
        self._commands += 1
        return f"n{self._commands}"
