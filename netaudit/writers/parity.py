"""A service's page: what it showed over IPv4, and beside it what it showed over IPv6."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from netaudit.model.parity import Parity, ParityRow
from netaudit.model.run import Result, Run
from netaudit.model.verdict import TargetKind
from netaudit.writers.causes import host_of
from netaudit.writers.groups import worst_first
from netaudit.writers.safe import page_name
from netaudit.writers.wording import Wording

__all__ = ["SideBySide", "results_of_service", "service_page", "side_by_side"]


def _(message: str) -> str:
    return message


_LABELS = {
    "way": _("HTTP status, redirects followed"),
    "final_url": _("Final address"),
    "tls": _("TLS version and protocol"),
    "cipher": _("Cipher suite"),
    "certificate": _("Certificate of"),
    "issuer": _("Issued by"),
    "valid_until": _("Valid until"),
    "key": _("Key"),
    "server": _("Server software"),
    "size": _("Size of the page, bytes"),
    "first_byte": _("Time to the first byte, ms"),
    "exchanger": _("Mail exchanger"),
    "banner": _("SMTP greeting"),
    "greeting": _("Greeting"),
    "starttls": "STARTTLS",
    "capabilities": _("SMTP extensions"),
    "login_before_tls": _("Ways to log in before TLS"),
    "login_within_tls": _("Ways to log in within TLS"),
    "offers": _("Capabilities"),
    "offers_within_tls": _("Capabilities within TLS"),
    "stratum": _("Stratum"),
    "leap": _("Leap indicator"),
    "kiss": _("Kiss code: the server turns clients away"),
    "reference": _("Source of the time"),
    "offset": _("Offset to the scanner's clock, ms"),
    "root_distance": _("Uncertainty by the server's own account, ms"),
    "octets": _("Size of the reply, bytes"),
    "round_trip": _("Round trip, ms"),
    "dialogue": _("Duration of the dialogue, ms"),
}


@dataclass(frozen=True)
class SideBySide:
    """A row of the table: `alike` None where the values may well differ by themselves."""

    label: str
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    alike: bool | None


def side_by_side(parity: Parity, wording: Wording) -> list[SideBySide]:
    """The rows of a service, those that differ first, as a reader's language names them."""
    rows = [SideBySide(_label(row, wording), row.ipv4, row.ipv6, row.alike) for row in parity.rows]
    return sorted(rows, key=lambda row: row.alike is not False)


def results_of_service(run: Run, name: str) -> list[Result]:
    """The results about a service: its own and its host's, or those of its mail domain; fails first."""
    kinds = {TargetKind.ENDPOINT: name, TargetKind.HOST: host_of(name), TargetKind.MAIL: name}
    found: Iterable[Result] = (r for r in run.results if kinds.get(r.verdict.target.kind) == r.verdict.target.name)
    return sorted(found, key=worst_first)


def service_page(name: str) -> str:
    """The file name of a service's page: `https-www.example-443.html`."""
    return page_name(re.sub(r"[:/]+", "-", name))


def _label(row: ParityRow, wording: Wording) -> str:
    kind, _, name = row.what.partition(":")
    return name if kind == "header" and name else wording.gettext(_LABELS.get(row.what, row.what))
