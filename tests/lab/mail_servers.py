"""Mail servers of a world: a Postfix on each machine that has one, and a Dovecot for its clients. They take no mail."""

import grp
import os
import pwd
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netaudit.lab.flaws import Flaws
from netaudit.lab.pki import Pki, condition_of
from netaudit.lab.world import Machine, MailServer, World
from netaudit.model.common import Family, family_of
from tests.lab.credentials import CredentialFiles
from tests.lab.daemons import Command, Daemons, find_program
from tests.lab.mailboxes import Mailbox, dovecot, login_socket, submission_options
from tests.lab.ready import Expectation

__all__ = ["mail_expectations", "mail_rules", "postfix_master", "start_mail_servers"]

_PORT = 25
_SUBMISSION, _SUBMISSIONS = 587, 465
_CLIENTS = (_SUBMISSION, _SUBMISSIONS, 143, 993)
_SILENT = ("mail_silent", "clients_silent")
_INTERNAL = """postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
tlsmgr unix - - n 300 1 tlsmgr
"""


def start_mail_servers(world: World, flaws: Flaws, pki: Pki, folder: Path, daemons: Daemons) -> None:
    """Start Postfix on every machine that has a mail server. `folder` must be open to other users."""
    for machine, server in _serving(world):
        place = folder / f"{machine.id}-mail"
        place.mkdir()
        made = _Listeners(machine, server, flaws, CredentialFiles(pki, place), place / "imap")
        if server.clients:
            daemons.start(machine.id, dovecot(made.mailboxes(), made.imap), made.imap)
            daemons.wait_until(login_socket(made.imap).exists, "Dovecot tells nobody how to log in")
        listeners = "".join(made.lines())
        daemons.start(machine.id, _postfix(place, server.host, listeners), place)


def mail_rules(machine: Machine, flaws: Flaws) -> list[str]:
    """The nftables rules for the mail ports of a machine that are silent."""
    return [
        f"meta nfproto {family} tcp dport {port} drop"
        for family in Family
        for port in (_PORT, *_CLIENTS)
        if flaws.port(machine.id, family, port) in _SILENT
    ]


def mail_expectations(world: World, flaws: Flaws) -> list[Expectation]:
    """What must accept connections before the lab is ready."""
    return [
        Expectation(address, port)
        for machine, server in _serving(world)
        for address in machine.addresses
        for port in (_PORT, *(_CLIENTS if server.clients else ()))
        if flaws.port(machine.id, family_of(address), port) is None
    ]


def _serving(world: World) -> list[tuple[Machine, MailServer]]:
    machines = {machine.id: machine for machine in world.machines}
    return [(machines[server.machine], server) for server in world.mail]


@dataclass(frozen=True)
class _Listeners:
    """The lines of master.cf for one machine: what the server is over a family is one listener."""

    machine: Machine
    server: MailServer
    flaws: Flaws
    credentials: CredentialFiles
    imap: Path  # Dovecot's folder

    def mailboxes(self) -> list[Mailbox]:
        """Dovecot at each address that takes connections."""
        found = []
        for address in self.machine.addresses:
            family = family_of(address)
            if self._serves(family, 143):
                certificate, key = self._credentials(family)
                clear = self.flaws.host(self.server.host, family, "login_in_the_clear")
                greeting = f"{self.server.host} ready."
                found.append(Mailbox(address, certificate, key, greeting, self._has_tls(family), clear))
        return found

    def lines(self) -> Iterator[str]:
        for address in self.machine.addresses:
            family = family_of(address)
            bound = f"[{address}]" if family is Family.IPV6 else address
            if self._serves(family, _PORT):
                yield _line(bound, _PORT, self._tls(family))
            if self.server.clients and self._serves(family, _SUBMISSION):
                clear = self.flaws.host(self.server.host, family, "login_in_the_clear")
                login = submission_options(login_socket(self.imap), clear=clear)
                yield _line(bound, _SUBMISSION, [*self._tls(family), *login])
                first = ["smtpd_tls_wrappermode=yes", *self._chain(family)]
                yield _line(bound, _SUBMISSIONS, [*first, *login])

    def _serves(self, family: Family, port: int) -> bool:
        return self.flaws.port(self.machine.id, family, port) in (None, *_SILENT)

    def _has_tls(self, family: Family) -> bool:
        return self.server.starttls and not self.flaws.host(self.server.host, family, "no_starttls")

    def _tls(self, family: Family) -> list[str]:
        if not self._has_tls(family):
            return ["smtpd_tls_security_level=none"]
        return ["smtpd_tls_security_level=may", *self._chain(family)]

    def _chain(self, family: Family) -> list[str]:
        certificate, key = self._credentials(family)
        return [f"smtpd_tls_chain_files={key},{certificate}"]

    def _credentials(self, family: Family) -> tuple[Path, Path]:
        host = self.server.host
        return self.credentials.of((host,), condition_of(host, family, self.flaws))


def _line(bound: str, port: int, options: list[str]) -> str:
    return f"{bound}:{port} inet n - n - - smtpd" + "".join(f"\n  -o {option}" for option in options) + "\n"


def _postfix(folder: Path, host: str, listeners: str) -> Command:
    config, queue, data = (folder / name for name in ("etc", "queue", "data"))
    for path in (config, queue, data):
        path.mkdir()
    os.chown(data, pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid)
    (config / "main.cf").write_text(
        f"compatibility_level = 3.6\nqueue_directory = {queue}\ndata_directory = {data}\nmyhostname = {host}\n"
        "inet_interfaces = all\ninet_protocols = all\nmydestination =\nlocal_recipient_maps =\n"
        "alias_maps =\nalias_database =\nsmtpd_banner = $myhostname ESMTP\nsmtpd_relay_restrictions = reject\n"
        "smtpd_peername_lookup = no\nmaillog_file = /dev/stdout\n"
    )
    (config / "master.cf").write_text(_INTERNAL + listeners)
    return postfix_master(config)


def postfix_master(config: Path) -> Command:
    """The command that runs a Postfix by the settings in a folder, once they were checked.

    Not `postfix start-fg`: that is a shell which leaves its child behind when it is ended.
    """
    subprocess.run([_program("postfix"), "-c", str(config), "check"], check=True, capture_output=True)
    asked = [_program("postconf"), "-c", str(config), "-h", "daemon_directory"]
    daemons = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    return [f"{daemons}/master", "-c", str(config), "-d", "-s"]


def _program(name: str) -> str:
    found = find_program(name)
    assert found is not None, f"{name} is not installed"
    return found
