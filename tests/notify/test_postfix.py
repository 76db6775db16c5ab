"""Mail through a real Postfix with TLS, where a real Dovecot says who may log in, into a real mailbox."""

import email
import email.policy
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from netaudit.notify.failures import SendFailure
from netaudit.notify.outbox import Postman, deliver, prepare
from netaudit.notify.settings import NotifyFile, SecretPlace, Smtp
from netaudit.notify.state import State, StateFile
from tests.lab.daemons import find_program
from tests.lab.mail_servers import postfix_master
from tests.lab.mailboxes import login_socket, submission_options
from tests.lab.requirements import missing_requirements, unavailable
from tests.notify.nights import DNS, WEB, night, route, settings
from tests.notify.receivers import Certificates, MailReceiver, listening
from tests.writers.synthetic import AT

pytestmark = pytest.mark.daemons

PASSWORD = "một-mật-khẩu"
_PEOPLE = ("one", "two", "three", "four")
# None of them sends mail anywhere: there is no smtp among them.
_SERVICES = """postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
tlsmgr unix - - n 300 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
"""


@dataclass
class MailSystem:
    """Postfix at a port of 127.0.0.1, and the mailboxes of example.net, one folder a person."""

    port: int
    folder: Path

    def letters(self, person: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.folder / "mail" / person / "new").glob("*"))]


@pytest.fixture(scope="module")
def system() -> Iterator[MailSystem]:
    missing = missing_requirements()
    if missing:
        unavailable(f"missing: {', '.join(missing)}")
    folder = Path(tempfile.mkdtemp(prefix="netaudit-mail-"))  # a short name: the path of a socket has a bound
    folder.chmod(0o755)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        port = _free_port()
        commands = (_dovecot(folder), _postfix(folder, port))
        for command in commands:
            with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
                guarded = ["setpriv", "--pdeathsig", "TERM", *command]
                processes.append(subprocess.Popen(guarded, stdout=log, stderr=log, start_new_session=True))
        wait_until(login_socket(folder / "auth").exists, "Dovecot does not start")
        wait_until(lambda: b"220" in _greeting(port), "Postfix does not start")
        yield MailSystem(port, folder)
    finally:
        for process in processes:
            process.terminate()
            process.wait(10)
        shutil.rmtree(folder)


def test_a_letter_lands_in_the_mailbox_of_each_who_is_told(system: MailSystem) -> None:
    file = _notify_file(system, "one", "two")
    state_file = StateFile(system.folder / "state")
    with state_file.hold():
        for number, faults in enumerate(({DNS: "fail"}, {WEB: "fail"})):
            state = prepare(state_file.read(), night(number, faults), file, now=AT)
            told = deliver(state_file, state, _postman(system, file).send)
            assert (len(told.sent), told.waiting) == (2, [])
    for person in ("one", "two"):
        wait_until(lambda who=person: len(system.letters(who)) == 2, "no letter comes")  # type: ignore[misc]
        first, second = (email.message_from_bytes(raw, policy=email.policy.default) for raw in system.letters(person))
        assert {first["Subject"], second["Subject"]} == {
            "Tỉnh Lâm Đồng: 1 lỗi", "Tỉnh Lâm Đồng: +1 lỗi mới, −1 đã khắc phục",
        }  # fmt: skip
        assert first["To"] == f"{person}@example.net" and first["Return-Path"] == "<netaudit@lamdong.gov.vn>"
        assert "TLSv1.3" in first["Received"] or "TLSv1.2" in first["Received"]
        text = first.get_body(("plain",))
        assert text is not None and "dalat.lamdong.gov.vn" in text.get_content()


def test_a_wrong_password_and_nobody_by_that_name(system: MailSystem) -> None:
    file = _notify_file(system, "three")
    (message,) = prepare(State(), night(0, {DNS: "fail"}), file, now=AT).outbox
    with pytest.raises(SendFailure, match="535") as failed:
        Postman(file, system.folder, {"MAIL_PASSWORD": "wrong"}).send(message)
    assert failed.value.lasting and "wrong" not in str(failed.value)
    stranger = settings(route("x", to=("x@elsewhere.example",)), smtp=file.smtp)
    (message,) = prepare(State(), night(0, {DNS: "fail"}), stranger, now=AT).outbox
    with pytest.raises(SendFailure, match=r"55\d|relay|Relay"):
        _postman(system, stranger).send(message)
    assert system.letters("three") == []


