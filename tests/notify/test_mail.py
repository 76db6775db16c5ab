"""Mail: TLS or nothing, the password within it alone, and every refusal told for what it is."""

import base64
import email
import email.policy
from pathlib import Path
from typing import Literal

import pytest

from netaudit.notify.failures import SendFailure
from netaudit.notify.mail import send_mail
from netaudit.notify.secrets import Secret
from netaudit.notify.settings import SecretPlace, Smtp
from netaudit.notify.state import Message
from tests.notify.receivers import Certificates, MailReceiver, listening

PASSWORD = "mật-khẩu-of-the-test"
MESSAGE = Message(
    key="0123456789abcdef0123456789abcdef", route="all", way="mail", place="quantri@lamdong.gov.vn",
    created=1_795_000_000, language="vi", subject="Tỉnh Lâm Đồng: +2 lỗi mới, −1 đã khắc phục",
    text="Mới: 2\n.\n- một dấu chấm\n",
    html="<p>Mới: 2</p>",
)  # fmt: skip


def smtp(
    port: int, security: Literal["tls", "starttls", "none"], *, login: bool = False, roots: str = "roots.pem"
) -> Smtp:
    return Smtp(
        host="localhost", port=port, sender="netaudit@lamdong.gov.vn", security=security, roots=(roots,),
        username="netaudit" if login else "", password=SecretPlace(environment="X") if login else None,
    )  # fmt: skip


def send(server: Smtp, folder: Path) -> None:
    send_mail(MESSAGE, server, lambda: Secret(PASSWORD), folder)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


def test_a_letter_arrives_as_it_was_meant(certificates: Certificates, tmp_path: Path) -> None:
    receiver = MailReceiver(tls=certificates.context("localhost"))
    with listening(receiver.serve) as port:
        send(smtp(port, "starttls"), tmp_path)
    (raw,) = receiver.letters
    got = email.message_from_bytes(raw.replace(b"\r\n..", b"\r\n."), policy=email.policy.default)
    assert got["Subject"] == MESSAGE.subject and got["To"] == MESSAGE.place
    text = got.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n").rstrip(".\n") == MESSAGE.text.rstrip("\n")
    envelope = [n for n, line in enumerate(receiver.said) if line.lower().startswith(("mail", "rcpt", "data"))]
    assert len(envelope) == 3 and all(receiver.secured[number] for number in envelope)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_password_is_sent_within_tls_alone(
    certificates: Certificates, tmp_path: Path, security: Literal["tls", "starttls"]
) -> None:
    context = certificates.context("localhost")
    receiver = MailReceiver(tls=context if security == "starttls" else None)
    with listening(receiver.serve, context if security == "tls" else None) as port:
        send(smtp(port, security, login=True), tmp_path)
    logins = [(line, secure) for line, secure in zip(receiver.said, receiver.secured, strict=True) if "AUTH" in line]
    assert [secure for _, secure in logins] == [True]
    assert base64.b64decode(logins[0][0].split()[-1]).decode() == f"\0netaudit\0{PASSWORD}"
    assert len(receiver.letters) == 1


@pytest.mark.parametrize("offer", ["LOGIN", "CRAM-MD5"])
def test_another_way_to_log_in(certificates: Certificates, tmp_path: Path, offer: str) -> None:
    """LOGIN, where there is no PLAIN; nothing else."""
    questions = iter(["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 2.7.0 welcome"])

    class Other(MailReceiver):
        def _reply(self, verb: str, secure: bool) -> str:
            if verb == "EHLO":
                return super()._reply(verb, secure).replace("PLAIN", offer)
            encoded = verb in {base64.b64encode(text.encode()).decode().upper() for text in ("netaudit", PASSWORD)}
            return next(questions) if verb == "AUTH" or encoded else super()._reply(verb, secure)

    receiver = Other(tls=certificates.context("localhost"))
    with listening(receiver.serve) as port:
        if offer == "LOGIN":
            send(smtp(port, "starttls", login=True), tmp_path)
        else:
            with pytest.raises(SendFailure, match="neither AUTH PLAIN nor LOGIN"):
                send(smtp(port, "starttls", login=True), tmp_path)
    assert len(receiver.letters) == (1 if offer == "LOGIN" else 0)
    assert (base64.b64encode(PASSWORD.encode()).decode() in receiver.said) is (offer == "LOGIN")


