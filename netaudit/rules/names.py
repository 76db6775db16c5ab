"""Names as facts and inventories have them, and the one that no zone should have."""

from functools import lru_cache

import dns.name

__all__ = ["name_text", "nonexistent_name"]

_NONEXISTENT = b"netaudit-nonexistent"  # always the same, so that a report can be repeated

_REMEMBERED = 32_768  # names


def name_text(name: dns.name.Name) -> str:
    """A name as facts have it: lower case, no trailing dot, the root as `.`."""
    return _text(name.labels)  # as a key they cost a tenth of what a name does


@lru_cache(_REMEMBERED)
def _text(labels: tuple[bytes, ...]) -> str:
    name = dns.name.Name(labels)
    return "." if name == dns.name.root else name.canonicalize().to_text(omit_final_dot=True)


def nonexistent_name(apex: dns.name.Name) -> dns.name.Name | None:
    """The name of a zone by which its denials are tried; None: it would be too long.

    >>> print(nonexistent_name(dns.name.from_text("tinh.vn")))
    netaudit-nonexistent.tinh.vn.
    """
    try:
        return dns.name.Name((_NONEXISTENT, *apex.labels))
    except dns.name.NameTooLong:
        return None
