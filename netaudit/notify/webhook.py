"""Posting news to a webhook, signed as Standard Webhooks has it: HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from netaudit import __version__
from netaudit.notify.failures import SendFailure
from netaudit.notify.secrets import Secret
from netaudit.notify.settings import Webhook
from netaudit.notify.state import Message
from netaudit.notify.tls import trusting

__all__ = ["post", "signature"]

_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_ANSWER_SECONDS = 10.0
_LONGEST_ANSWER = 64 * 1024  # octets that are read of it; what is beyond is nothing to us
_AGAIN = frozenset({408, 425, 429})
_PREFIX = "whsec_"


def post(message: Message, webhook: Webhook, secret: Callable[[], Secret], folder: Path, now: float) -> None:
    """Post a message. Raises SendFailure; when this returns, the answer was 2xx. No redirect is followed.

    A message that is sent again has the id that it had, and a new time: receivers drop old times, and ids they know.
    """
    body = message.text.encode("utf-8")
    host = urlsplit(webhook.url).hostname or ""
    headers = {
        "content-type": "application/json",
        "user-agent": f"netaudit/{__version__}",
        "idempotency-key": message.key,
        "webhook-id": message.key,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": signature(secret(), message.key, int(now), body),
    }
    try:
        with (
            httpx.Client(
                verify=trusting(webhook.roots, folder), timeout=_TIMEOUT, follow_redirects=False, trust_env=False
            ) as client,
            client.stream("POST", webhook.url, content=body, headers=headers) as answer,
        ):
            _read_some(answer)
            status = answer.status_code
    except httpx.HTTPError as error:  # its text may name the address, which may hold a secret
        raise SendFailure(f"{host}: {type(error).__name__}{_cause(error)}", lasting=False) from None
    if not 200 <= status < 300:
        lasting = 300 <= status < 500 and status not in _AGAIN
        raise SendFailure(f"{host}: HTTP status {status}", lasting=lasting)


def signature(secret: Secret, id: str, at: int, body: bytes) -> str:
    """The field `webhook-signature`. A secret that begins with whsec_ is in base64, as others hand it out."""
    text = secret.reveal()
    key = text.encode("utf-8")
    if text.startswith(_PREFIX):
        try:
            key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            raise SendFailure("the secret begins with whsec_ and is no base64", lasting=True) from None
    signed = f"{id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _read_some(answer: httpx.Response) -> None:
    """Take what is sent, up to a bound: some servers count a request as failed when nobody reads."""
    left, end = _LONGEST_ANSWER, time.monotonic() + _ANSWER_SECONDS
    for chunk in answer.iter_raw():  # as it comes: to wait for a full block is to wait for who sends an octet a second
        left -= len(chunk)
        if left <= 0 or time.monotonic() > end:
            return


def _cause(error: httpx.HTTPError) -> str:
    cause = error.__cause__ or error.__context__
    while cause is not None and cause.__cause__ is not None:
        cause = cause.__cause__
    return f" ({cause})" if isinstance(cause, OSError) else ""
