"""Logic in which something may be unknown, as what could not be tested: strong Kleene logic, None for unknown."""

from collections.abc import Iterable

__all__ = ["all_of", "any_of"]


def any_of(found: Iterable[bool | None]) -> bool | None:
    """True when one is true, else None when one is unknown, else False; False of none at all."""
    known = frozenset(found)
    if True in known:
        return True
    return None if None in known else False


def all_of(found: Iterable[bool | None]) -> bool | None:
    """False when one is false, else None when one is unknown, else True; True of none at all."""
    known = frozenset(found)
    if False in known:
        return False
    return None if None in known else True
