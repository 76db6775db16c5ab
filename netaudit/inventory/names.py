"""Host and zone names as an author writes them, and as the project keeps them."""

import ipaddress
import re

import idna

__all__ = ["NameProblem", "host_name", "zone_name"]

_HOST_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_ZONE_LABEL = re.compile(r"[a-z0-9_/-]{1,63}")  # RFC 2317 zones have a slash
_LONGEST_NAME = 253


class NameProblem(ValueError):
    """A text that is no host or zone name; `hint` may say what was meant."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def host_name(text: str) -> str:
    """Return a host name (RFC 1123) in lower-case A-labels without a trailing dot. Raises NameProblem."""
    name = _ascii_name(text)
    if not all(_HOST_LABEL.fullmatch(label) for label in name.split(".")) or "." not in name:
        raise NameProblem("not a host name")
    if name.rpartition(".")[2].isdigit():
        raise NameProblem("not a host name: it ends in a number, as an address does", "services are audited by name")
    return name


def zone_name(text: str) -> str:
    """Return a zone name in lower-case A-labels without a trailing dot; the root is ".". Raises NameProblem."""
    if text.strip() == ".":
        return "."
    name = _ascii_name(text)
    if not all(_ZONE_LABEL.fullmatch(label) for label in name.split(".")):
        raise NameProblem("not a zone name")
    return name


def _ascii_name(text: str) -> str:
    _refuse_what_is_no_name(text)
    labels = re.split("[.\u3002\uff0e\uff61]", text.strip().lower())  # IDNA's dots (RFC 3490 section 3.1)
    if labels[-1] == "":
        labels.pop()
    name = ".".join(_a_label(label) for label in labels)
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise NameProblem("not a name: empty, or longer than 253 characters")
    return name


def _a_label(label: str) -> str:
    if not label:
        raise NameProblem("a name with an empty label")
    if label.isascii() and not label.startswith("xn--"):
        return label
    try:
        return idna.encode(label, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError):
        raise NameProblem("not an internationalised name (RFC 5891)") from None


def _refuse_what_is_no_name(text: str) -> None:
    if "://" in text:
        host = text.split("://", 1)[1].split("/")[0]
        raise NameProblem("a URL, not a name", f"write host: {host[:100]}, and scheme, port and path beside it")
    if "@" in text:
        raise NameProblem("a mail address, not a name", f"write only {text.rpartition('@')[2][:100]}")
    try:
        ipaddress.ip_address(text.strip("[] "))
    except ValueError:
        return
    raise NameProblem("an address, not a name", "services are audited by name")
