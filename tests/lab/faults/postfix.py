"""The exchangers and submission servers of the table as one Postfix: a listener for each address."""

import grp
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from netaudit.lab.pki import Condition, Pki
from tests.lab.credentials import CredentialFiles
from tests.lab.daemons import Command, find_program
from tests.lab.mailboxes import submission_options

__all__ = ["MailListener", "postfix"]

_INTERNAL = """postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
tlsmgr unix - - n 300 1 tlsmgr
"""


@dataclass(frozen=True)
class MailListener:
    """One address of an exchanger, or of submission: then `clear` says whether passwords are taken before TLS."""

    host: str
    address: str
    certificate: Condition
    names: tuple[str, ...]
    options: tuple[str, ...]
    port: int = 25
    clear: bool | None = None


def postfix(listeners: list[MailListener], pki: Pki, folder: Path, login: Path) -> Command:
    """The command that serves all of them. `folder` must be open to other users; at `login` is who knows of logins."""
    folder.mkdir()
    files = CredentialFiles(pki, folder)
    config, queue, data = (folder / name for name in ("etc", "queue", "data"))
    for path in (config, queue, data):
        path.mkdir()
    os.chown(data, pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid)
    (config / "main.cf").write_text(
        f"compatibility_level = 3.6\nqueue_directory = {queue}\ndata_directory = {data}\nmyhostname = mail.invalid\n"
        "inet_interfaces = all\ninet_protocols = all\nmydestination =\nlocal_recipient_maps =\n"
        "alias_maps =\nalias_database =\nsmtpd_relay_restrictions = reject\n"
        "smtpd_peername_lookup = no\nmaillog_file = /dev/stdout\n"
    )
    (config / "master.cf").write_text(_INTERNAL + "".join(_listener(one, files, login) for one in listeners))
    subprocess.run([_program("postfix"), "-c", str(config), "check"], check=True, capture_output=True)
    asked = [_program("postconf"), "-c", str(config), "-h", "daemon_directory"]
    daemons = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    return [f"{daemons}/master", "-c", str(config), "-d", "-s"]


def _listener(listener: MailListener, files: CredentialFiles, login: Path) -> str:
    bound = f"[{listener.address}]" if ":" in listener.address else listener.address
    certificate, key = files.of(listener.names, listener.certificate)
    clients = submission_options(login, clear=listener.clear) if listener.clear is not None else []
    options = {
        "myhostname": listener.host,
        "smtpd_banner": "$myhostname",
        "smtpd_tls_security_level": "may",
        "smtpd_tls_chain_files": f"{key},{certificate}",
        **dict(option.split("=", 1) for option in (*clients, *listener.options)),
    }
    given = "".join(f"\n  -o {name}={value}" for name, value in options.items())
    return f"{bound}:{listener.port} inet n - n - - smtpd{given}\n"


def _program(name: str) -> str:
    found = find_program(name)
    assert found is not None, f"{name} is not installed"
    return found
