"""Which of some zones holds a name."""

from collections.abc import Collection

__all__ = ["covering_zone"]


def covering_zone(name: str, zones: Collection[str]) -> str | None:
    """Return the nearest of `zones` at or above `name`, or None. Lower-case names without a trailing dot; "." the root.

    >>> covering_zone("www.dalat.lamdong.gov.vn", {"lamdong.gov.vn", "dalat.lamdong.gov.vn"})
    'dalat.lamdong.gov.vn'
    """
    labels = name.split(".")
    above = (".".join(labels[start:]) for start in range(len(labels)))
    return next((zone for zone in (*above, ".") if zone in zones), None)
