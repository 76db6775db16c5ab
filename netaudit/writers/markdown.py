"""The run in brief as Markdown, for a merge request or a chat: the answer, what to do first, what changed, the gaps."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from netaudit.model.change import Change, Difference
from netaudit.model.inventory import NetworkKind
from netaudit.model.run import Coverage, Run, UnitStatus
from netaudit.model.verdict import Status
from netaudit.writers import words
from netaudit.writers.comparison import DIFFERENCES, DIFFERENCES_SINCE
from netaudit.writers.details import detail_text
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.groups import CheckGroup, Gap
from netaudit.writers.report import MAIN_PILLARS, Report
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["LONGEST", "MARKDOWN_FILE", "run_markdown", "write_markdown"]

MARKDOWN_FILE = "run.md"
LONGEST = 60_000  # octets

_ACTIONS, _TARGETS, _CHANGES, _GAPS, _TIERS = 5, 3, 5, 10, 8
_COUNTED = (Status.PASS, Status.FAIL, Status.WARN, Status.COULD_NOT_TEST)
_ENOUGH = 300  # characters of a sentence
_COMMAND = 1_000  # a longer command line is left to the report: cut, it would do something else
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#!|~$^&]")  # none of it stands where a line begins
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What forges make links or mails of, wherever it stands: an addressee, an address of the Web.
_ACTING = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_BREAK = "&#8203;"  # a space without width keeps them from it


def write_markdown(run: Run, out: Path, language: str) -> list[Path]:
    """Write `out/run.md` and return its path; `language` is `vi` or `en`. Raises OSError."""
    make_folder(out)
    path = out / MARKDOWN_FILE
    write_whole(path, run_markdown(run, language).encode("utf-8"))
    return [path]


def run_markdown(run: Run, language: str) -> str:
    """Return the run in brief, at most `LONGEST` octets of UTF-8.

    Text of servers and files is escaped, or stands as code: it makes no markup, no link and no notification.
    """
    report = Report(run, Wording(language))
    return _bounded(_Brief(report).lines(), report.wording)


def _bounded(lines: Iterable[str], wording: Wording) -> str:
    rest = wording.gettext("The rest is in the report.")
    end = f"\n… {rest}\n"
    room = LONGEST - len(end.encode("utf-8"))
    kept: list[str] = []
    for line in lines:
        room -= len(line.encode("utf-8")) + 1
        if room < 0:
            return "\n".join(kept) + "\n" + end
        kept.append(line)
    return "\n".join(kept) + "\n"


class _Brief:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._run = report.run
        self._wording = report.wording
        self._say = report.wording.gettext

    def lines(self) -> Iterator[str]:
        yield from self._head()
        yield from self._answer()
        yield from self._coverage()
        yield from self._actions()
        yield from self._changes()
        yield from self._gaps()
        yield from self._attested()

    def _head(self) -> Iterator[str]:
        province = _plain(self._run.province.name.in_language(self._wording.language), 120)
        yield f"# {province}: {self._say('compliance report')}"
        yield ""
        yield f"{self._say('Scanned')}: {self._wording.moment(self._run.started)} · {_code(self._run.id, 120)}"
        if self._run.network is NetworkKind.LAB:
            yield from self._note(
                self._say("This run took place in the lab on one machine: names, addresses and faults are simulated.")
            )
        if self._run.proposed:
            yield from self._note(self._say("As if it were live already:"), self._run.proposed)
        if self._run.scope:
            part = self._say("Only a part was asked for; nothing is said of the rest:")
            yield from self._note(part, ", ".join(self._report.asked_for))
        if not self._run.complete:
            yield from self._note(
                self._say("The scan did not come to its end."),
                detail_text(self._run.incomplete_reason, self._report.wording),
            )

    def _note(self, sentence: str, more: str = "") -> Iterator[str]:
        yield ""
        yield f"> **{sentence}** {_plain(more)}".rstrip()

    def _answer(self) -> Iterator[str]:
        number, percent, totals = self._wording.number, self._wording.percent, self._run.totals
        passed = totals.counts.get(Status.PASS, 0)
        yield from self._heading(self._say("The answer"))
        good = f"**{number(self._report.unit_counts[UnitStatus.PASS])}/{number(len(self._run.units))}**"
        yield f"{good} {self._say('units meet every criterion that was tested')}"
        yield ""
        share = self._say("%(passed)s of %(all)s results evaluated") % {
            "passed": number(passed), "all": number(totals.evaluated)
        }  # fmt: skip
        yield f"- {self._say('Compliance')}: **{percent(passed, totals.evaluated)}** ({share})"
        share = self._say("%(evaluated)s of %(all)s applicable results") % {
            "evaluated": number(totals.evaluated), "all": number(totals.applicable)
        }  # fmt: skip
        yield f"- {self._say('Measurement coverage')}: **{percent(totals.evaluated, totals.applicable)}** ({share})"
        yield ""
        yield self._row([self._say("The four pillars"), *(self._say(words.STATUSES[status]) for status in _COUNTED)])
        yield self._row(["---", *("---:" for _ in _COUNTED)])
        for pillar in MAIN_PILLARS:
            yield self._pillar(pillar, self._report.pillar_counts[pillar])

    def _pillar(self, pillar: str, counts: Mapping[Status, int]) -> str:
        numbers = (self._wording.number(counts.get(status, 0)) for status in _COUNTED)
        return self._row([self._say(words.word(words.PILLARS, pillar)), *numbers])

    def _coverage(self) -> Iterator[str]:
        """Of each tier the units with what works, of those expected; in brackets those that could not be tested."""
        tables = ((words.PILLARS, self._report.pillar_coverage), (words.KINDS, self._report.coverage))
        if not any(table for _, table in tables):
            return
        tiers = self._report.coverage_tiers[:_TIERS]
        yield from self._heading(self._say("Service coverage"))
        yield f"{self._say('units whose service works / units expected')}; (?) {self._say('could not test')}"
        yield ""
        yield self._row(["", *(_plain(self._report.tier_name(tier), 60) for tier in tiers)])
        yield self._row(["---", *("---:" for _ in tiers)])
        for names, table in tables:
            for kind, row in table.items():
                name = _plain(self._say(words.word(names, kind)), 60)
                yield self._row([name, *(self._covered(row.get(tier)) for tier in tiers)])

    def _covered(self, cell: Coverage | None) -> str:
        if cell is None:
            return "–"
        number = self._wording.number
        untested = f" (? {number(cell.untested)})" if cell.untested else ""
        return f"{number(cell.working)}/{number(cell.expected)}{untested}"

    def _row(self, cells: Iterable[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    def _actions(self) -> Iterator[str]:
        yield from self._heading(self._say("What to do first"))
        if not self._report.actions:
            yield self._say("Nothing that was tested fails.")
        for place, group in enumerate(self._report.actions[:_ACTIONS], 1):
            yield from self._action(place, group)
        more = len(self._report.actions) - _ACTIONS
        if more > 0:
            yield ""
            text = self._wording.ngettext("%(shown)s more kind of fault", "%(shown)s more kinds of fault", more)
            yield text % {"shown": self._wording.number(more)}

    def _action(self, place: int, group: CheckGroup) -> Iterator[str]:
        severity = self._say(words.SEVERITIES[group.severity])
        title = _plain(self._report.check_title(group.check))
        targets, units = self._wording.number(len(group.results)), self._wording.number(len(group.units))
        yield f"{place}. **[{severity}] {self._say('Not met:')} {title}** ({_code(group.check, 100)})"
        many = (
            self._wording.ngettext("%(shown)s target", "%(shown)s targets", len(group.results)) % {"shown": targets},
            self._wording.ngettext("%(shown)s unit affected", "%(shown)s units affected", len(group.units))
            % {"shown": units},
        )
        yield f"   - {' · '.join(many)}"
        for result in group.results[:_TARGETS]:
            target = _code(self._report.target(result.verdict.target), 120)
            yield f"   - {target}: {_plain(self._report.brief(result))}"
        if group.info is not None:
            yield f"   - {self._say('Fix')}: {_plain(group.info.fix.in_language(self._wording.language), 1_000)}"
        command = self._report.recheck(group.results[0])
        if command and len(command) <= _COMMAND:
            yield f"   - {self._say('Check again')}: {_code(command, _COMMAND)}"

    def _changes(self) -> Iterator[str]:
        comparison = self._run.comparison
        if comparison is None:
            return
        since = comparison.since
        titles = DIFFERENCES if since is None else DIFFERENCES_SINCE
        heading = "Live now → proposed" if since is None else "What has changed since the last scan"
        yield from self._heading(self._say(heading))
        if since is not None:
            compared = self._say("Compared with the scan of %(moment)s, judged by the same criteria.")
            yield compared % {"moment": self._wording.moment(since)}
            yield ""
        if not comparison.changes:
            yield self._say("No verdict would change.") if since is None else self._say("No verdict has changed.")
        for difference, changes in self._report.changes.items():
            yield f"- **{self._say(titles[difference])}: {self._wording.number(len(changes))}**"
            yield from map(self._change, changes[:_CHANGES])
            if len(changes) > _CHANGES:
                yield f"  - … (+{self._wording.number(len(changes) - _CHANGES)})"

    def _change(self, change: Change) -> str:
        line = f"  - {_code(change.check, 100)} {_code(self._report.target(change.target), 120)}"
        told = change.before if change.difference is Difference.FIXED else change.after
        return line if told is None else f"{line}: {_plain(self._report.compared_sentence(told))}"

    def _gaps(self) -> Iterator[str]:
        number = self._run.totals.counts.get(Status.COULD_NOT_TEST, 0)
        yield from self._heading(f"{self._say('Could not be tested')}: {self._wording.number(number)}")
        yield from map(self._gap, self._report.gaps[:_GAPS])
        left = sum(len(gap.results) for gap in self._report.gaps[_GAPS:])
        if left:
            yield f"- … (+{self._wording.number(left)})"

    def _gap(self, gap: Gap) -> str:
        side = f"{self._say('Whose side')}: {self._say(words.SIDES[gap.side])}"
        reason, remedy = self._say(words.REASONS[gap.reason]), _plain(self._say(words.REMEDIES[gap.reason]))
        return f"- {self._wording.number(len(gap.results))} × {reason} ({side}). {remedy}"

    def _attested(self) -> Iterator[str]:
        """What persons vouch for: no scan can see it."""
        found = [counted for counted in self._run.clauses if counted.attestation is not None]
        if found:
            yield from self._heading(self._say("Attested by documents, not measured"))
        for counted in found:
            status = self._say(words.CLAUSE_STATUSES[counted.status])
            yield f"- {_code(counted.clause, 100)} ({status}): {_plain(self._report.attested(counted), 300)}"

    def _heading(self, text: str) -> Iterator[str]:
        yield ""
        yield f"## {text}"
        yield ""


def _plain(text: str, limit: int = _ENOUGH) -> str:
    """Text without markup: every character that could begin some is escaped."""
    escaped = _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], "\\" + match[0]), one_line(text, limit))
    return _ACTING.sub(_BREAK, escaped)


def _code(text: str, limit: int) -> str:
    """Text as code: a fence that is longer than any run of backticks in it."""
    line = one_line(text, limit)
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or line != line.strip() or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"
