"""The executive summary: what of a run stands on two A4 pages, cut to what has room there and counted beyond it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from netaudit.model.change import Difference
from netaudit.model.expiry import Expiry
from netaudit.model.inventory import NetworkKind
from netaudit.model.profile import Profile
from netaudit.model.run import Coverage, RegisterSummary, Timeliness, TrendPoint
from netaudit.writers import words
from netaudit.writers.details import detail_text
from netaudit.writers.groups import CheckGroup, Gap
from netaudit.writers.report import Report
from netaudit.writers.safe import bounded

__all__ = ["CoverageRow", "Executive", "PlanRow", "opening"]

_SENTENCE = re.compile(r".+?(?:[.;](?=\s|$)\s*|$)", re.DOTALL)
_KINDS, _TIERS, _REGISTERS, _PROFILES = 8, 5, 2, 8
_ACTIONS, _EXPIRIES, _GAPS = 5, 5, 4

# Of the first sheet, in CSS pixels: what is there for rows when everything else is as short as it can be, the height of
# a row of a table, and of a line; then how many characters of DejaVu Sans, a wide font, have room in a line.
_SHEET, _ROW, _LINE_HEIGHT = 462, 20, 16
_LINE, _TITLE, _KIND, _PLAN, _TIER, _HOLDERS = 92, 44, 27, 46, 28, 40
_NARROW = 999  # what counts more than so many units takes two lines beside those that could not be tested


@dataclass(frozen=True)
class PlanRow:
    """A profile, with its clauses counted by where they stand in time."""

    id: str
    profile: Profile | None
    counts: Counter[Timeliness]


@dataclass(frozen=True)
class CoverageRow:
    """A pillar or a kind of service, with its coverage in the tiers shown; None: none of that tier has to have it."""

    kind: str
    cells: tuple[Coverage | None, ...]


class Executive:
    """What the summary shows. Lists are cut; `more_…` is how many of each the report has beyond them."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._run = report.run
        self._say = report.wording.gettext

    @cached_property
    def notices(self) -> list[str]:
        """What a reader has to know before any number."""
        told = []
        if self._run.network is NetworkKind.LAB:
            told.append("This run took place in the lab on one machine: names, addresses and faults are simulated.")
        if self._run.proposed:
            told.append(f"{self._say('As if it were live already:')} {bounded(self._run.proposed, 120)}")
        if self._run.scope:
            part = self._say("Only a part was asked for; nothing is said of the rest:")
            told.append(f"{part} {bounded(', '.join(self._report.asked_for), 80)}")
        if not self._run.complete:
            ended = self._say("The scan did not come to its end.")
            told.append(f"{ended} {bounded(detail_text(self._run.incomplete_reason, self._report.wording), 80)}")
        blind = self._say("The scanner itself had no %(family)s: nothing that needs it is counted as a failure.")
        told += [blind % {"family": words.FAMILIES[family]} for family in self._report.blind_families]
        return [self._say(sentence) for sentence in told]

    @property
    def tiers(self) -> list[str]:
        """The tiers that have a column."""
        return self._report.coverage_tiers[:_TIERS]

    @cached_property
    def pillars(self) -> list[CoverageRow]:
        """The pillars that all services of a unit can have."""
        return [self._covered(pillar, cells) for pillar, cells in self._report.pillar_coverage.items()]

    @property
    def coverage(self) -> list[CoverageRow]:
        """The kinds of service that the most units are expected to have, those first."""
        return self._rows[0]

    @property
    def more_kinds(self) -> int:
        """Kinds of service beyond those."""
        return len(self._report.coverage) - len(self.coverage)

    @property
    def more_tiers(self) -> int:
        """Tiers beyond those."""
        return len(self._report.coverage_tiers) - len(self.tiers)

    @property
    def plan(self) -> list[PlanRow]:
        """The profiles that judged, in the run's order."""
        return self._rows[1]

    @property
    def more_profiles(self) -> int:
        """Profiles beyond those."""
        return len(self._report.clause_results) - len(self.plan)

    @cached_property
    def _rows(self) -> tuple[list[CoverageRow], list[PlanRow]]:
        """The rows of the two tables of the first page that have room beside whatever else is there."""
        kinds = sorted(self._report.coverage.items(), key=lambda item: -sum(row.expected for row in item[1].values()))
        covered = [self._covered(kind, cells) for kind, cells in kinds[:_KINDS]]
        planned = [
            PlanRow(id, self._report.profiles.get(id), Counter(c.timeliness for c in clauses if c.timeliness))
            for id, clauses in list(self._report.clause_results.items())[:_PROFILES]
        ]
        room = self._room - sum(map(self._kind_height, self.pillars))
        while sum(map(self._kind_height, covered)) + sum(map(self._plan_height, planned)) > room:
            (covered if len(covered) > len(planned) else planned).pop()
        return covered, planned

    def _covered(self, kind: str, cells: Mapping[str, Coverage]) -> CoverageRow:
        return CoverageRow(kind, tuple(cells.get(tier) for tier in self.tiers))

    @property
    def _room(self) -> int:
        """What the sheet leaves to the rows of those tables, in CSS pixels."""
        told = sum(map(len, self.notices)) // _LINE + 1 if self.notices else 0
        changed = 0 if self.changes is None else 3 + 2 * (self.before is not None)
        counted = sum(1 + (sum(map(len, register.counted)) > _HOLDERS) for register in self.registers)
        headed = any(len(self._report.tier_name(tier)) > _TIER for tier in self.tiers)
        lines = told + changed + counted + 2 * headed + 2 * (len(self.province) > _TITLE)
        return _SHEET - lines * _LINE_HEIGHT

    def _kind_height(self, row: CoverageRow) -> int:
        name = self._say(words.word({**words.KINDS, **words.PILLARS}, row.kind))
        wide = any(cell is not None and cell.untested and cell.expected > _NARROW for cell in row.cells)
        return _ROW + _LINE_HEIGHT * (wide or len(name) > _KIND)

    def _plan_height(self, row: PlanRow) -> int:
        name = row.profile.name.in_language(self._report.wording.language) if row.profile is not None else row.id
        return _ROW + _LINE_HEIGHT * (len(name) > _PLAN)

    @property
    def province(self) -> str:
        """The province's name, of which two lines have room."""
        return bounded(self._run.province.name.in_language(self._report.wording.language), 70)

    @property
    def registers(self) -> tuple[RegisterSummary, ...]:
        """The first registers of digital certificates."""
        return self._run.registers[:_REGISTERS]

    @property
    def more_registers(self) -> int:
        """Registers beyond those."""
        return len(self._run.registers) - len(self.registers)

    @property
    def actions(self) -> list[CheckGroup]:
        """What to do first."""
        return self._report.actions[:_ACTIONS]

    @property
    def more_actions(self) -> int:
        """Kinds of fault beyond those."""
        return len(self._report.actions) - len(self.actions)

    @property
    def expiries(self) -> list[Expiry]:
        """What ends next, and what has ended."""
        return [*self._report.calendar.due, *self._report.calendar.later][:_EXPIRIES]

    @property
    def more_expiries(self) -> int:
        """What else ends within 90 days."""
        return len(self._report.calendar.due) + len(self._report.calendar.later) - len(self.expiries)

    @property
    def gaps(self) -> list[Gap]:
        """Why most of what could not be tested could not."""
        return self._report.gaps[:_GAPS]

    @property
    def more_gaps(self) -> int:
        """Results that other reasons kept from being tested."""
        return sum(len(gap.results) for gap in self._report.gaps[_GAPS:])

    @cached_property
    def changes(self) -> dict[Difference, int] | None:
        """How many verdicts differ from the earlier scan, or from what is live; None: nothing to compare with."""
        if self._run.comparison is None:
            return None
        return {difference: len(changes) for difference, changes in self._report.changes.items()}

    @property
    def before(self) -> TrendPoint | None:
        """The scan before this one in the trend, if it was judged by the same profiles."""
        former = [point for point in self._run.trend if point.run != self._run.id]
        if not former or former[-1].profiles != self.criteria:
            return None
        return former[-1]

    @property
    def criteria(self) -> tuple[str, ...]:
        """The profiles that judged, with their versions, as a trend names them."""
        return tuple(profile.edition for profile in self._run.profiles)


def opening(text: str, room: int) -> str:
    """Return the sentences that a text begins with, as many as have room; of a first one too long, its beginning."""
    sentences = _SENTENCE.findall(text)
    kept = ""
    for sentence in sentences:
        if len(kept) + len(sentence.rstrip()) > room:
            break
        kept += sentence
    if kept or not sentences:
        return kept.rstrip()
    return f"{text[:room].rpartition(' ')[0] or text[:room]}…"
