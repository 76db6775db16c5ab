"""The language of a report: sentences from the gettext catalogue, numbers, dates and times by Babel."""

import gettext
import io
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from netaudit.content import content_path
from netaudit.model.common import Language
from netaudit.rules.calendar import VIET_NAM

__all__ = ["Wording"]


class Wording:
    """Everything a writer needs to speak one language. `language` is `vi` or `en`; ValueError for any other."""

    def __init__(self, language: str) -> None:
        self.language = Language(language).value
        self._locale = "en_GB" if self.language == "en" else self.language
        self._minutes = "d MMM yyyy HH:mm" if self.language == "en" else "dd/MM/yyyy HH:mm"
        self.translations = _translations(self.language)

    def gettext(self, message: str) -> str:
        """Translate one sentence; msgids are the English ones."""
        return self.translations.gettext(message) if message else ""  # the catalogue has its own header under ""

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Translate a sentence that counts."""
        return self.translations.ngettext(one, many, number)

    def number(self, value: float) -> str:
        """1688 -> `1.688` in Vietnamese, `1,688` in English."""
        return _decimal(value, self._locale)

    def percent(self, part: float, whole: float) -> str:
        """`83,5 %`; cut, not rounded, so that 100 % means all of them; a dash when there is no whole."""
        if whole <= 0:
            return "–"
        share = math.floor(part / whole * 1000 + 1e-9) / 1000
        pattern = "#,##0.#\u00a0%" if self.language == "vi" else "#,##0.#%"
        return format_percent(share, format=pattern, locale=self._locale)

    def day(self, value: date) -> str:
        """`24/11/2026`; in English `24 Nov 2026`."""
        return format_date(value, "dd/MM/yyyy" if self.language == "vi" else "d MMM yyyy", locale=self._locale)

    def moment(self, at: float) -> str:
        """A time in Việt Nam, with UTC beside it: `24/11/2026 21:00 (UTC+7) · 14:00 UTC`."""
        utc = datetime.fromtimestamp(at, UTC)
        same_day = utc.date() == utc.astimezone(VIET_NAM).date()
        there = format_datetime(utc.replace(tzinfo=None), "HH:mm" if same_day else self._minutes, locale=self._locale)
        return f"{self.instant(at)} · {there} UTC"

    def instant(self, at: float) -> str:
        """A time in Việt Nam as sentences name it: `24/11/2026 21:00 (UTC+7)`."""
        local = datetime.fromtimestamp(at, UTC).astimezone(VIET_NAM)
        return format_datetime(local.replace(tzinfo=None), self._minutes, locale=self._locale) + " (UTC+7)"

    def joined(self, items: Iterable[str], limit: int = 8) -> str:
        """Join with commas; what is beyond `limit` is counted: `a, b and 3 more`."""
        every = list(items)
        listed, rest = ", ".join(every[:limit]), len(every) - limit
        if rest <= 0:
            return listed
        return self.gettext("%(listed)s and %(number)s more") % {"listed": listed, "number": self.number(rest)}


@lru_cache(1_024)
def _decimal(value: float, locale: str) -> str:
    return format_decimal(value, locale=locale)


@lru_cache(maxsize=4)
def _translations(language: str) -> gettext.GNUTranslations:
    """Read the .po file itself, so that a checkout needs no compiled catalogue."""
    path = content_path("reports") / "locale" / language / "LC_MESSAGES" / "netaudit.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