def test_postfix_is_spoken_to_as_its_certificate_says(system: MailSystem) -> None:
    public = settings(
        route("four", to=("four@example.net",)), smtp=Smtp(host="localhost", port=system.port, sender="a@b.c")
    )
    (message,) = prepare(State(), night(0, {DNS: "fail"}), public, now=AT).outbox
    with pytest.raises(SendFailure, match="certificate"):
        _postman(system, public).send(message)
    assert system.letters("four") == []


def _notify_file(system: MailSystem, *people: str) -> NotifyFile:
    smtp = Smtp(
        host="localhost", port=system.port, sender="netaudit@lamdong.gov.vn", roots=("roots.pem",), username="netaudit",
        password=SecretPlace(environment="MAIL_PASSWORD"),
    )  # fmt: skip
    return settings(route("all", to=tuple(f"{person}@example.net" for person in people)), smtp=smtp)


def _postman(system: MailSystem, file: NotifyFile) -> Postman:
    return Postman(file, system.folder, {"MAIL_PASSWORD": PASSWORD})


def _dovecot(folder: Path) -> list[str]:
    auth = folder / "auth"
    auth.mkdir()
    auth.chmod(0o755)
    (auth / "dovecot.conf").write_text(
        f"base_dir = {auth}/run\nstate_dir = {auth}/state\nlog_path = /dev/stderr\nprotocols =\nssl = no\n"
        "auth_mechanisms = plain login\nauth_failure_delay = 0\n"
        f"passdb {{\n driver = static\n args = password={PASSWORD}\n}}\n"
        "userdb {\n driver = static\n args = uid=nobody gid=nogroup home=/nonexistent\n}\n"
        f"service auth {{\n unix_listener {login_socket(auth)} {{\n  mode = 0666\n }}\n}}\n",
        encoding="utf-8",
    )
    return [_program("dovecot"), "-F", "-c", str(auth / "dovecot.conf")]


def _postfix(folder: Path, port: int) -> list[str]:
    certificates = Certificates(folder)
    issued = certificates.authority.issue_cert("localhost")
    chain = folder / "server.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(chain)
    chain.chmod(0o600)
    config, queue, data, mail = (folder / name for name in ("etc", "queue", "data", "mail"))
    for path in (config, queue, data, mail):
        path.mkdir()
    os.chown(data, pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid)
    os.chown(mail, pwd.getpwnam("nobody").pw_uid, -1)
    boxes = "".join(f"/^{person}@example\\.net$/ {person}/\n" for person in _PEOPLE)
    (config / "mailboxes").write_text(boxes)
    (config / "main.cf").write_text(
        f"compatibility_level = 3.6\nsmtpd_error_sleep_time = 0\nqueue_directory = {queue}\n"
        f"data_directory = {data}\nmyhostname = localhost\n"
        "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmydestination =\nlocal_recipient_maps =\nalias_maps =\n"
        "alias_database =\nsmtpd_peername_lookup = no\nmaillog_file = /dev/stdout\nmynetworks =\n"
        f"virtual_mailbox_domains = example.net\nvirtual_mailbox_base = {mail}\n"
        f"virtual_mailbox_maps = regexp:{config}/mailboxes\n"
        f"virtual_minimum_uid = 1\nvirtual_uid_maps = static:{pwd.getpwnam('nobody').pw_uid}\n"
        f"virtual_gid_maps = static:{pwd.getpwnam('nobody').pw_gid}\n"
        "smtpd_relay_restrictions = permit_auth_destination, reject\nsmtpd_recipient_restrictions = "
        "permit_sasl_authenticated, reject\n"
        f"smtpd_tls_chain_files = {chain}\nsmtpd_tls_security_level = encrypt\nsmtpd_tls_received_header = yes\n"
    )
    login = "".join(f"\n  -o {option}" for option in submission_options(login_socket(folder / "auth"), clear=False))
    (config / "master.cf").write_text(f"{_SERVICES}127.0.0.1:{port} inet n - n - - smtpd{login}\n")
    return postfix_master(config)


def _program(name: str) -> str:
    found = find_program(name)
    assert found is not None, f"{name} is not installed"
    return found


def _free_port() -> int:
    with listening(MailReceiver().serve) as port:
        return port


def _greeting(port: int) -> bytes:
    import socket

    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as made:  # noqa: TID251
            return made.recv(100)
    except OSError:
        return b""


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, what
        time.sleep(0.05)
