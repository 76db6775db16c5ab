"""Internationalised names as people read them, beside what DNS holds."""

import idna

from netaudit.writers.safe import one_line

__all__ = ["both_ways"]


def both_ways(name: str) -> str:
    """Return an A-label name with its U-label form behind it: `xn--lmng-goa46e.vn (lâmđồng.vn)`; others as they are."""
    if "xn--" not in name:
        return one_line(name, 260)
    try:
        return one_line(f"{name} ({idna.decode(name)})", 600)
    except (idna.IDNAError, UnicodeError):
        return one_line(name, 260)
