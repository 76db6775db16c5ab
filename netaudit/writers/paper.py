"""What stands at the head of every printed page: whose report it is, of which scan, and who may read it."""

import re

from netaudit.model.run import Run
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["running_head"]

_PLAIN = re.compile(r"[^\w .,:()/·-]")  # the rest could end the string, the style or its element


def running_head(run: Run, wording: Wording) -> str:
    """Return it as CSS: page margin boxes take strings, and no text of the page."""
    province = one_line(run.province.name.in_language(wording.language), 90)
    scan = f"{wording.gettext('run')} {one_line(run.id, 60)}"
    left, right = _string(f"{province} · {scan}"), _string(one_line(run.classification, 80))
    return f"@page{{@top-left{{content:{left}}}@top-right{{content:{right}}}}}"


def _string(text: str) -> str:
    """A CSS string; what has a meaning there or in HTML stands as its code point (css-syntax-3, section 4.3.7)."""
    return '"' + _PLAIN.sub(lambda match: f"\\{ord(match[0]):x} ", text) + '"'
