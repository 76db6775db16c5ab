"""A dialogue in lines with a server of mail, as SMTP and IMAP have it in common: everything bounded, nobody logs in."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import suppress

from netaudit.model.facts import TlsObservation
from netaudit.net.errors import failure_of
from netaudit.net.network import Stream
from netaudit.net.tls import observe, observer_context

__all__ = ["Refusal", "Talk", "printable"]

_LINE_BYTES = 1_024
_LINES = 64  # of one reply
_TEXT = 512  # characters kept of a line


class Refusal(Exception):
    """The server answered, and not as the protocol says."""


class Talk(ABC):
    """One connection's dialogue, and how far it went: its attributes are kept whatever ends it."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._buffer = b""
        self.greeting = ""
        self.capabilities: tuple[str, ...] = ()
        self.secured: tuple[str, ...] = ()
        self.tls: TlsObservation | None = None

    async def run(self, stream: Stream, *, tls_first: bool = False, ask_within: bool = True) -> None:
        """Hold the dialogue and close the stream. `ask_within`: ask for the capabilities within TLS, too.

        Raises Refusal and what the stream raises.
        """
        try:
            if tls_first:
                stream = await self._secure(stream)
            self.greeting = await self._greet(stream)
            offered = await self._offer(stream)
            if tls_first:
                self.secured = offered
            else:
                self.capabilities = offered
                if any(capability.partition(" ")[0].upper() == "STARTTLS" for capability in offered):
                    await self._begin_tls(stream)
                    stream = await self._secure(stream)
                    self.secured = await self._offer(stream) if ask_within else ()
            with suppress(OSError, RuntimeError):
                await self._leave(stream)
        finally:
            with suppress(OSError, RuntimeError):
                await stream.aclose()

    @abstractmethod
    async def _greet(self, stream: Stream) -> str:
        """Read the greeting."""

    @abstractmethod
    async def _offer(self, stream: Stream) -> tuple[str, ...]:
        """Ask for the capabilities."""

    @abstractmethod
    async def _begin_tls(self, stream: Stream) -> None:
        """Ask for TLS, and read that it may begin."""

    @abstractmethod
    async def _leave(self, stream: Stream) -> None:
        """Say farewell; no answer is waited for."""

    async def _reply(self, stream: Stream) -> AsyncIterator[bytes]:
        """The lines of one reply; whoever reads stops at its last one. Raises Refusal when there are too many."""
        for _ in range(_LINES):
            yield await self._line(stream)
        raise Refusal(f"more than {_LINES} lines in one reply")

    async def _line(self, stream: Stream) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > _LINE_BYTES:
                raise Refusal(f"a line of more than {_LINE_BYTES} bytes")
            more = await stream.read(4_096)
            if not more:
                raise ConnectionResetError("closed in mid-dialogue")
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    async def _secure(self, stream: Stream) -> Stream:
        if self._buffer:
            raise Refusal("bytes came before the TLS handshake (CVE-2011-0411)")
        try:
            secured = await stream.start_tls(observer_context(), self._host)
        except Exception as error:
            self.tls = TlsObservation(server_name=self._host, failure=failure_of(error))
            raise
        self.tls = observe(secured.get_extra_info("ssl_object"), self._host)
        return secured


def printable(text: bytes) -> str:
    """A peer's text as it may be kept."""
    decoded = text.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in decoded)[:_TEXT]
