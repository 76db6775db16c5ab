"""Rows of the agreement: a question, what was planted, and what each resolver made of it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import dns.name
import yaml

from tests.lab.agreement.healthy import HEALTHY
from tests.lab.agreement.matrix import CASES, PARENT
from tests.lab.agreement.planted import Question
from tests.lab.agreement.seen import Seen
from tests.lab.agreement.world import ask_everybody

__all__ = ["OURS", "Reasons", "Row", "contradicted", "measured", "needless", "read_reasons", "unexplained"]

OURS = "netaudit"
_REASONS = Path(__file__).with_name("explained.yaml")


class Row(NamedTuple):
    """A question about a zone; `seen` holds every resolver's view, ours last."""

    zone: str  # its name without the parent
    question: Question
    seen: dict[str, Seen]

    @property
    def id(self) -> str:
        return f"{self.zone} {self.question.owner} {self.question.rdtype}"

    @property
    def ours(self) -> str:
        return self.seen[OURS].status

    @property
    def theirs(self) -> list[str]:
        """The statuses of the resolvers that answered."""
        return [seen.status for name, seen in self.seen.items() if name != OURS and seen.status]

    @property
    def unanimous(self) -> bool:
        """Whether everybody answered, with the status that was planted."""
        return {seen.status for seen in self.seen.values()} == {self.question.meant}

    @property
    def contradicts(self) -> bool:
        """Whether the resolvers that answered agree with each other and not with us."""
        return len(set(self.theirs)) == 1 and self.theirs[0] != self.ours


class Reason(NamedTuple):
    """Why a row is as it is; what those of `varies` say depends on chance. `wrong`: the resolvers are right, not we."""

    text: str
    varies: tuple[str, ...] = ()
    wrong: bool = False


Reasons = dict[str, Reason]  # by row


def measured(reasons: Reasons) -> list[Row]:
    """Build the world, ask everybody, and return all rows: the broken zones' and then the healthy ones'."""
    asked: list[tuple[str, Question]] = []
    zones = []
    for zone, questions in _questions():
        name = dns.name.from_text(zone, PARENT)
        asked += [(zone, question) for question in questions]
        zones.append(tuple((_absolute(question.owner, name), question.rdtype) for question in questions))
    answers = ask_everybody(zones)
    rows = [Row(zone, question, found.seen) for (zone, question), found in zip(asked, answers, strict=True)]
    return [_steady(row, reasons) for row in rows]


def contradicted(rows: Iterable[Row], reasons: Reasons) -> list[str]:
    """The rows in which the resolvers that answered agree with each other and not with us, but for known ones."""
    known = {row for row, reason in reasons.items() if reason.wrong}
    return [f"{row.id}: {row.seen}" for row in rows if row.contradicts and row.id not in known]


def unexplained(rows: Iterable[Row], reasons: Reasons) -> list[str]:
    """The rows without a reason in which somebody differs, or is silent, or the planted status did not come out."""
    strange = [row for row in rows if not row.unanimous and row.id not in reasons]
    return [f"{row.id} is meant {row.question.meant}: {row.seen}" for row in strange]


def needless(rows: Iterable[Row], reasons: Reasons) -> list[str]:
    """The reasons for rows that need none, or are not there, and those that say we are wrong where we are not."""
    needed = {row.id for row in rows if not row.unanimous}
    wrong = {row.id for row in rows if row.contradicts}
    return sorted(row for row, reason in reasons.items() if row not in (wrong if reason.wrong else needed))


def read_reasons() -> Reasons:
    """Why rows are as they are."""
    listed = yaml.safe_load(_REASONS.read_text(encoding="utf-8"))
    return {
        row: Reason(" ".join(item["reason"].split()), tuple(item.get("varies", ())), item.get("wrong", False))
        for item in listed
        for row in item["rows"]
    }


def _steady(row: Row, reasons: Reasons) -> Row:
    """The row without what depends on chance."""
    reason = reasons.get(row.id)
    varying = dict.fromkeys(reason.varies, Seen(why="varies")) if reason else {}
    return row._replace(seen={**row.seen, **varying})


def _questions() -> list[tuple[str, Sequence[Question]]]:
    broken = [(case.name, case.questions) for case in CASES.values()]
    return [*broken, *((str(item.zone.name.relativize(PARENT)), item.questions) for item in HEALTHY)]


def _absolute(owner: str, zone: dns.name.Name) -> str:
    return str(zone if owner == "@" else dns.name.from_text(owner, zone))
