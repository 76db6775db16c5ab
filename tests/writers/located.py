"""The sample province with the lines of its inventory, and with a waiver: what forms for pipelines are tried on."""

from datetime import date

from msgspec.structs import replace

from netaudit.content import content_path
from netaudit.inventory import load
from netaudit.judge.locations import locations_of_run
from netaudit.model.inventory import Waiver
from netaudit.model.location import Location
from netaudit.model.run import Result, Run, WaiverState, WaiverUse
from netaudit.model.verdict import Status
from tests.writers.synthetic import province_run

__all__ = ["FILE", "located_run", "waived_result"]

FILE = "tỉnh/lâm đồng/inventory.yaml"


def located_run() -> Run:
    """Every target at its line of a file whose path needs escaping, and one failure waived."""
    run = province_run()
    loaded = load(content_path("inventory.yaml"))
    lines = {name: Location(file=FILE, line=line) for name, line in loaded.lines.items()}
    known = {"inventory": Location(file=FILE), **lines}
    targets = {result.verdict.target: None for result in run.results}
    failing = next(r for r in run.results if r.verdict.outcome.status is Status.FAIL)
    waiver = Waiver(
        id="cho-doi-thiet-bi",
        check=failing.verdict.check,
        target=failing.verdict.target.name,
        reason="Chờ thay thiết bị, đã có kinh phí",
        owner="stttt",
        approver="Chánh Văn phòng",
        expires=date(2027, 3, 31),
    )
    return replace(
        run,
        results=tuple(replace(r, waived=True) if r.id == failing.id else r for r in run.results),
        waivers=(WaiverUse(waiver=waiver, state=WaiverState.USED, results=(failing.id,)),),
        locations=locations_of_run(targets, loaded.inventory, known),
    )


def waived_result(run: Run) -> Result:
    return next(result for result in run.results if result.waived)
