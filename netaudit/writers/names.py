"""Internationalised names as people read them, beside what DNS holds."""

from collections.abc import Iterable

import idna

from netaudit.model.verdict import TargetKind
from netaudit.writers import words
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["audited_line", "both_ways", "nonexistent_line"]

_LONGEST = 300  # characters of a name with a scheme and a port


def both_ways(name: str) -> str:
    """Return an A-label name, or an endpoint, with the name's U-label form behind it; others as they are.

    `xn--lmng-goa46e.vn (lâmđồng.vn)`, `https://xn--lmng-goa46e.vn:443 (lâmđồng.vn)`.
    """
    host = name.partition("://")[2].rpartition(":")[0] or name
    if "xn--" not in host or len(name) > _LONGEST:
        return one_line(name, _LONGEST)
    try:
        return one_line(f"{name} ({idna.decode(host)})", 2 * _LONGEST)
    except (idna.IDNAError, UnicodeError):
        return one_line(name, _LONGEST)


def audited_line(name: str, zone: str, hosts: Iterable[str], mail: str, language: str) -> str:
    """Return what is audited about a name: its zone, its web hosts, its mail domain. `language` is `vi` or `en`."""
    wording = Wording(language)
    parts = [(words.TARGETS[TargetKind.ZONE], zone), *((words.TARGETS[TargetKind.ENDPOINT], host) for host in hosts)]
    if mail:
        parts.append((words.TARGETS[TargetKind.MAIL], mail))
    return f"{both_ways(name)}: " + ", ".join(f"{wording.gettext(word)} {one_line(value)}" for word, value in parts)


def nonexistent_line(name: str, zone: str, language: str) -> str:
    """Return that a name does not exist, and which zone says so. `language` is `vi` or `en`."""
    told = Wording(language).gettext("the name does not exist, says the zone %(zone)s")
    return f"{both_ways(name)}: {told % {'zone': one_line(zone)}}"
