"""One question to a whois server (RFC 3912) into a file: RISwhois, Internet Routing Registries."""

import asyncio
from contextlib import suppress
from typing import IO

from netaudit.model.common import Reason
from netaudit.sources.door import Door, failed
from netaudit.sources.limits import SourceError, SourceLimits

__all__ = ["ask_whois"]

_READ = 65_536


async def ask_whois(door: Door, host: str, port: int, query: str, file: IO[bytes], limits: SourceLimits) -> None:
    """Send one line and write what comes until the server closes. Raises SourceError."""
    where = f"{host} port {port}"
    try:
        async with asyncio.timeout(limits.answer_timeout):
            await _exchange(door, host, port, query, file, limits.whois_bytes)
    except TimeoutError as error:
        detail = f"{where}: no whole answer within {limits.answer_timeout:g} s"
        raise SourceError.of(Reason.TIMEOUT, detail) from error
    except SourceError:
        raise
    except Exception as error:  # whatever a server provokes becomes data; CancelledError is no Exception
        raise failed(error, where) from error


async def _exchange(door: Door, host: str, port: int, query: str, file: IO[bytes], most: int) -> None:
    stream = await door.open(host, port)
    try:
        await stream.write(query.encode("ascii") + b"\r\n")
        size = 0
        while part := await stream.read(_READ):
            size += len(part)
            if size > most:
                raise SourceError.of(Reason.TOO_LARGE, f"{host}: more than {most} bytes")
            file.write(part)
        if not size:
            raise SourceError.of(Reason.RESET, f"{host}: closed without an answer")
    finally:
        with suppress(OSError, RuntimeError):
            await stream.aclose()
