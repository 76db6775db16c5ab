"""Whom we believe to be the server that we send to."""

import ssl
from collections.abc import Sequence
from pathlib import Path

import certifi

from netaudit.notify.failures import SendFailure

__all__ = ["trusting"]


def trusting(roots: Sequence[str], folder: Path) -> ssl.SSLContext:
    """A client context that verifies certificates and host names: public roots, and PEM files. Raises SendFailure."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for name in roots:
        try:
            context.load_verify_locations(cafile=folder / name)
        except (OSError, ssl.SSLError) as error:
            raise SendFailure(f"{folder / name}: no certificates: {error}", lasting=True) from None
    return context
