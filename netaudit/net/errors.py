"""From what the operating system and the libraries raise, to why an attempt failed and on whose side."""

import errno
import re
import ssl
from collections.abc import Iterator

import httpcore

from netaudit.model.common import Failure, Reason, Side

__all__ = ["failure_of"]

_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
_OURS = {errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETDOWN}
_PATH = {errno.EHOSTUNREACH, errno.EHOSTDOWN}
_OTHER_ALERTS = {"TLSV1_UNRECOGNIZED_NAME", "TLSV1_UNSUPPORTED_EXTENSION", "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE"}
_LACKING = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def failure_of(error: BaseException) -> Failure:
    """Name the failure behind `error`, looking through the exceptions that wrap it.

    A refusal or a reset comes from the target; a silence may be the path's; a missing route or a
    lack of descriptors is ours. Anything unknown is a bug of ours, and says so.
    """
    detail = _detail(error)
    for cause in _causes(error):
        known = _known(cause)
        if known is not None:
            reason, side = known
            return Failure(reason=reason, side=side, detail=detail)
    return Failure(reason=Reason.BUG, side=Side.BUG, detail=f"{type(error).__name__}: {detail}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The innermost cause first: libraries wrap the operating system's word in their own."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 10:
        chain.append(inner)
    yield from reversed(chain)


def _known(error: BaseException) -> tuple[Reason, Side] | None:
    if isinstance(error, (ssl.SSLWantReadError, ssl.SSLWantWriteError)):
        return None  # no failure of TLS: it waited for the peer
    if isinstance(error, ssl.SSLError):
        alert = "ALERT" in (error.reason or "") or error.reason in _OTHER_ALERTS
        return (Reason.TLS_ALERT if alert else Reason.TLS), Side.TARGET
    if isinstance(error, OSError) and not isinstance(error, TimeoutError):
        return _known_os_error(error)
    if isinstance(error, (TimeoutError, httpcore.TimeoutException)):
        return Reason.TIMEOUT, Side.PATH
    if isinstance(error, (httpcore.ReadError, httpcore.WriteError, EOFError)):
        return Reason.RESET, Side.TARGET
    if isinstance(error, httpcore.RemoteProtocolError):
        return Reason.PROTOCOL, Side.TARGET
    if isinstance(error, (httpcore.LocalProtocolError, UnicodeError)):
        return Reason.PROTOCOL, Side.OURS
    return None


def _known_os_error(error: OSError) -> tuple[Reason, Side] | None:
    if isinstance(error, ConnectionRefusedError):
        return Reason.REFUSED, Side.TARGET
    if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
        return Reason.RESET, Side.TARGET
    if error.errno in _OURS:
        return Reason.NO_ROUTE, Side.OURS
    if error.errno in _PATH:
        return Reason.UNREACHABLE, Side.PATH
    if error.errno == errno.ETIMEDOUT:
        return Reason.TIMEOUT, Side.PATH
    if error.errno in _LACKING:
        return Reason.BUDGET, Side.OURS
    if error.errno in {errno.EPERM, errno.EACCES}:
        return Reason.NOT_PERMITTED, Side.OURS
    return None


def _detail(error: BaseException) -> str:
    """What the error says, without the number of the operating system; a time-out mostly says nothing."""
    text = _ERRNO.sub("", str(error)) or ("no reply" if isinstance(error, TimeoutError) else type(error).__name__)
    return "".join(c if c.isprintable() else "?" for c in text)[:200]
