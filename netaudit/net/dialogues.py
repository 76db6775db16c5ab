"""One dialogue with one address of a mail client's service: SMTP submission or IMAP, by its endpoint's scheme."""

import asyncio
import time

import msgspec

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import DialogueFact
from netaudit.net.errors import failure_of
from netaudit.net.imap import ImapTalk
from netaudit.net.limits import Identity, Limits
from netaudit.net.network import Network, NetworkError
from netaudit.net.services import new_dialogue
from netaudit.net.smtp import TRY_AGAIN, SmtpTalk
from netaudit.net.talk import Refusal, Talk

__all__ = ["service_dialogue"]

_TLS_FIRST = {"submissions", "imaps"}  # RFC 8314 section 3


async def service_dialogue(
    network: Network, endpoint: str, address: str, limits: Limits, identity: Identity
) -> DialogueFact:
    """Talk to one address; a failed dialogue is tried once more. Never raises for the peer."""
    fact = await _once(network, endpoint, address, limits, identity)
    if fact.failure is not None and fact.failure.reason in TRY_AGAIN and fact.tries < 2:
        again = await _once(network, endpoint, address, limits, identity)
        fact = msgspec.structs.replace(again, tries=2)
    return fact


async def _once(network: Network, endpoint: str, address: str, limits: Limits, identity: Identity) -> DialogueFact:
    scheme, _, rest = endpoint.partition("://")
    host, _, port = rest.rpartition(":")
    talk: Talk = ImapTalk(host) if scheme.startswith("imap") else SmtpTalk(host, identity.ehlo)
    fact = new_dialogue(endpoint, address, network.now())
    failure: Failure | None = None
    connect_ms, tries = 0.0, 1
    began = time.monotonic()
    try:
        async with asyncio.timeout(limits.smtp_timeout):
            connection = await network.connect(address, int(port))
            connect_ms, tries = connection.connect_ms, connection.tries
            await talk.run(connection.stream, tls_first=scheme in _TLS_FIRST)
    except NetworkError as error:
        failure, tries = error.failure, error.tries
    except Refusal as error:
        failure = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=str(error))
    except Exception as error:  # whatever the peer provokes becomes data; CancelledError is no Exception
        failure = failure_of(error)
    return msgspec.structs.replace(
        fact,
        greeting=talk.greeting,
        capabilities=talk.capabilities,
        secured=talk.secured,
        tls=talk.tls,
        connect_ms=connect_ms,
        elapsed_ms=round((time.monotonic() - began) * 1000, 2),
        tries=tries,
        failure=failure,
    )
