"""Which failures explain others: those of the same endpoint, of its host or of a zone above; never a sibling's."""

import msgspec
import pytest

from netaudit.model.run import Result, Run
from netaudit.model.verdict import Status, Target, TargetKind
from netaudit.writers.report import Report
from netaudit.writers.wording import Wording

HTTPS, IMAPS = "https://a.tinh.vn:443", "imaps://a.tinh.vn:993"


@pytest.mark.parametrize(("cause", "explains"), [(HTTPS, True), (IMAPS, False)])
def test_another_service_of_the_host_explains_nothing(province: Run, cause: str, explains: bool) -> None:
    check = "ipv6.web_reachable"
    info = msgspec.structs.replace(province.checks[check], explained_by=("dual_stack.web_content",))
    model = next(r for r in province.results if r.verdict.outcome.status is Status.FAIL)

    def made(name: str, of: str) -> Result:
        verdict = msgspec.structs.replace(model.verdict, check=of, target=Target(kind=TargetKind.ENDPOINT, name=name))
        return msgspec.structs.replace(model, id=of + name, verdict=verdict, waived=False)

    results = (made(HTTPS, check), made(cause, "dual_stack.web_content"))
    run = msgspec.structs.replace(province, checks={**province.checks, check: info}, results=results)
    report = Report(run, Wording("en"))
    assert bool(report.explained(run.results[0])) is explains
