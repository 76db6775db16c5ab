"""What would change, in a terminal: verdicts as they are now and as they would be."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import click

from netaudit.model.change import Change, Difference
from netaudit.model.common import Text
from netaudit.model.run import Result, Run
from netaudit.writers import words
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["comparison_text"]

_HEADINGS = {
    Difference.BROKEN: Text(vi="Sẽ không đạt (hiện nay thì không phải vậy)", en="Would fail, and does not now"),
    Difference.WORSE: Text(vi="Sẽ có cảnh báo mới", en="New warnings"),
    Difference.UNTESTED: Text(vi="Sẽ không kiểm tra được nữa", en="Could not be tested any more"),
    Difference.OTHER: Text(vi="Vẫn không đạt, vì lý do khác", en="Still not good, for another reason"),
    Difference.FIXED: Text(vi="Sẽ được khắc phục", en="Would be fixed"),
    Difference.TESTED: Text(vi="Nay kiểm tra được", en="Could not be tested, and would be good"),
}
_MARKS = {
    Difference.BROKEN: ("✗", "red"),
    Difference.WORSE: ("!", "yellow"),
    Difference.UNTESTED: ("?", "cyan"),
    Difference.OTHER: ("✗", "red"),
    Difference.FIXED: ("✓", "green"),
    Difference.TESTED: ("✓", "green"),
}
_TITLE = Text(vi="Hiện nay → đề xuất", en="Live now → proposed")
_SAME = Text(vi="Không có kết luận nào thay đổi.", en="No verdict would change.")
_NOW, _THEN = Text(vi="nay", en="now"), Text(vi="sẽ là", en="then")
_NOTHING = Text(vi="chưa có", en="none")
_ROWS = 50


def comparison_text(before: Run, after: Run, changes: Sequence[Change], language: str, *, colour: bool = False) -> str:
    """Return the changes between two runs for a terminal, grouped, the worst first. `language` is `vi` or `en`."""
    return "\n".join(_Comparison(before, after, language, colour).lines(changes)) + "\n"


class _Comparison:
    def __init__(self, before: Run, after: Run, language: str, colour: bool) -> None:
        self._wording = Wording(language)
        self._before, self._after = Report(before, self._wording), Report(after, self._wording)
        self._colour = colour

    def lines(self, changes: Sequence[Change]) -> Iterator[str]:
        yield self._say(_TITLE)
        if not changes:
            yield f"  {self._say(_SAME)}"
        for difference, group in groupby(changes, lambda change: change.difference):
            rows = list(group)
            mark, colour = _MARKS[difference]
            heading = f"{mark} {self._say(_HEADINGS[difference])}: {len(rows)}"
            yield "  " + (click.style(heading, fg=colour, bold=True) if self._colour else heading)
            for change in rows[:_ROWS]:
                yield f"    {change.check} {one_line(self._after.target(change.target), 120)}"
                if difference is Difference.TESTED:
                    continue
                yield f"      {self._say(_NOW)}: {self._sentence(self._before, change.before)}"
                yield f"      {self._say(_THEN)}: {self._sentence(self._after, change.after)}"
            if len(rows) > _ROWS:
                yield f"    … (+{len(rows) - _ROWS})"

    def _sentence(self, report: Report, result: Result | None) -> str:
        if result is None:
            return self._say(_NOTHING)
        status = self._wording.gettext(words.STATUSES[result.verdict.outcome.status])
        return f"[{status}] {one_line(report.sentence(result), 300)}"

    def _say(self, text: Text) -> str:
        return text.in_language(self._wording.language)
