"""What stands before every answer: who may ask, by which name, how, how much; and the headers that each answer has."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netaudit.serve.problems import problem

__all__ = ["LOCKED", "METHODS", "Access", "Guard", "Token", "reachable_names"]

METHODS = ("GET", "HEAD", "OPTIONS")
LOCKED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of whatever has none of its own."""

_LONGEST_URL = 2_048  # octets of path and query
_HEADERS = {
    "content-security-policy": LOCKED,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # for browsers that know no frame-ancestors
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "private, no-cache",
}
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Token:
    """A secret that a caller must show. Only its hash is kept, and compared in constant time."""

    def __init__(self, secret: str) -> None:
        self._digest = hashlib.sha256(secret.encode()).digest()

    def __repr__(self) -> str:
        return "Token()"

    def shown_in(self, authorization: str) -> bool:
        """Whether an Authorization field shows it: as Bearer (RFC 6750), or as the password of Basic (RFC 7617)."""
        scheme, _, rest = authorization.strip().partition(" ")
        shown = rest.strip().encode()
        if scheme.lower() == "basic":
            try:
                shown = base64.b64decode(shown, validate=True).partition(b":")[2]
            except (binascii.Error, ValueError):
                shown = b""
        elif scheme.lower() != "bearer":
            shown = b""
        return hmac.compare_digest(hashlib.sha256(shown).digest(), self._digest)


@dataclass(frozen=True)
class Access:
    """Who may ask. `names`: host names that this server answers to, beside those of loopback."""

    token: Token | None = None
    names: frozenset[str] = field(default_factory=frozenset)
    addresses: frozenset[str] = field(default_factory=frozenset)  # that it is bound to

    def known(self, host: str) -> bool:
        """Whether a Host field names this server: what DNS rebinding can't bring about."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return name in _LOCAL_NAMES | self.names or _canonical(name) in set(map(_canonical, self.addresses))


class Guard:
    """ASGI middleware. An answer that it lets through keeps the headers it has set itself."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _with_headers(send)
        refused = self._refusal(scope)
        await (refused or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._access.known(hosts[0]):
            return problem(421, "This server does not answer to that name.")
        if len(scope["raw_path"]) + len(scope["query_string"]) > _LONGEST_URL:
            return problem(414, f"An address of more than {_LONGEST_URL} octets.")
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return problem(413, "Nothing here takes a body.")
        if scope["method"] not in METHODS:
            return problem(405, "Everything here is to be read only.", {"allow": ", ".join(METHODS)})
        token = self._access.token
        if token is not None and not token.shown_in(headers.get("authorization", "")):
            asked = 'Bearer realm="netaudit", Basic realm="netaudit", charset="UTF-8"'
            return problem(401, "A token is needed.", {"www-authenticate": asked})
        if scope["method"] == "OPTIONS":
            return problem(204, "", {"allow": ", ".join(METHODS)})
        return None


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return guarded


def _canonical(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        return name


def reachable_names(names: Iterable[str]) -> frozenset[str]:
    """Host names as a Host field would have them."""
    return frozenset(name.lower().rstrip(".") for name in names)
