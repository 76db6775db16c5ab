"""Files of route collectors as facts: with where they come from, and marked when they are incomplete."""

import asyncio
import hashlib
from pathlib import Path

from netaudit.lab.mrt import mrt_bytes
from netaudit.model.common import Reason, Text
from netaudit.model.facts import RoutesFact
from netaudit.model.inventory import DataCentre
from netaudit.probes.evidence_files import evidence_probe
from tests.lab_python.client import small_world

_TIME = 1_790_000_000
_CENTRE = DataCentre(
    id="dc", asns=(64510,), name=Text("Trung tâm", "Centre"), prefixes=("192.0.2.0/24", "2001:db8::/32")
)


def _read(path: Path, data: bytes) -> RoutesFact:
    path.write_bytes(data)
    probe = evidence_probe("routes", _CENTRE, [path])
    asyncio.run(probe.run())
    (fact,) = probe.facts(None)
    assert isinstance(fact, RoutesFact)
    return fact


def test_a_truncated_table_keeps_what_was_before_and_says_where_it_ended(tmp_path: Path) -> None:
    data = mrt_bytes(small_world(), _TIME)
    whole = _read(tmp_path / "rib.mrt", data)
    torn = _read(tmp_path / "rib.mrt", data[:-5])
    assert whole.failure is None
    assert (whole.sha256, whole.data_time) == (hashlib.sha256(data).hexdigest(), _TIME)
    assert torn.failure is not None
    assert torn.failure.reason is Reason.NO_DATA
    assert "rib.mrt: at byte" in torn.failure.detail
    assert "the file ends within a record" in torn.failure.detail
    assert torn.routes
    assert torn.routes == whole.routes[: len(torn.routes)]
    assert torn.sha256 == hashlib.sha256(data[:-5]).hexdigest()
