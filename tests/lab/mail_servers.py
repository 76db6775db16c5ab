"""Mail servers of a world: one Postfix on each machine that has one. They take no mail."""

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
from tests.lab.ready import Expectation

__all__ = ["mail_expectations", "mail_rules", "start_mail_servers"]

_PORT = 25
_INTERNAL = """postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
tlsmgr unix - - n 300 1 tlsmgr
"""


def start_mail_servers(world: World, flaws: Flaws, pki: Pki, folder: Path, daemons: Daemons) -> None:
    """Start Postfix on every machine that has a mail server. `folder` must be open to other users."""
    for machine, server in _serving(world):
        place = folder / f"{machine.id}-mail"
        place.mkdir()
        listeners = "".join(_Listeners(machine, server, flaws, CredentialFiles(pki, place)).lines())
        daemons.start(machine.id, _postfix(place, server.host, listeners), place)


def mail_rules(machine: Machine, flaws: Flaws) -> list[str]:
    """The nftables rules for the mail ports of a machine that are silent."""
    return [
        f"meta nfproto {family} tcp dport {_PORT} drop"
        for family in Family
        if flaws.port(machine.id, family, _PORT) == "mail_silent"
    ]


def mail_expectations(world: World, flaws: Flaws) -> list[Expectation]:
    """What must accept connections before the lab is ready."""
    return [
        Expectation(address, _PORT)
        for machine, _ in _serving(world)
        for address in machine.addresses
        if flaws.port(machine.id, family_of(address), _PORT) is None
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

    def lines(self) -> Iterator[str]:
        for address in self.machine.addresses:
            family = family_of(address)
            if self.flaws.port(self.machine.id, family, _PORT) in (None, "mail_silent"):
                bound = f"[{address}]" if family is Family.IPV6 else address
                options = "".join(f"\n  -o {option}" for option in self._tls(family))
                yield f"{bound}:{_PORT} inet n - n - - smtpd{options}\n"

    def _tls(self, family: Family) -> list[str]:
        host = self.server.host
        if not self.server.starttls or self.flaws.host(host, family, "no_starttls"):
            return ["smtpd_tls_security_level=none"]
        certificate, key = self.credentials.of((host,), condition_of(host, family, self.flaws))
        return ["smtpd_tls_security_level=may", f"smtpd_tls_chain_files={key},{certificate}"]


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
    # Not `postfix start-fg`: that is a shell which leaves its child behind when it is ended.
    subprocess.run([_program("postfix"), "-c", str(config), "check"], check=True, capture_output=True)
    asked = [_program("postconf"), "-c", str(config), "-h", "daemon_directory"]
    daemons = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    return [f"{daemons}/master", "-c", str(config), "-d", "-s"]


def _program(name: str) -> str:
    found = find_program(name)
    assert found is not None, f"{name} is not installed"
    return found
