"""What serves mail clients and the time in the table's world: one Dovecot, and a chronyd for each clock."""

from dataclasses import dataclass, field
from pathlib import Path

from netaudit.lab.pki import Pki
from tests.lab.credentials import CredentialFiles
from tests.lab.daemons import Daemons
from tests.lab.faults.plants import Kept, Offer
from tests.lab.faults.postfix import MailListener
from tests.lab.mailboxes import Mailbox, dovecot, login_socket
from tests.lab.time_servers import chronyd, clock_ahead

__all__ = ["ClientPlans"]

_PORTS = {"submission": 587, "submissions": 465, "imap": 143, "imaps": 993}


@dataclass
class ClientPlans:
    """What is to be served, address by address."""

    _mailboxes: list[tuple[str, str, Offer]] = field(default_factory=list)  # host, address
    _clocks: list[tuple[str, str, Kept]] = field(default_factory=list)

    def add(self, host: str, scheme: str, address: str, offered: Offer | Kept) -> list[MailListener]:
        """Plan a service at an address; what Postfix has to serve of it comes back."""
        if not offered.listens:
            return []
        if isinstance(offered, Kept):
            self._clocks.append((host, address, offered))
        elif scheme.startswith("imap"):
            self._mailboxes.append((host, address, offered))
        else:
            return [_listener(host, scheme, address, offered)]
        return []

    def ports(self) -> list[tuple[str, int]]:
        """The addresses and ports that take connections, Postfix's aside."""
        return [(address, port) for _, address, _ in self._mailboxes for port in (143, 993)]

    def start(self, machine: str, pki: Pki, folder: Path, daemons: Daemons) -> None:
        """Start it all, Dovecot first: Postfix asks it for the ways to log in."""
        if self._mailboxes:
            files = CredentialFiles(pki, folder)
            place = folder / "imap"
            daemons.start(machine, dovecot([_mailbox(*plan, files) for plan in self._mailboxes], place), place)
            daemons.wait_until(login_socket(place).exists, "Dovecot tells nobody how to log in")
        for number, (addresses, kept) in enumerate(self._grouped()):
            place = folder / f"time-{number}"
            place.mkdir()
            command = chronyd(addresses, place, synchronised=kept.synchronised)
            daemons.start(machine, clock_ahead(*addresses) if kept.ahead else command, place)

    def _grouped(self) -> list[tuple[list[str], Kept]]:
        """The addresses of a host that keep the time alike, together."""
        found: dict[tuple[str, Kept], list[str]] = {}
        for host, address, kept in self._clocks:
            found.setdefault((host, kept), []).append(address)
        return [(addresses, kept) for (_, kept), addresses in found.items()]


def _names(host: str, offer: Offer) -> tuple[str, ...]:
    return (f"also.{host}", host) if offer.another_key else (host,)


def _listener(host: str, scheme: str, address: str, offer: Offer) -> MailListener:
    options = ["smtpd_tls_wrappermode=yes"] if scheme == "submissions" and offer.first else []
    options += [] if offer.tls else ["smtpd_tls_security_level=none"]
    options += [f"smtpd_banner={offer.greeting}"] if offer.greeting else []
    names, port = _names(host, offer), _PORTS[scheme]
    return MailListener(host, address, offer.certificate, names, (*options, *offer.lines), port, offer.clear)


def _mailbox(host: str, address: str, offer: Offer, files: CredentialFiles) -> Mailbox:
    certificate, key = files.of(_names(host, offer), offer.certificate)
    greeting = offer.greeting or f"{host} ready."
    return Mailbox(address, certificate, key, greeting, tls=offer.tls, clear=offer.clear, lines=offer.lines)
