"""References of checks as links: RFC numbers and http(s) addresses; anything else stays text."""

import re

from netaudit.writers.safe import safe_url

__all__ = ["reference_link"]

_RFC = re.compile(r"\bRFC\s?(\d{1,5})(?:[^0-9]{1,3}(?:§|[Ss]ections?|[Ss]ec\.?)\s?(\d{1,2}(?:\.\d{1,2}){0,4}))?")


def reference_link(reference: str) -> str | None:
    """Return where a reference can be read, or None: `RFC 4035 section 5.3` -> the section at rfc-editor.org."""
    rfc = _RFC.search(reference)
    if rfc is not None and "://" not in reference:
        section = f"#section-{rfc[2]}" if rfc[2] else ""
        return f"https://www.rfc-editor.org/rfc/rfc{int(rfc[1])}.html{section}"
    return safe_url(reference)
