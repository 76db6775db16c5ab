"""Lines of a client's text protocol, bounded, with what is read ahead under our own control."""

import asyncio

__all__ = ["Lines", "say"]

_IDLE = 30.0  # seconds for one line
_LINE_BYTES = 512  # RFC 5321 section 4.5.3.1.4


class Lines:
    """The lines of a stream."""

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
        """Drop what was read ahead: before TLS it is not to be trusted (CVE-2011-0411)."""
        self._buffer = b""


async def say(writer: asyncio.StreamWriter, text: str) -> None:
    """Send a line, or several."""
    writer.write(text.encode() + b"\r\n")
    await writer.drain()
