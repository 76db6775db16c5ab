"""Several provinces side by side: for a terminal, and as a page."""

from collections.abc import Iterator
from pathlib import Path

from netaudit.model.provinces import ProvinceComparison, ProvinceRow
from netaudit.model.run import ClauseResult, ClauseStatus
from netaudit.writers import words
from netaudit.writers.files import write_whole
from netaudit.writers.html import report_environment
from netaudit.writers.safe import one_line, visible
from netaudit.writers.sorting import sort_key
from netaudit.writers.wording import Wording

__all__ = ["ProvinceText", "write_provinces"]


def _(message: str) -> str:
    return message


class ProvinceText:
    """One language's text of a comparison. `language` is `vi` or `en`."""

    def __init__(self, comparison: ProvinceComparison, language: str) -> None:
        self.comparison = comparison
        self.wording = Wording(language)
        names = {row.id: one_line(row.name.in_language(self.wording.language), 120) for row in comparison.rows}
        self.rows: list[ProvinceRow] = sorted(comparison.rows, key=lambda row: sort_key(names[row.id]))
        self.names = names

    def title(self) -> str:
        """The criteria that everything is held against."""
        profile = self.comparison.profile
        return f"{profile.name.in_language(self.wording.language)} ({profile.id}, {self.wording.day(profile.version)})"

    def summary(self) -> list[tuple[str, ...]]:
        """One row a province, alphabetically, headings first."""
        heads = (_("Province"), _("Scanned"), _("Clauses met"), _("Units that pass all checks"), _("Measured"))
        return [tuple(map(self._say, heads)), *map(self._summary, self.rows)]

    def clauses(self) -> list[tuple[str, ...]]:
        """One row a clause, a column for each province: targets that pass, of those that could be measured."""
        heads = (self._say(_("Clause")), *(self.names[row.id] for row in self.rows))
        return [
            heads,
            *(
                (clause.id, *(self.cell(row.clauses.get(clause.id)) for row in self.rows))
                for clause in self.comparison.profile.clauses
            ),
        ]

    def notes(self) -> Iterator[str]:
        """How the numbers were made, and what to mind."""
        yield self._say(
            _(
                "Clauses met: of the clauses that measuring decided. Attested clauses and those that could not be "
                "tested are not among them. The order is alphabetical: this is a comparison made here, and no ranking."
            )
        )
        yield self._say(_("Units and what was measured are those of all checks of a run, not of these criteria alone."))
        if self.comparison.versions:
            told = self._say(_("The runs were judged by different versions of the criteria: %(versions)s."))
            yield told % {"versions": ", ".join(self.comparison.versions)}
        for row in self.rows:
            if not row.complete:
                yield self._say(_("The scan of %(province)s did not come to its end.")) % {
                    "province": self.names[row.id]
                }

    def cell(self, clause: ClauseResult | None) -> str:
        """Where a clause stands in one province: `3/4`, or a word where nothing is counted."""
        if clause is None:
            return "–"
        if clause.status in (ClauseStatus.MET, ClauseStatus.PARTLY, ClauseStatus.UNMET):
            return f"{self.wording.number(clause.passed)}/{self.wording.number(clause.measurable)}"
        return self._say(words.CLAUSE_STATUSES[clause.status])

    def _summary(self, row: ProvinceRow) -> tuple[str, ...]:
        number = self.wording.number
        share = f" ({self.wording.percent(row.evaluated, row.applicable)})" if row.applicable else ""
        return (
            self.names[row.id],
            self.wording.moment(row.started),
            f"{number(row.met)}/{number(row.decided)}",
            f"{number(row.units_met)}/{number(row.units)}",
            f"{number(row.evaluated)}/{number(row.applicable)}{share}",
        )

    def _say(self, message: str) -> str:
        return self.wording.gettext(message)


def write_provinces(comparison: ProvinceComparison, path: Path, language: str) -> None:
    """Write the comparison as one page, of mode 0600, whole or not at all. Raises OSError."""
    text = ProvinceText(comparison, language)
    page = report_environment(text.wording).get_template("provinces.html").render(text=text, comparison=comparison)
    write_whole(path, visible(page).encode())
