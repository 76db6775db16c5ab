"""Internationalised names as people read them, beside what DNS holds."""

from collections.abc import Iterable

import idna

from netaudit.model.verdict import TargetKind
from netaudit.writers import words
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["audited_line", "both_ways", "nonexistent_line"]


def both_ways(name: str) -> str:
    """Return an A-label name with its U-label form behind it: `xn--lmng-goa46e.vn (lâmđồng.vn)`; others as they are."""
    if "xn--" not in name:
        return one_line(name, 260)
    try:
        return one_line(f"{name} ({idna.decode(name)})", 600)
    except (idna.IDNAError, UnicodeError):
        return one_line(name, 260)


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
