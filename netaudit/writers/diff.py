"""What became of every finding between two runs, as Markdown for a ticket or a merge request."""

from collections.abc import Iterator

from netaudit.model.gate import BaselineReport
from netaudit.model.regression import Standing, State, WaiverChange
from netaudit.model.verdict import Status
from netaudit.writers import words
from netaudit.writers.baseline import STANDINGS
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["diff_markdown"]

_ROWS = 200


def _(message: str) -> str:
    return message


def diff_markdown(report: BaselineReport, language: str) -> str:
    """Return the differences, the worst first, under headings. `language` is `vi` or `en`."""
    return "\n".join(_lines(report, Wording(language))) + "\n"


def _lines(report: BaselineReport, wording: Wording) -> Iterator[str]:
    say = wording.gettext
    told = say(_("Against the baseline of %(moment)s (%(run)s)"))
    yield f"## {told % {'moment': wording.moment(report.since), 'run': one_line(report.baseline, 120)}}"
    for mismatch in report.mismatches:
        yield f"\n> {say(_('Compared although'))}: {_plain(mismatch.in_language(wording.language))}"
    findings = report.findings
    new = [f.state for f in findings if f.standing is Standing.NEW and not f.state.waived]
    yield from _states(say(_("New findings")), new, wording)
    yield from _states(
        say(_("No longer waived")), [f.state for f in findings if f.waiver is WaiverChange.ENDED], wording
    )
    yield from _states(say(_("Now waived")), [f.state for f in findings if f.waiver is WaiverChange.GRANTED], wording)
    yield from _states(say(_("Could not be tested any more")), list(report.lost), wording)
    for standing, (title, _mark, _paint) in STANDINGS.items():
        left = [f.state for f in findings if f.standing is standing and not f.state.waived]
        yield from _states(say(title), left, wording)
    yield from _names(say(_("Gone from the inventory")), [str(gone.target) for gone in report.vanished])
    yield from _names(say(_("New in the inventory")), [str(target) for target in report.appeared])
    still = sum(f.standing is Standing.STILL for f in findings)
    yield f"\n{say(_('Still there'))}: {wording.number(still)}"


def _states(title: str, states: list[State], wording: Wording) -> Iterator[str]:
    def row(state: State) -> str:
        word = words.SEVERITIES[state.severity] if state.status is Status.FAIL else words.STATUSES[state.status]
        return f"**{wording.gettext(word)}** {_code(state.check)} {_code(str(state.target))}"

    yield from _list(title, [row(state) for state in states[:_ROWS]], len(states))


def _names(title: str, names: list[str]) -> Iterator[str]:
    yield from _list(title, [_code(name) for name in names[:_ROWS]], len(names))


def _list(title: str, rows: list[str], number: int) -> Iterator[str]:
    if not rows:
        return
    yield f"\n### {title}: {number}\n"
    yield from (f"- {row}" for row in rows)
    if number > len(rows):
        yield f"- … (+{number - len(rows)})"


def _code(text: str) -> str:
    return f"`{one_line(text, 200).replace('`', chr(0x2019))}`"


def _plain(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#|!" else c for c in one_line(text, 400))
