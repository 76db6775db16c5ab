"""Exports of relying parties as facts: with where they come from, and marked when they are incomplete."""

import asyncio
import hashlib
from pathlib import Path

from msgspec.structs import replace

from netaudit.lab.vrps import vrps_json
from netaudit.lab.world import VrpEntry
from netaudit.model.common import Reason, Text
from netaudit.model.facts import Vrp, VrpsFact
from netaudit.model.inventory import DataCentre
from netaudit.probes.evidence_files import evidence_probe
from tests.lab_python.client import small_world

_TIME = 1_790_000_000
_CENTRE = DataCentre(
    id="dc", asns=(64510,), name=Text("Trung tâm", "Centre"), prefixes=("192.0.2.0/24", "2001:db8::/32")
)
_WORLD = replace(
    small_world(),
    vrps=(
        VrpEntry(prefix="192.0.2.0/24", asn=64510, max_length=25, days=0.5),
        VrpEntry(prefix="203.0.113.0/24", asn=64511),
        VrpEntry(prefix="2001:db8::/32", asn=64510),
    ),
)


def _facts(*files: Path) -> list[VrpsFact]:
    probe = evidence_probe("vrps", _CENTRE, files)
    asyncio.run(probe.run())
    return [fact for fact in probe.facts(None) if isinstance(fact, VrpsFact)]


def test_the_export_of_a_world_is_read_whole(tmp_path: Path) -> None:
    path, data = tmp_path / "vrps.json", vrps_json(_WORLD, _TIME)
    path.write_bytes(data)
    assert _facts(path) == [
        VrpsFact(
            id="vrps-dc-vrps.json", datacentre="dc", source="vrps.json", format="json",
            sha256=hashlib.sha256(data).hexdigest(), data_time=_TIME, total=3,
            vrps=(
                Vrp(prefix="192.0.2.0/24", max_length=25, asn=64510, trust_anchor="lab", expires=_TIME + 43_200),
                Vrp(prefix="2001:db8::/32", max_length=32, asn=64510, trust_anchor="lab", expires=_TIME + 2_592_000),
            ),
        )
    ]  # fmt: skip


def test_a_truncated_export_keeps_what_was_before_and_says_where_it_ended(tmp_path: Path) -> None:
    path, data = tmp_path / "vrps.json", vrps_json(_WORLD, _TIME)[:-30]
    path.write_bytes(data)
    (fact,) = _facts(path)
    assert fact.failure is not None
    assert fact.failure.reason is Reason.NO_DATA
    assert fact.failure.detail.startswith("vrps.json: at byte ")
    assert [vrp.prefix for vrp in fact.vrps] == ["192.0.2.0/24"]
    assert fact.sha256 == hashlib.sha256(data).hexdigest()


def test_no_file_and_a_missing_file_are_facts_too(tmp_path: Path) -> None:
    (none,), (missing,) = _facts(), _facts(tmp_path / "missing.json")
    assert none.failure is not None and missing.failure is not None
    assert none.failure.detail == "no file of validated ROA payloads was given"
    assert missing.failure.detail.startswith("missing.json: ")


def test_files_of_one_name_in_several_folders_are_a_fact_each(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a/vrps.json", "b/vrps.json", "vrps.json-2", "c/vrps.json")]
    for number, path in enumerate(files):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(vrps_json(_WORLD, _TIME + number))
    facts = _facts(*files, files[0])
    assert [(fact.id, fact.source, fact.data_time) for fact in facts] == [
        ("vrps-dc-vrps.json", "vrps.json", _TIME),
        ("vrps-dc-vrps.json-3", "vrps.json", _TIME + 1),
        ("vrps-dc-vrps.json-2", "vrps.json-2", _TIME + 2),
        ("vrps-dc-vrps.json-4", "vrps.json", _TIME + 3),
    ]
