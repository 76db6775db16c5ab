"""News after a run as a message: a subject that counts, a text, and the same as HTML. Short, and at rest: no report."""

import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from netaudit.model.common import Text
from netaudit.model.news import Closed, Ending, News, Open, Told
from netaudit.model.regression import Standing
from netaudit.model.run import Run
from netaudit.writers import words
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line, safe_url
from netaudit.writers.wording import Wording

__all__ = ["NewsMessage"]


def _(message: str) -> str:
    return message


_LINES = 20  # kinds of findings under a heading
_NAMES = 10  # targets of one kind
_LONG = 300

_CLOSED: dict[Standing | None, str] = {
    Standing.FIXED: _("Fixed"),
    Standing.REPLACED: _("Fails or warns for another reason now"),
    Standing.MOOT: _("No longer applies"),
    Standing.GONE: _("No longer in the inventory: not fixed"),
    None: _("Somebody answers for it now: waived"),
}


_Change = Open | Closed
_Sentence = Callable[[Told], str]


@dataclass(frozen=True)
class _Section:
    heading: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]  # each with what stands below it


class NewsMessage:
    """One message. `names`: whether hosts, zones and other targets are named. `report_url`: where the report is."""

    def __init__(self, run: Run, news: News, language: str, *, names: bool, report_url: str = "") -> None:
        self._wording = Wording(language)
        self._say = self._wording.gettext
        self._report = Report(run, self._wording)
        self._run = run
        self._news = news
        self._names = names
        self._url = safe_url(report_url) or ""

    @property
    def subject(self) -> str:
        """`Tỉnh Lâm Đồng: +2 lỗi mới, −1 đã khắc phục`."""
        return one_line(f"{self._province}: {', '.join(self._counts())}", 200)

    @property
    def text(self) -> str:
        """The message as plain text."""
        lines = [*self._head(), ""]
        for section in self._sections():
            lines += [section.heading, *_plain(section.lines), ""]
        return "\n".join([*lines, *self._foot()]) + "\n"

    @property
    def html(self) -> str:
        """The same as HTML, which loads nothing."""
        head = "".join(f"<p>{html.escape(line)}</p>" for line in self._head())
        sections = "".join(
            f"<h2>{html.escape(section.heading)}</h2><ul>{''.join(map(_item, section.lines))}</ul>"
            for section in self._sections()
        )
        foot = "".join(f"<p>{html.escape(line)}</p>" for line in self._foot())
        return (
            f'<!doctype html><html lang="{self._wording.language}"><head><meta charset="utf-8">'
            f"<title>{html.escape(self.subject)}</title></head><body>{head}{sections}{foot}</body></html>"
        )

    @property
    def _province(self) -> str:
        name: Text = self._run.province.name
        return one_line(name.in_language(self._wording.language), 120)

    def _counts(self) -> Iterator[str]:
        news, number, ngettext = self._news, self._wording.number, self._wording.ngettext
        fixed = sum(closed.why is Standing.FIXED for closed in news.closed)
        other = len(news.closed) - fixed
        if news.opened and news.first:
            yield ngettext("%(n)s finding", "%(n)s findings", len(news.opened)) % {"n": number(len(news.opened))}
        elif news.opened:
            yield ngettext("+%(n)s new", "+%(n)s new", len(news.opened)) % {"n": number(len(news.opened))}
        if fixed:
            yield ngettext("−%(n)s fixed", "−%(n)s fixed", fixed) % {"n": number(fixed)}
        if other:
            yield ngettext("%(n)s changed", "%(n)s changed", other) % {"n": number(other)}
        if news.endings:
            yield ngettext("%(n)s ending", "%(n)s ending", len(news.endings)) % {"n": number(len(news.endings))}
        if news.cut_short:
            yield self._say("scan cut short")
        if news.all_clear:
            yield self._say("all clear")

    def _head(self) -> Iterator[str]:
        yield self._province
        yield f"{self._say('Scanned')}: {self._wording.moment(self._run.started)}"
        if self._news.cut_short:
            yield self._say("The scan did not come to its end.")

    def _foot(self) -> Iterator[str]:
        news, number = self._news, self._wording.number
        if news.all_clear:
            yield self._say("Nothing that was told of is left.")
        else:
            yield f"{self._say('Findings that are known and not closed')}: {number(news.remaining)}"
        if news.untested:
            yield f"{self._say('Of these, could not be tested this time')}: {number(news.untested)}"
        if self._url:
            yield f"{self._say('Report')}: {self._url}"

    def _sections(self) -> Iterator[_Section]:
        if self._news.opened:
            title = self._say("New") if not self._news.first else self._say("Found")
            yield self._section(title, _by_check(self._news.opened), self._sentence)
        for why, title in _CLOSED.items():
            closed = [each for each in self._news.closed if each.why is why]
            if closed:
                yield self._section(self._say(title), _by_check(closed), lambda _finding: "")
        if self._news.endings:
            lines = tuple(self._ending(days, group) for days, group in _by_days(self._news.endings))
            yield _Section(self._heading(self._say("Ending"), len(self._news.endings)), lines)

    def _section(self, title: str, groups: Sequence[Sequence[_Change]], sentence: _Sentence) -> _Section:
        lines = [self._group(group, sentence) for group in groups[:_LINES]]
        if len(groups) > _LINES:
            lines.append((f"… (+{self._wording.number(len(groups) - _LINES)})", ()))
        return _Section(self._heading(title, sum(map(len, groups))), tuple(lines))

    def _heading(self, title: str, count: int) -> str:
        return f"{title}: {self._wording.number(count)}"

    def _group(self, group: Sequence[_Change], sentence: _Sentence) -> tuple[str, tuple[str, ...]]:
        finding = group[0].finding
        severity = self._say(words.SEVERITIES[finding.severity])
        title = self._report.check_title(finding.check)
        many = self._wording.ngettext("%(shown)s target", "%(shown)s targets", len(group))
        line = f"[{severity}] {title}: {many % {'shown': self._wording.number(len(group))}}"
        if any(isinstance(each, Open) and each.flapping for each in group):
            line += f" ({self._say('comes and goes; its next turns are not told')})"
        if not self._names:
            return one_line(line, _LONG), ()
        below = [
            one_line(": ".join(filter(None, (self._report.target(each.finding.target), sentence(each.finding)))), _LONG)
            for each in group[:_NAMES]
        ]
        if len(group) > _NAMES:
            below.append(f"… (+{self._wording.number(len(group) - _NAMES)})")
        return one_line(line, _LONG), tuple(below)

    def _sentence(self, finding: Told) -> str:
        result = self._report.results.get(finding.id)
        return self._report.brief(result) if result is not None else ""

    def _ending(self, days: int, group: Sequence[Ending]) -> tuple[str, tuple[str, ...]]:
        kind = self._say(words.EXPIRIES[group[0].expiry.kind])
        when = self._wording.ngettext("within %(days)s day", "within %(days)s days", days) % {"days": days}
        count = sum(each.expiry.count for each in group)
        line = f"{kind}, {when if days else self._say('has ended')}: {self._wording.number(count)}"
        if not self._names:
            return line, ()
        shown = tuple(
            one_line(f"{each.expiry.subject}: {self._wording.moment(each.expiry.at)}", _LONG) for each in group[:_NAMES]
        )
        more = (f"… (+{self._wording.number(len(group) - _NAMES)})",) if len(group) > _NAMES else ()
        return line, (*shown, *more)


def _by_check(changes: Iterable[_Change]) -> list[list[_Change]]:
    """Grouped by severity and check, the worst first, within that as they come."""
    groups: dict[tuple[int, str], list[_Change]] = {}
    for change in changes:
        groups.setdefault((change.finding.severity.rank, change.finding.check), []).append(change)
    return [groups[key] for key in sorted(groups)]


def _by_days(endings: Iterable[Ending]) -> list[tuple[int, list[Ending]]]:
    groups: dict[tuple[int, str], list[Ending]] = {}
    for ending in endings:
        groups.setdefault((ending.days, ending.expiry.kind), []).append(ending)
    return [(key[0], groups[key]) for key in sorted(groups)]


def _plain(lines: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    for line, below in lines:
        yield f"- {line}"
        yield from (f"    {each}" for each in below)


def _item(line: tuple[str, tuple[str, ...]]) -> str:
    below = "".join(f"<li>{html.escape(each)}</li>" for each in line[1])
    return f"<li>{html.escape(line[0])}{f'<ul>{below}</ul>' if below else ''}</li>"
