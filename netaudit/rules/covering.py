"""Which of some zones holds a name, and which zones may hold names of which nothing else is known."""

from collections.abc import Collection, Iterable

__all__ = ["covering_zone", "likely_zones"]

# Labels below country-code top-level domains under which names are registered, as gov.vn and edu.vn.
_CATEGORIES = {
    "ac", "biz", "co", "com", "edu", "gob", "gouv", "gov", "govt", "health", "info", "int", "io", "mil", "name",
    "net", "or", "org", "pro",
}  # fmt: skip
_COUNTRY = 2  # letters of a country-code top-level domain


def covering_zone(name: str, zones: Collection[str]) -> str | None:
    """Return the nearest of `zones` at or above `name`, or None. Lower-case names without a trailing dot; "." the root.

    >>> covering_zone("www.dalat.lamdong.gov.vn", {"lamdong.gov.vn", "dalat.lamdong.gov.vn"})
    'dalat.lamdong.gov.vn'
    """
    labels = name.split(".")
    above = (".".join(labels[start:]) for start in range(len(labels)))
    return next((zone for zone in (*above, ".") if zone in zones), None)


def likely_zones(hosts: Iterable[str]) -> tuple[str, ...]:
    """Return the registered domain above each host, as far as names alone tell, once each, in the hosts' order.

    >>> likely_zones(["www.lamdong.gov.vn", "motcua.dalat.lamdong.gov.vn", "dalat.vn"])
    ('lamdong.gov.vn', 'dalat.vn')
    """
    return tuple(dict.fromkeys(map(_registered, hosts)))


def _registered(host: str) -> str:
    labels = host.split(".")
    below_category = len(labels[-1]) == _COUNTRY and len(labels) > 2 and labels[-2] in _CATEGORIES
    return ".".join(labels[-3 if below_category else -2 :])
