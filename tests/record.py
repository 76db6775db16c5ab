"""Records the facts that the check fixtures are judged from: `make record`, or `python -m tests.record NAME…`.

Scans each inventory of `tests/recorded/recordings.yaml` in the lab and writes beside it

- `NAME.facts.jsonl.zst`, the facts as `netaudit collect` would have saved them, and
- `NAME.expected.yaml`, what the judges say of them: check -> target -> [status, message id].

Recording again makes other keys and other times, so the facts always change. The expected file must not,
unless a check or a world did: `git diff tests/recorded/*.expected.yaml` shows what a change meant, and a
difference that nobody wanted is a fault. `--judge` writes the expected files anew from the facts that are
there, which is enough after a change to a check.

Dates in a register's CSV are written `{+30}`: so many days from the day of recording.
"""

import argparse
import re
import shutil
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import yaml
import zstandard

from netaudit.cli.session import NetworkOptions, open_session
from netaudit.engine import loop
from netaudit.engine.plan import Selection
from netaudit.engine.scan import ScanOptions, collect
from netaudit.inventory import load
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.profiles import load_profiles, select_profiles
from netaudit.judge.run import judge
from netaudit.model.book import FactBook
from netaudit.model.common import Family, Record
from netaudit.model.facts import Fact
from netaudit.net.browser import find_browser
from netaudit.store.facts import read_facts
from tests.registers import write_recorded

__all__ = ["RECORDED", "Outcomes", "Recording", "expected_outcomes", "judged", "recordings"]

RECORDED = Path(__file__).parent / "recorded"

Outcomes = dict[str, dict[str, list[str]]]
"""Check -> target -> [status, message id], both sorted."""

_DAYS = re.compile(r"\{([+-]\d+)\}")
_LEVEL = 19  # of zstd: recorded seldom, kept for ever


class Scan(Record, frozen=True, kw_only=True):
    """An entry of `recordings.yaml`: whose inventory is scanned and how."""

    inventory: str = ""  # default: the recording's own name
    families: tuple[Family, ...] = tuple(Family)
    extras: bool = False  # with the active extras
    path: bool = False  # with the paths to hosts
    browser: bool = False  # with pages opened in Chromium, which must be there
    without_routes: tuple[str, ...] = ()  # data centres whose route table and ROA payloads are not there


@dataclass(frozen=True)
class Recording:
    """A scan to record, and its files."""

    name: str
    scan: Scan

    @property
    def facts(self) -> Path:
        """The recorded facts."""
        return RECORDED / f"{self.name}.facts.jsonl.zst"

    @property
    def expected(self) -> Path:
        """What the judges say of them."""
        return RECORDED / f"{self.name}.expected.yaml"


def recordings() -> tuple[Recording, ...]:
    """Every recording that there is to be."""
    scans = msgspec.yaml.decode((RECORDED / "recordings.yaml").read_bytes(), type=dict[str, Scan])
    return tuple(Recording(name, scan) for name, scan in scans.items())


def expected_outcomes(recording: Recording) -> Outcomes:
    """What was written down when it was recorded."""
    return msgspec.yaml.decode(recording.expected.read_bytes(), type=Outcomes)


def judged(recording: Recording) -> Outcomes:
    """What the shipped checks say of the recorded facts, by the profiles in force when they were recorded."""
    book = read_facts(recording.facts)
    catalogue = load_catalogue()
    profiles = select_profiles(load_profiles(), (), book.scan.at)
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for result in judge(book, catalogue, profiles, judged_at=book.scan.at).results:
        outcome = result.verdict.outcome
        found[result.verdict.check][str(result.verdict.target)] = [str(outcome.status), outcome.message]
    return {check: dict(sorted(targets.items())) for check, targets in sorted(found.items())}


def main(arguments: list[str]) -> None:
    """Record, judge, and write both down."""
    parser = argparse.ArgumentParser(prog="python -m tests.record", description="Record the check fixtures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these recordings")
    parser.add_argument("--judge", action="store_true", help="keep the facts, write the expected outcomes anew")
    wanted = parser.parse_args(arguments)
    known = {recording.name: recording for recording in recordings()}
    unknown = set(wanted.names) - known.keys()
    if unknown:
        parser.error(f"no recording is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    for name in wanted.names or known:
        if not wanted.judge:
            _record(known[name])
        _write_expected(known[name])


def _record(recording: Recording) -> None:
    with TemporaryDirectory(prefix="netaudit-record-") as temporary:
        folder = Path(temporary)
        _copy_inputs(folder)
        inventory = folder / f"{recording.scan.inventory or recording.name}.inventory.yaml"
        facts = loop.run(_scanned(recording.scan, inventory))
    if not FactBook(facts).complete:
        raise SystemExit(f"{recording.name}: the scan did not come to its end; nothing was written")
    lines = b"".join(msgspec.json.encode(fact) + b"\n" for fact in facts)
    recording.facts.write_bytes(zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(lines))


def _copy_inputs(folder: Path) -> None:
    """Worlds, inventories, zone files and registers, the latter with dates in place of days, or made now."""
    today = datetime.now(UTC).date()
    for path in (*RECORDED.glob("*.yaml"), *RECORDED.glob("*.zone")):
        shutil.copy(path, folder)
    for path in RECORDED.glob("*.csv"):
        text = _DAYS.sub(lambda days: (today + timedelta(days=int(days[1]))).isoformat(), path.read_text())
        (folder / path.name).write_text(text)
    write_recorded(folder)


async def _scanned(scan: Scan, path: Path) -> list[Fact]:
    loaded = load(path)
    facts: list[Fact] = []
    async with open_session(loaded.inventory, path.parent, NetworkOptions(families=scan.families)) as session:
        options = ScanOptions(
            inventory_file=path.name,
            inventory_sha256=loaded.sha256,
            folder=path.parent,
            limits=session.limits,
            selection=Selection(extras=scan.extras, path=scan.path, browser=scan.browser),
            browser=find_browser() if scan.browser else None,
            evidence_files={id: {} if id in scan.without_routes else f for id, f in session.evidence_files.items()},
            roots=session.roots,
            arguments={"families": " ".join(scan.families), **({"extras": "yes"} if scan.extras else {})},
        )
        await collect(
            loaded.inventory,
            session.network,
            hints=session.hints,
            anchors=session.anchors,
            record=facts.append,
            options=options,
        )
    return facts


def _write_expected(recording: Recording) -> None:
    before = recording.expected.read_text() if recording.expected.exists() else ""
    after = yaml.safe_dump(judged(recording), default_flow_style=None, sort_keys=False, width=120)
    recording.expected.write_text(after)
    size = recording.facts.stat().st_size / 1000
    print(f"{recording.name}: {size:.0f} kB of facts; outcomes {'as before' if before == after else 'CHANGED'}")


if __name__ == "__main__":
    main(sys.argv[1:])
