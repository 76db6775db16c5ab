"""IMAP servers, and the logins of submission: one Dovecot, which is what it is by address. Nobody can log in."""

from dataclasses import dataclass
from pathlib import Path

from tests.lab.daemons import Command

__all__ = ["Mailbox", "dovecot", "login_socket", "submission_options"]

_LONGEST_SOCKET = 107  # octets of a path (unix(7))


@dataclass(frozen=True)
class Mailbox:
    """Dovecot at one address: ports 143 and 993. `tls`: it has any; `clear`: it takes passwords before TLS."""

    address: str
    certificate: Path
    key: Path
    greeting: str
    tls: bool = True
    clear: bool = False
    lines: tuple[str, ...] = ()  # further settings


def login_socket(folder: Path) -> Path:
    """Where Postfix asks for the ways to log in."""
    path = folder / "login"
    assert len(str(path)) <= _LONGEST_SOCKET, path
    return path


def dovecot(mailboxes: list[Mailbox], folder: Path) -> Command:
    """The command that serves all of them. Makes `folder`."""
    folder.mkdir()
    folder.chmod(0o755)
    path = folder / "dovecot.conf"
    listen = ", ".join(mailbox.address for mailbox in mailboxes)
    first = mailboxes[0]
    lines = [
        f"base_dir = {folder}/run",
        f"state_dir = {folder}/state",
        "log_path = /dev/stderr",
        "protocols = imap",
        f"listen = {listen}",
        "ssl = yes",
        f"ssl_cert = <{first.certificate}",
        f"ssl_key = <{first.key}",
        "disable_plaintext_auth = yes",
        "auth_mechanisms = plain login",
        "passdb {\n driver = static\n args = password=khong-ai-dang-nhap\n}",
        f"userdb {{\n driver = static\n args = uid=nobody gid=nogroup home={folder}\n}}",
        f"service auth {{\n unix_listener {login_socket(folder)} {{\n  mode = 0666\n }}\n}}",
        "service imap-login {\n chroot =\n}",
        *map(_local, mailboxes),
    ]
    path.write_text("\n".join(lines) + "\n")
    return ["dovecot", "-F", "-c", str(path)]


def submission_options(sasl: Path, *, clear: bool) -> list[str]:
    """Options of Postfix's smtpd for clients that log in."""
    return [
        "smtpd_sasl_auth_enable=yes",
        "smtpd_sasl_type=dovecot",
        f"smtpd_sasl_path={sasl}",
        "smtpd_sasl_security_options=noanonymous",
        f"smtpd_tls_auth_only={'no' if clear else 'yes'}",
    ]


def _local(mailbox: Mailbox) -> str:
    lines = [f"login_greeting = {mailbox.greeting}", *mailbox.lines]
    if not mailbox.tls:
        lines.append("ssl = no")
    else:
        lines += [f"ssl_cert = <{mailbox.certificate}", f"ssl_key = <{mailbox.key}"]
    if mailbox.clear:
        lines.append("disable_plaintext_auth = no")
    return f"local {mailbox.address} {{\n" + "".join(f" {line}\n" for line in lines) + "}\n"
