"""What a change would do to each prefix, for a terminal: a table of answers before and after, and what decides them."""

from collections.abc import Iterator, Sequence

import click

from netaudit.model.gate import Answer, GateReport, PrefixAnswers, Question
from netaudit.model.routing import Route
from netaudit.writers import words
from netaudit.writers.safe import one_line
from netaudit.writers.sightings import sighting_text
from netaudit.writers.wording import Wording

__all__ = ["GateText"]


def _(message: str) -> str:
    return message


QUESTIONS: dict[Question, str] = {
    Question.VALID: _("RPKI valid"),
    Question.REGISTERED: _("Registered in IRR"),
    Question.ANNOUNCED: _("Announced"),
    Question.UPLINKS: _("Two operators"),
    Question.SURVIVES: _("Survives a loss"),
    Question.INDEPENDENT: _("Nothing shared"),
}
_MOST = 12  # prefixes of one neighbour
_SIGNS = {True: "✓", False: "✗", None: "?"}


class GateText:
    """One language's text of a judged change. `language` is `vi` or `en`."""

    def __init__(self, report: GateReport, language: str) -> None:
        self._report = report
        self._wording = Wording(language)

    def title(self) -> str:
        """What the change is."""
        return self._say(_("After the change: %(change)s")) % {"change": one_line(self._report.proposed, 400)}

    def table(self) -> list[tuple[str, ...]]:
        """The answers of each prefix, the worst first, headings before them."""
        heads = (self._say(_("Prefix")), self._say(_("Data centre")), *(self._say(q) for q in QUESTIONS.values()))
        rows = [
            (item.prefix, one_line(item.datacentre, 60), *(_signs(answer) for answer in item.answers))
            for item in self._report.prefixes
        ]
        return [heads, *rows]

    def details(self, *, colour: bool = False) -> Iterator[str]:
        """What decides each answer that changes, or that is no: seen before, and seen after."""
        for item in self._report.prefixes:
            for answer in item.answers:
                if answer.worse or answer.lost or answer.better or answer.after is False:
                    yield from self._detail(item, answer, colour)

    def strangers(self, *, colour: bool = False) -> Iterator[str]:
        """The ROAs to be added that authorise somebody else."""
        for vrp in self._report.strangers:
            told = self._say(_("%(prefix)s up to /%(length)s: AS%(asn)s would be authorised too, and is none of yours"))
            line = "! " + told % {"prefix": vrp.prefix, "length": vrp.max_length, "asn": vrp.asn}
            yield "  " + (click.style(line, fg="yellow", bold=True) if colour else line)

    def neighbours(self, *, colour: bool = False) -> Iterator[str]:
        """What each neighbour of a rehearsed router would be told; nothing without a rehearsal."""
        if self._report.neighbours:
            yield ""
            yield self._say(_("What the neighbours would be told:"))
        for item in self._report.neighbours:
            mark, paint = ("✗", "red") if item.foreign else ("?", "cyan") if item.unknown else ("✓", "green")
            heading = one_line(f"{mark} {item.name} {item.address} AS{item.asn}", 200)
            yield "  " + (click.style(heading, fg=paint, bold=True) if colour else heading)
            if item.disabled:
                yield "      " + self._say(_("disabled: it is told nothing"))
                continue
            if not item.up:
                said = self._say(_("not rehearsed, taken as it is now: %(problem)s"))
                yield one_line(f"      {said % {'problem': item.problem}}", 300)
                continue
            own = self._say(_("own prefixes"))
            yield one_line(f"      {own}: {_prefixes(item.own)}", 600)
            if item.foreign:
                leak = self._say(_("routes of others, a route leak (RFC 7908)"))
                yield one_line(f"      {leak}: {_prefixes(item.foreign)}", 600)

    def closing(self) -> str:
        """The last line: the exit code, and how many prefixes get worse."""
        worse = sum(any(answer.worse or answer.lost for answer in item.answers) for item in self._report.prefixes)
        told = self._say(_("exit %(code)s: %(worse)s of %(total)s prefixes get worse"))
        number = self._wording.number
        line = told % {
            "code": self._report.exit_code, "worse": number(worse), "total": number(len(self._report.prefixes)),
        }  # fmt: skip
        leaks = sum(bool(item.foreign) for item in self._report.neighbours)
        if leaks:
            line += "; " + self._say(_("neighbours that would be told routes of others: %(leaks)s")) % {
                "leaks": number(leaks)
            }
        return line

    def _detail(self, item: PrefixAnswers, answer: Answer, colour: bool) -> Iterator[str]:
        sign, paint = ("✓", "green") if answer.better else ("?", "cyan") if answer.lost else ("✗", "red")
        heading = f"{sign} {item.prefix} ({words.FAMILIES[item.family]}): {self._say(QUESTIONS[answer.question])}"
        yield "  " + (click.style(heading, fg=paint, bold=True) if colour else heading)
        yield f"      {self._say(_('now'))}: {self._saw(answer.saw_before)}"
        yield f"      {self._say(_('then'))}: {self._saw(answer.saw_after)}"

    def _saw(self, text: str) -> str:
        return one_line(sighting_text(text, self._wording), 300) or "–"

    def _say(self, message: str) -> str:
        return self._wording.gettext(message)


def _prefixes(routes: Sequence[Route]) -> str:
    told = dict.fromkeys(f"{route.prefix} ({' '.join(map(str, route.as_path))})" for route in routes)
    more = f" … +{len(told) - _MOST}" if len(told) > _MOST else ""
    return ", ".join(list(told)[:_MOST]) + more or "–"


def _signs(answer: Answer) -> str:
    """`✓`, or `✓ → ✗` where the change makes a difference."""
    before, after = _SIGNS[answer.before], _SIGNS[answer.after]
    return after if before == after else f"{before} → {after}"
