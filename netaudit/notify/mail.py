"""Handing a message to a mail server: TLS that is verified, a password within it alone, headers that can't be bent."""

import base64
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

from netaudit.notify.failures import SendFailure
from netaudit.notify.secrets import Secret
from netaudit.notify.settings import Smtp
from netaudit.notify.state import Message
from netaudit.notify.tls import trusting

__all__ = ["letter", "send_mail"]

_TIMEOUT = 30.0  # seconds for each step


def send_mail(message: Message, smtp: Smtp, password: Callable[[], Secret], folder: Path) -> None:
    """Send a message. Raises SendFailure; when this returns, the server has taken it (RFC 5321 section 6.1)."""
    composed = letter(message, smtp.sender)
    try:
        with _connection(smtp, trusting(smtp.roots, folder)) as server:
            if smtp.username:
                _log_in(server, smtp.username, password().reveal())
            server.send_message(composed, smtp.sender, [message.place])
    except smtplib.SMTPRecipientsRefused as error:
        code, told = error.recipients[message.place]
        raise SendFailure(_told(code, told), lasting=code >= 500) from None
    except smtplib.SMTPResponseException as error:  # an exception of a login shows no password
        raise SendFailure(_told(error.smtp_code, error.smtp_error), lasting=error.smtp_code >= 500) from None
    except smtplib.SMTPNotSupportedError as error:
        raise SendFailure(f"{smtp.host}: {error}", lasting=True) from None
    except ssl.SSLCertVerificationError as error:
        raise SendFailure(f"{smtp.host}: certificate: {error.verify_message}", lasting=True) from None
    except (OSError, smtplib.SMTPException) as error:
        raise SendFailure(f"{smtp.host}: {error}", lasting=False) from None


def letter(message: Message, sender: str) -> EmailMessage:
    """The message as e-mail. The same message has the same Message-ID, however often it is sent (RFC 5322 3.6.4)."""
    domain = sender.rpartition("@")[2]
    composed = EmailMessage(policy=SMTP)  # refuses a line break within a header
    composed["From"] = sender
    composed["To"] = message.place
    composed["Subject"] = message.subject
    composed["Date"] = formatdate(message.created)
    composed["Message-ID"] = f"<{message.key}@{domain}>"
    composed["Auto-Submitted"] = "auto-generated"  # no out-of-office replies (RFC 3834)
    composed.set_content(message.text, cte="quoted-printable")
    composed.add_alternative(message.html, subtype="html", cte="quoted-printable")
    composed["Content-Language"] = message.language  # now: what sets the content removes such fields
    return composed


def _connection(smtp: Smtp, context: ssl.SSLContext) -> smtplib.SMTP:
    """A greeted connection, within TLS where it is asked for: there is no going on without."""
    name = smtp.sender.rpartition("@")[2]
    if smtp.security == "tls":
        return smtplib.SMTP_SSL(smtp.host, smtp.target_port, local_hostname=name, timeout=_TIMEOUT, context=context)
    server = smtplib.SMTP(smtp.host, smtp.target_port, local_hostname=name, timeout=_TIMEOUT)
    try:
        if smtp.security == "starttls":
            _greet(server)
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _greet(server: smtplib.SMTP) -> None:
    """EHLO, and no HELO instead: a server without extensions has neither TLS nor logins."""
    code, said = server.ehlo()
    if not 200 <= code < 300:
        raise smtplib.SMTPHeloError(code, said)


def _log_in(server: smtplib.SMTP, username: str, password: str) -> None:
    """AUTH PLAIN (RFC 4616), else LOGIN, in UTF-8: smtplib's own knows ASCII alone. Both are for within TLS."""
    _greet(server)
    offered = server.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        code, said = server.docmd("AUTH", f"PLAIN {_base64(chr(0) + username + chr(0) + password)}")
    elif "LOGIN" in offered:
        code, said = server.docmd("AUTH", "LOGIN")
        for answer in (username, password):
            if code == 334:
                code, said = server.docmd(_base64(answer))
    else:
        raise smtplib.SMTPNotSupportedError("it offers neither AUTH PLAIN nor LOGIN")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _told(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {said}"[:300]
