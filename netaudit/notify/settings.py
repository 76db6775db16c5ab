"""The notify file: who is told what, in which language, by which way. It holds no secret, only where they are."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from netaudit.inventory.document import LARGEST_FILE, Document, read_document
from netaudit.inventory.problems import InventoryError, Problem
from netaudit.inventory.shape import shape_problems
from netaudit.model.common import Language, Record
from netaudit.model.profile import Severity
from netaudit.notify.secrets import Secret, environment_secret, read_secret

__all__ = ["NotifyFile", "Route", "SecretPlace", "Smtp", "Webhook", "is_loopback", "load_notify_file"]

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Address = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$")]
Days = Annotated[int, msgspec.Meta(ge=1, le=400)]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SELECTOR = re.compile(r"all|(tier:|under:)?[a-z0-9][a-z0-9_.-]{0,63}")


class SecretPlace(Record, frozen=True, kw_only=True):
    """Where a secret is: a file that not everybody may read, relative to the notify file, or a variable."""

    file: str = ""
    environment: str = ""

    def read(self, folder: Path, environment: Mapping[str, str]) -> Secret:
        """The secret. Raises SecretError."""
        return read_secret(folder / self.file) if self.file else environment_secret(self.environment, environment)


class Smtp(Record, frozen=True, kw_only=True):
    """The mail server that takes our messages. The certificate must be valid for `host` in any case.

    `security`: `tls` from the first octet (RFC 8314), or `starttls`, which must then succeed; `none` is for a server on
    this very machine. A password is sent within TLS alone.
    """

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    sender: Address
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] | None = None  # default: 465 of tls, 587 of starttls, 25
    security: Literal["tls", "starttls", "none"] = "starttls"
    username: str = ""
    password: SecretPlace | None = None
    roots: tuple[str, ...] = ()  # PEM files, relative to the notify file, trusted beside the public roots

    @property
    def target_port(self) -> int:
        """The port to connect to."""
        return self.port or {"tls": 465, "starttls": 587, "none": 25}[self.security]


class Webhook(Record, frozen=True, kw_only=True):
    """An address that takes JSON by POST. `plain_http`: without TLS, so that anybody on the way can read along."""

    url: str
    secret: SecretPlace
    plain_http: bool = False
    roots: tuple[str, ...] = ()


class Route(Record, frozen=True, kw_only=True):
    """Who is told of what. Without `units` of everything; with them, of what these units own, or use if nobody owns it.

    `units` takes the selectors of the inventory: ids, `tier:ID`, `under:ID` for all below a unit, `all`.
    """

    name: Name
    to: tuple[Address, ...] = ()
    webhook: Name | None = None
    units: tuple[str, ...] = ()
    severity: Severity = Severity.MEDIUM  # and worse
    language: Language = Language.VI
    include_names: bool = False  # whether messages name hosts, zones and other targets


class NotifyFile(Record, frozen=True, kw_only=True):
    """`notify.yaml`.

    `expiry_days`: how long before its end something is told of that people renew; `renewing_days`, of what a machine
    should have renewed by then: signatures and ROAs.
    """

    schema: Literal[1]
    routes: tuple[Route, ...]
    smtp: Smtp | None = None
    webhooks: dict[Name, Webhook] = {}
    report_url: str = ""  # where the reader finds the report; the only host that is named without `include_names`
    expiry_days: tuple[Days, ...] = (30, 14, 7, 1)
    renewing_days: tuple[Days, ...] = (2, 1)
    state: str = "notify-state"  # a folder, relative to this file: what was told, and what is to be sent


def load_notify_file(path: Path) -> NotifyFile:
    """Read and check a notify file. Raises InventoryError, which lists what to mend."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InventoryError([Problem(str(path), 0, f"can't be read: {error.strerror or error}")]) from None
    document = read_document(content, str(path))
    _raise(document, shape_problems(document.data, NotifyFile))
    try:
        settings = msgspec.convert(document.data, NotifyFile)
    except msgspec.ValidationError as error:
        raise InventoryError([Problem(str(path), 0, str(error))]) from None
    _raise(document, list(_problems(settings)))
    return settings


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    return host.lower() in _LOOPBACK


def _raise(document: Document, found: Any) -> None:
    if found:
        raise InventoryError([Problem(document.file, document.line(path), text, hint) for path, text, hint in found])


def _problems(settings: NotifyFile) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    names: set[str] = set()
    for index, route in enumerate(settings.routes):
        path = f"$.routes[{index}]"
        found += _of_route(settings, route, path)
        if route.name in names:
            found.append((f"{path}.name", f"two routes are called {route.name}", ""))
        names.add(route.name)
    if settings.smtp is not None:
        found += _of_smtp(settings.smtp)
    for name, webhook in settings.webhooks.items():
        found += _of_url(f"$.webhooks.{name}.url", webhook.url, plain=webhook.plain_http)
        found += _of_secret(f"$.webhooks.{name}.secret", webhook.secret)
    if settings.report_url:
        found += _of_url("$.report_url", settings.report_url, plain=True)
    return found


def _of_route(settings: NotifyFile, route: Route, path: str) -> list[tuple[str, str, str]]:
    found = []
    if not route.to and route.webhook is None:
        found.append((path, "a route needs `to` or `webhook`", ""))
    if route.to and settings.smtp is None:
        found.append((f"{path}.to", "there is no `smtp` to send it by", ""))
    if route.webhook is not None and route.webhook not in settings.webhooks:
        found.append((f"{path}.webhook", f"no webhook is called {route.webhook}", ""))
    for number, selector in enumerate(route.units):
        if not _SELECTOR.fullmatch(selector):
            found.append((f"{path}.units[{number}]", "expected a unit's id, tier:ID, under:ID or all", ""))
    return found


def _of_smtp(smtp: Smtp) -> list[tuple[str, str, str]]:
    found = []
    if smtp.security == "none" and not is_loopback(smtp.host):
        found.append(
            ("$.smtp.security", "without TLS only a server on this machine is spoken to", "use starttls or tls")
        )
    if smtp.security == "none" and smtp.username:
        found.append(("$.smtp.username", "a password is never sent without TLS", "use starttls or tls"))
    if bool(smtp.username) != (smtp.password is not None):
        found.append(("$.smtp", "`username` and `password` belong together", ""))
    if smtp.password is not None:
        found += _of_secret("$.smtp.password", smtp.password)
    return found


def _of_secret(path: str, place: SecretPlace) -> list[tuple[str, str, str]]:
    if bool(place.file) == bool(place.environment):
        return [(path, "expected `file` or `environment`, where the secret is", "")]
    return []


def _of_url(path: str, url: str, *, plain: bool) -> list[tuple[str, str, str]]:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = None, ""
    if parts is None or parts.scheme not in ("https", "http") or not host or not url.isprintable() or " " in url:
        return [(path, "expected an address that begins with https://", "")]
    if parts.username is not None or parts.password is not None:
        return [(path, "a password has no place in an address", "")]
    if parts.scheme == "http" and not plain and not is_loopback(host):
        return [(path, "without TLS only this machine is spoken to", "use https, or say plain_http: true")]
    return []
