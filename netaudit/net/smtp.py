"""SMTP dialogues (RFC 5321, RFC 3207): banner, EHLO, STARTTLS, QUIT. No mail is sent."""

import asyncio
import re
import time

import msgspec

from netaudit.model.common import Failure, Reason, Side, family_of
from netaudit.model.facts import MailFact
from netaudit.net.errors import failure_of
from netaudit.net.limits import Identity, Limits
from netaudit.net.network import Network, NetworkError, Stream
from netaudit.net.talk import Refusal, Talk, printable

__all__ = ["TRY_AGAIN", "SmtpTalk", "dialogue"]

TRY_AGAIN = {Reason.TIMEOUT, Reason.RESET, Reason.PROTOCOL, Reason.TLS, Reason.TLS_ALERT}
"""Failures of a dialogue that are worth another."""

_REPLY = re.compile(rb"^(\d{3})([ -]?)(.*)$", re.DOTALL)


async def dialogue(
    network: Network, domain: str, exchanger: str, address: str, port: int, limits: Limits, identity: Identity
) -> MailFact:
    """Talk to one address of one mail exchanger; a failed dialogue is tried once more. Never raises for the peer."""
    fact = await _once(network, domain, exchanger, address, port, limits, identity)
    if fact.failure is not None and fact.failure.reason in TRY_AGAIN and fact.tries < 2:
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
    talk = SmtpTalk(exchanger, identity.ehlo)
    failure: Failure | None = None
    tries = 1
    try:
        async with asyncio.timeout(limits.smtp_timeout):
            connection = await network.connect(address, port)
            tries = connection.tries
            await talk.run(connection.stream, ask_within=False)
    except NetworkError as error:
        failure, tries = error.failure, error.tries
    except Refusal as error:
        failure = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=str(error))
    except Exception as error:  # whatever the peer provokes becomes data; CancelledError is no Exception
        failure = failure_of(error)
    return msgspec.structs.replace(
        fact,
        banner=talk.greeting,
        capabilities=talk.capabilities,
        starttls_offered="STARTTLS" in (c.partition(" ")[0].upper() for c in talk.capabilities),
        tls=talk.tls,
        elapsed_ms=round((time.monotonic() - began) * 1000, 2),
        tries=tries,
        failure=failure,
    )


class SmtpTalk(Talk):
    """What a server of SMTP says, of an exchanger or of submission (RFC 6409)."""

    def __init__(self, host: str, ehlo: str) -> None:
        super().__init__(host)
        self._ehlo = ehlo

    async def _greet(self, stream: Stream) -> str:
        return (await self._texts(stream, 220))[0]

    async def _offer(self, stream: Stream) -> tuple[str, ...]:
        await stream.write(f"EHLO {self._ehlo}\r\n".encode())
        return tuple((await self._texts(stream, 250))[1:])

    async def _begin_tls(self, stream: Stream) -> None:
        await stream.write(b"STARTTLS\r\n")
        await self._texts(stream, 220)

    async def _leave(self, stream: Stream) -> None:
        await stream.write(b"QUIT\r\n")

    async def _texts(self, stream: Stream, expected: int) -> list[str]:
        """Read one reply, all its lines. Raises Refusal when its code is not the expected one."""
        texts: list[str] = []
        async for line in self._reply(stream):
            match = _REPLY.match(line)
            if match is None:
                raise Refusal("the reply is not SMTP")
            texts.append(printable(match[3]))
            if match[2] != b"-":
                if int(match[1]) != expected:
                    raise Refusal(f"{int(match[1])} {texts[-1]}"[:200])
                break
        return texts
