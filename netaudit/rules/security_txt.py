"""security.txt read as RFC 9116 writes it: whom to tell of a vulnerability, and until when that holds."""

from datetime import datetime
from typing import NamedTuple

__all__ = ["SECURITY_TXT", "SecurityTxt", "parse_security_txt"]

SECURITY_TXT = "/.well-known/security.txt"


class SecurityTxt(NamedTuple):
    """The contacts, and the time until which they hold in seconds since 1970."""

    contacts: tuple[str, ...] = ()
    expires: float = 0.0
    problem: str = ""  # the field that breaks the file; empty: none


def parse_security_txt(body: bytes) -> SecurityTxt:
    """Read a file: one contact at least, and exactly one time that is past or to come (sections 2.5.3 and 2.5.5)."""
    contacts: list[str] = []
    ends: list[str] = []
    for line in body.decode("utf-8", "replace").splitlines()[:500]:
        name, separator, value = line.partition(":")
        if separator and name.strip().lower() == "contact":
            contacts.append(value.strip())
        elif separator and name.strip().lower() == "expires":
            ends.append(value.strip())
    if not all(contact.lower().startswith(("mailto:", "https://", "tel:")) for contact in contacts) or not contacts:
        return SecurityTxt(tuple(contacts), problem="Contact")
    expires = _seconds(ends[0]) if len(ends) == 1 else None
    return SecurityTxt(tuple(contacts), expires or 0.0, "" if expires is not None else "Expires")


def _seconds(text: str) -> float | None:
    """A time of RFC 3339; None when it is none, or of no zone."""
    try:
        found = datetime.fromisoformat(text)
        return found.timestamp() if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
