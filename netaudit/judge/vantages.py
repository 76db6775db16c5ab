"""Several scans of one inventory from different places, judged as one.

Each vantage's facts are judged by themselves, as of its own time. A vantage that could not test a target has no say
in it: a blind one never makes a target fail, and never hides what the others see. Of those that could test, a status
counts when enough of them saw it or worse (the quorum; at least half of them, if nothing else is asked for), and who
saw what stays with the outcome.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from netaudit.judge.catalogue import Catalogue
from netaudit.judge.derive import Derived
from netaudit.judge.verdicts import Parameters, Verdicts
from netaudit.model.book import FactBook
from netaudit.model.evidence import CoverageEvidence, ZoneEvidence
from netaudit.model.facts import FamilyCheck
from netaudit.model.run import Vantage
from netaudit.model.verdict import Outcome, Sighting, Status, Target

__all__ = ["JointVerdicts", "best_families", "joint", "vantage_of", "vantages_problem"]

_WORST_FIRST = (Status.FAIL, Status.WARN, Status.MANUAL, Status.PASS, Status.NOT_APPLICABLE)


class JointVerdicts(Verdicts):
    """What the judges say of each target from every vantage, put together. `seen`: vantage's name -> its targets."""

    def __init__(self, catalogue: Catalogue, seen: Mapping[str, Iterable[Derived]], quorum: int | None) -> None:
        self._each = {name: Verdicts(catalogue, targets) for name, targets in seen.items()}
        self._quorum = quorum
        self._joined: dict[tuple[str, Target, tuple[tuple[str, object], ...]], Outcome] = {}
        super().__init__(catalogue, _clearest(self._each.values()))

    def outcome(self, check: str, target: Target, parameters: Parameters | None = None) -> Outcome | None:
        """The joint outcome of a check; None for what no vantage was asked about."""
        key = (check, target, tuple(sorted((parameters or {}).items())))
        if key not in self._joined:
            said = {name: verdicts.outcome(check, target, parameters) for name, verdicts in self._each.items()}
            known = {name: outcome for name, outcome in said.items() if outcome is not None}
            if not known:
                return None
            self._joined[key] = joint(known, self._quorum)
        return self._joined[key]


def joint(said: Mapping[str, Outcome], quorum: int | None = None) -> Outcome:
    """Put together what the vantages say of one target.

    The outcome is that of the first vantage with the status that counts. With a quorum above the number of vantages
    that could test, all of those must agree. Raises ValueError without any outcome.
    """
    if not said:
        raise ValueError("no vantage says anything")
    able = [outcome for outcome in said.values() if outcome.status is not Status.COULD_NOT_TEST]
    if able:
        needed = min(quorum or (len(able) + 1) // 2, len(able))
        shown = _at_quorum(able, needed)
    else:
        shown = next(iter(said.values()))
    sightings = tuple(
        Sighting(vantage=name, status=o.status, message=o.message, args=o.args, failure=o.failure)
        for name, o in said.items()
    )
    return replace(shown, sightings=sightings if len(said) > 1 else ())


def vantage_of(book: FactBook) -> Vantage:
    """Who scanned, from where, and how far that vantage could see."""
    scan = book.scan
    return Vantage(
        name=scan.vantage,
        place=scan.vantage_place,
        asn=scan.vantage_asn,
        run=scan.id,
        started=scan.at,
        complete=book.complete,
        families=book.vantage.families if book.vantage is not None else (),
    )


def vantages_problem(books: Sequence[FactBook]) -> str:
    """Why these scans can't be judged as one; empty when they can."""
    names = [book.scan.vantage for book in books]
    if len(set(names)) < len(names) or not all(names):
        told = ", ".join(name or "(none)" for name in names)
        return f"every scan must name its vantage, each another one; here: {told} (scan --vantage NAME)"
    inventories = {book.scan.inventory_sha256 for book in books}
    if len(inventories) > 1:
        return "the scans are not of the same inventory: their files differ"
    if any(book.scan.arguments.get("proposed") for book in books):
        return "a scan of what is proposed has no other vantages"
    return ""


def best_families(vantages: Iterable[Vantage]) -> tuple[FamilyCheck, ...]:
    """For each address family the check of a vantage that has it, if one does."""
    best: dict[str, FamilyCheck] = {}
    for vantage in vantages:
        for check in vantage.families:
            if check.family not in best or (check.available and not best[check.family].available):
                best[check.family] = check
    return tuple(best.values())


def _at_quorum(able: Sequence[Outcome], needed: int) -> Outcome:
    """The worst status that `needed` outcomes reach or exceed in badness; one of them has it, for it reached that."""
    count = 0
    for status in _WORST_FIRST:
        having = [outcome for outcome in able if outcome.status is status]
        count += len(having)
        if having and count >= needed:
            return having[0]
    raise AssertionError("a quorum is never above the number of outcomes")


def _clearest(each: Iterable[Verdicts]) -> list[Derived]:
    """Every target once, as the vantage has it that knows most of it: for what is shown beside verdicts."""
    best: dict[Target, Derived] = {}
    for verdicts in each:
        for target, derived in verdicts.targets.items():
            if target not in best or _unknown(derived) < _unknown(best[target]):
                best[target] = derived
    return list(best.values())


def _unknown(derived: Derived) -> int:
    """How much is not known of a target; only compared for the same target."""
    match derived.evidence:
        case None:
            return 1_000_000
        case CoverageEvidence(units=units):
            return sum((unit.working is None) + (unit.present is None) for unit in units)
        case ZoneEvidence(servers=servers):
            return sum(not server.responded for server in servers)
        case evidence:
            checks = evidence.vantage.families if evidence.vantage is not None else ()
            return sum(not check.available for check in checks)
