"""A scan that measured again only what had to be, and the earlier ones whose facts stand for the rest.

No fact is mixed with another scan's: each part is derived by itself, under its own trust anchors and as of its own
time, and each target comes from the newest part that measured it. So an old fact never looks new, and what a verdict
rests on was all seen within one scan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netaudit.judge.derive import Derived, derive_coverage, derive_measured, opened
from netaudit.judge.history import Past
from netaudit.judge.scope import unfinished
from netaudit.model.book import FactBook
from netaudit.model.run import Part
from netaudit.model.verdict import Target

__all__ = ["Measured", "measured", "parts_problem"]


@dataclass(frozen=True)
class Measured:
    """Every target, and which part it is from: 0 is the newest."""

    targets: tuple[Derived, ...]
    part_of: Mapping[Target, int]

    def targets_of(self, part: int) -> tuple[Derived, ...]:
        """The targets that are from one part."""
        return tuple(derived for derived in self.targets if self.part_of[derived.target] == part)

    def parts(self, books: Sequence[FactBook]) -> tuple[Part, ...]:
        """The parts as the run tells them; coverage is counted over all of them and belongs to the newest."""
        return tuple(
            Part(
                run=book.scan.id,
                started=book.scan.at,
                complete=book.complete,
                targets=tuple(derived.target for derived in self.targets_of(number)),
            )
            for number, book in enumerate(books)
        )


def measured(books: Sequence[FactBook], past: Past | None = None, now: float | None = None) -> Measured:
    """Derive each target from the newest of `books` that measured it, in the order of the oldest's targets.

    Each is derived as of its own scan, or all as of `now`. Raises ValueError and LookupError, as `derive` does.
    """
    scans = [opened(book, past, now) for book in books]
    best: dict[Target, tuple[int, Derived]] = {}
    for number in reversed(range(len(scans))):
        for derived in derive_measured(scans[number]):
            if derived.target not in best or not unfinished(derived.failure):
                best[derived.target] = (number, derived)
    for derived in derive_coverage(scans):
        best[derived.target] = (0, derived)
    return Measured(
        targets=tuple(derived for _, derived in best.values()),
        part_of={target: number for target, (number, _) in best.items()},
    )


def parts_problem(books: Sequence[FactBook]) -> str:
    """Why these scans, newest first, can't be parts of one; empty when they can."""
    newest, *earlier = (book.scan for book in books)
    if not earlier:
        return ""
    if any(scan.inventory_sha256 != newest.inventory_sha256 for scan in earlier):
        return "the inventory has changed since; start a new scan"
    if any(scan.vantage != newest.vantage for scan in earlier):
        return "it was made from another vantage"
    if any(scan.arguments.get("families") != newest.arguments.get("families") for scan in earlier):
        return "it used other address families (--ipv4, --ipv6)"
    if any(scan.arguments.get("proposed") for scan in (newest, *earlier)):
        return "a scan of what is proposed has no parts"
    times = [book.scan.at for book in books]
    return "" if times == sorted(times, reverse=True) else "the scans are not in the order of their times"
