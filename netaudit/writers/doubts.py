"""What an inventory leaves in doubt, in the reader's language; the inventory's own words stay as they are."""

import re
from functools import cache

from netaudit.inventory.problems import Problem
from netaudit.writers.details import pattern_of
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["DOUBTS", "doubt_line", "more_doubts_line"]


def _(message: str) -> str:
    return message


# The first that fits is taken, so what is more special stands first.
DOUBTS = (
    _("the tier %(tier)s lists %(listed)s of %(expected)s expected units"),
    _("the others count as uncovered"),
    _("the tier %(tier)s lists %(listed)s units, more than the %(expected)s expected"),
    _("the units listed count; those that have ended need their valid_to"),
    _("the tier %(tier)s has no expected number before %(day)s"),
    _("until then the units listed count"),
    _("the unit %(unit)s was merged into %(heir)s and still counts"),
    _("give its last day as valid_to"),
    _("the service %(service)s names only units that have ended"),
    _("name the units that they were merged into"),
    _("no service names the unit %(unit)s"),
    _("the service %(service)s belongs to no unit"),
    _("%(service)s is listed as %(kind)s and as %(kinds)s"),
    _("no listed zone holds %(hosts)s: its DNS is not audited"),
    _("is %(zone)s a zone of yours? Then list it under zones"),
    _("no service lies in the zone %(zone)s"),
    _("the resolver %(resolver)s does not say whom it serves"),
    _("list prefixes under serves"),
    _("%(address)s is a special-purpose address and will not be asked"),
    _("name its network under scope.special_addresses"),
    _("a world is used with `network: lab` only"),
    _("no contact: owners of servers can't ask who scans them"),
    _("no authorisation: the report can't say who allowed the scan"),
    _("the authorisation ended on %(day)s"),
    _("a scan is refused"),
    _("the authorisation ends on %(day)s, in %(days)s days"),
    _("ask for another"),
)


def doubt_line(doubt: Problem, language: str) -> str:
    """Return a warning about an inventory with its place. `language` is `vi` or `en`."""
    wording = Wording(language)
    where = f"{doubt.file}:{doubt.line}" if doubt.line else doubt.file
    hint = f"  ({_told(doubt.hint, wording)})" if doubt.hint else ""
    said = wording.gettext("warning: %(problem)s")
    return said % {"problem": one_line(f"{where}: {_told(doubt.message, wording)}{hint}", 600)}


def more_doubts_line(number: int, language: str) -> str:
    """Return how many warnings more there are."""
    return Wording(language).gettext("warning: … and %(number)s more") % {"number": number}


def _told(text: str, wording: Wording) -> str:
    for pattern, message in _patterns():
        match = pattern.fullmatch(text)
        if match is not None:
            return wording.gettext(message) % match.groupdict()
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((pattern_of(message), message) for message in DOUBTS)
