"""One SMTP dialogue (RFC 5321, RFC 3207): banner, EHLO, STARTTLS, QUIT. No mail is sent."""

import asyncio
import re
import time
from contextlib import suppress

import msgspec

from netaudit.model.common import Failure, Reason, Side, family_of
from netaudit.model.facts import MailFact, TlsObservation
from netaudit.net.errors import failure_of
from netaudit.net.limits import Identity, Limits
from netaudit.net.network import Network, NetworkError, Stream
from netaudit.net.tls import observe, observer_context

__all__ = ["dialogue"]

_LINES = 64
_LINE_BYTES = 1_024
_REPLY = re.compile(rb"^(\d{3})([ -]?)(.*)$", re.DOTALL)
_TRY_AGAIN = {Reason.TIMEOUT, Reason.RESET, Reason.PROTOCOL, Reason.TLS, Reason.TLS_ALERT}


async def dialogue(
    network: Network, domain: str, exchanger: str, address: str, port: int, limits: Limits, identity: Identity
) -> MailFact:
    """Talk to one address of one mail exchanger; a failed dialogue is tried once more. Never raises for the peer."""
    fact = await _once(network, domain, exchanger, address, port, limits, identity)
    if fact.failure is not None and fact.failure.reason in _TRY_AGAIN and fact.tries < 2:
        fact = msgspec.structs.replace(
            await _once(network, domain, exchanger, address, port, limits, identity), tries=2
        )
    return fact


async def _once(
    network: Network, domain: str, exchanger: str, address: str, port: int, limits: Limits, identity: Identity
) -> MailFact:
    fact = MailFact(
        id=f"mail-{domain}-{exchanger}-{address}",
        domain=domain,
        exchanger=exchanger,
        address=address,
        family=family_of(address),
        at=network.now(),
    )
    began = time.monotonic()
    session = _Session(exchanger, identity.ehlo)
    failure: Failure | None = None
    tries = 1
    try:
        async with asyncio.timeout(limits.smtp_timeout):
            connection = await network.connect(address, port)
            tries = connection.tries
            await session.run(connection.stream)
    except NetworkError as error:
        failure, tries = error.failure, error.tries
    except _Refusal as error:
        failure = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=str(error))
    except Exception as error:  # whatever the peer provokes becomes data; CancelledError is no Exception
        failure = failure_of(error)
    return msgspec.structs.replace(
        fact,
        banner=session.banner,
        capabilities=session.capabilities,
        starttls_offered="STARTTLS" in (c.partition(" ")[0].upper() for c in session.capabilities),
        tls=session.tls,
        elapsed_ms=round((time.monotonic() - began) * 1000, 2),
        tries=tries,
        failure=failure,
    )


class _Refusal(Exception):
    """The server answered, and not as the protocol says."""


class _Session:
    def __init__(self, exchanger: str, ehlo: str) -> None:
        self._exchanger = exchanger
        self._ehlo = ehlo
        self._buffer = b""
        self.banner = ""
        self.capabilities: tuple[str, ...] = ()
        self.tls: TlsObservation | None = None

    async def run(self, stream: Stream) -> None:
        """Go as far as STARTTLS, then leave politely. Raises _Refusal and what the stream raises."""
        try:
            self.banner = (await self._reply(stream, 220))[0]
            await stream.write(f"EHLO {self._ehlo}\r\n".encode())
            self.capabilities = tuple((await self._reply(stream, 250))[1:])
            if any(c.partition(" ")[0].upper() == "STARTTLS" for c in self.capabilities):
                await stream.write(b"STARTTLS\r\n")
                await self._reply(stream, 220)
                stream = await self._secure(stream)
            with suppress(OSError, RuntimeError):
                await stream.write(b"QUIT\r\n")
        finally:
            with suppress(OSError, RuntimeError):
                await stream.aclose()

    async def _secure(self, stream: Stream) -> Stream:
        if self._buffer:
            raise _Refusal("bytes came before the TLS handshake (CVE-2011-0411)")
        try:
            secured = await stream.start_tls(observer_context(), self._exchanger)
        except Exception as error:
            self.tls = TlsObservation(server_name=self._exchanger, failure=failure_of(error))
            raise
        self.tls = observe(secured.get_extra_info("ssl_object"), self._exchanger)
        return secured

    async def _reply(self, stream: Stream, expected: int) -> list[str]:
        """Read one reply, all its lines. Raises _Refusal when its code is not the expected one."""
        texts: list[str] = []
        while len(texts) < _LINES:
            match = _REPLY.match(await self._line(stream))
            if match is None:
                raise _Refusal("the reply is not SMTP")
            texts.append(_printable(match[3]))
            if match[2] != b"-":
                if int(match[1]) != expected:
                    raise _Refusal(f"{int(match[1])} {texts[-1]}"[:200])
                return texts
        raise _Refusal(f"more than {_LINES} lines in one reply")

    async def _line(self, stream: Stream) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > _LINE_BYTES:
                raise _Refusal(f"a line of more than {_LINE_BYTES} bytes")
            more = await stream.read(4_096)
            if not more:
                raise ConnectionResetError("closed in mid-dialogue")
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")


def _printable(text: bytes) -> str:
    decoded = text.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in decoded)[:512]
