"""Which of some zones holds a name, and which zones may hold names of which nothing else is known."""

from collections.abc import Collection, Iterable

__all__ = ["covering_zone", "is_registry", "likely_zones"]

# Labels below country-code top-level domains under which names are registered, as gov.vn and edu.vn.
_CATEGORIES = {
    "ac", "ai", "biz", "co", "com", "edu", "gob", "gouv", "gov", "govt", "health", "id", "info", "int", "io", "mil",
    "name", "net", "or", "org", "pro",
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


def is_registry(zone: str) -> bool:
    """Whether names right below a zone are registered by others, as far as its name tells: the root, a TLD, gov.vn.

    >>> is_registry("vn"), is_registry("com.vn"), is_registry("lamdong.gov.vn"), is_registry("example.com")
    (True, True, False, False)
    """
    labels = zone.strip(".").split(".")
    return len(labels) == 1 or (len(labels) == 2 and len(labels[1]) == _COUNTRY and labels[0] in _CATEGORIES)


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