def test_a_server_without_tls_gets_neither_password_nor_letter(tmp_path: Path, certificates: Certificates) -> None:
    """As when somebody on the way takes STARTTLS out of the greeting."""
    receiver = MailReceiver()
    with listening(receiver.serve) as port, pytest.raises(SendFailure, match="STARTTLS") as failed:
        send(smtp(port, "starttls", login=True), tmp_path)
    assert failed.value.lasting
    assert receiver.letters == [] and not any("AUTH" in line or "FROM" in line for line in receiver.said)


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("name", ["other.example", "stranger"])
def test_a_server_that_is_another_gets_nothing(
    tmp_path: Path, certificates: Certificates, security: Literal["tls", "starttls"], name: str
) -> None:
    (tmp_path / "strange").mkdir()
    issuer = Certificates(tmp_path / "strange") if name == "stranger" else certificates
    context = issuer.context("localhost" if name == "stranger" else name)
    receiver = MailReceiver(tls=context if security == "starttls" else None)
    with (
        listening(receiver.serve, context if security == "tls" else None) as port,
        pytest.raises(SendFailure, match="certificate") as failed,
    ):
        send(smtp(port, security, login=True), tmp_path)
    assert failed.value.lasting and receiver.letters == []
    assert not any("AUTH" in line for line in receiver.said)


@pytest.mark.parametrize(
    ("verb", "reply", "lasting"),
    [
        ("RCPT", "550 5.1.1 no such user", True), ("RCPT", "450 4.2.0 greylisted", False),
        ("MAIL", "552 5.2.2 full", True), ("DATA", "421 4.3.2 going down", False),
        ("letter", "554 5.6.0 not wanted", True), ("letter", "451 4.3.0 later", False),
        ("AUTH", "535 5.7.8 wrong", True), ("EHLO", "421 4.7.0 busy", False),
    ],
)  # fmt: skip
def test_a_refusal_says_whether_to_try_again(
    tmp_path: Path, certificates: Certificates, verb: str, reply: str, lasting: bool
) -> None:
    receiver = MailReceiver(tls=certificates.context("localhost"), replies={verb: reply})
    with listening(receiver.serve) as port, pytest.raises(SendFailure) as failed:
        send(smtp(port, "starttls", login=True), tmp_path)
    assert failed.value.lasting is lasting
    assert PASSWORD not in str(failed.value) and base64.b64encode(PASSWORD.encode()).decode() not in str(failed.value)


@pytest.mark.parametrize("verb", ["EHLO", "RCPT", "letter"])
def test_a_server_that_goes_away_is_asked_again_later(tmp_path: Path, certificates: Certificates, verb: str) -> None:
    receiver = MailReceiver(tls=certificates.context("localhost"), hang_up_after=verb)
    with listening(receiver.serve) as port, pytest.raises(SendFailure) as failed:
        send(smtp(port, "starttls"), tmp_path)
    assert not failed.value.lasting


def test_nobody_there_and_roots_that_are_none(tmp_path: Path, certificates: Certificates) -> None:
    with listening(MailReceiver().serve) as port:
        pass
    with pytest.raises(SendFailure) as failed:
        send(smtp(port, "starttls"), tmp_path)
    assert not failed.value.lasting
    with pytest.raises(SendFailure, match="no certificates") as failed:
        send(smtp(port, "starttls", roots="missing.pem"), tmp_path)
    assert failed.value.lasting
